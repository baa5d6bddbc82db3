"""Every row of the domain handbook's definitions and safety rules (section 12), by its name."""

OAK, ELM, ASH = "100001", "100002", "100003"

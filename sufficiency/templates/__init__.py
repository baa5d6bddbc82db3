"""Files that a new workspace starts from. Belongs here: text files only, no code."""

"""Errors that speak to a planner: one base class, raised by domain code, shown as they are."""


class SufficiencyError(Exception):
    """Something a planner can put right; the message says which file or table, and what to do."""


class WorkspaceError(SufficiencyError):
    """The workspace folder or its `sufficiency.toml` cannot be used."""


class SourceError(SufficiencyError):
    """An input file cannot be read at all."""


class ContractError(SufficiencyError):
    """A table does not keep its contract: names columns, rules and counts, never values."""


class MarginError(SufficiencyError):
    """Published margins cannot all hold at once, so no plans table can be made from them."""

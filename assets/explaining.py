"""Say in plain words what was understood of the place register (`sufficiency places`)."""

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from assets.reading import read_workspace
from sufficiency.contracts import NeedMix, Places, SchemePlaces, empty
from sufficiency.findings import Findings
from sufficiency.workspace import MAX_YEARS, Workspace

SINCE = "the register was last remembered (when it was written, or by the last run)"


@dataclass(frozen=True)
class Explained:
    """What a planner is told of the register, and every finding on the way.

    Attributes:
        lines: Sentences, one a line.
        findings: Findings table of the reading and the split.
    """

    lines: list[str]
    findings: pd.DataFrame

    @property
    def blocked(self) -> bool:
        """Whether any finding blocks a run."""
        return bool((self.findings["severity"] == "blocks").any())


def explain_register(workspace: Workspace, say: Callable[[str], None]) -> Explained:
    """Return what was understood of the workspace's register; nothing is written.

    Args:
        workspace: The workspace.
        say: Told each step.

    While a published file is missing, or a finding blocks, the register is told without what it
    would count in which year.
    """
    from sufficiency.council import scheme_places, with_schemes
    from sufficiency.places import (
        compare_registers,
        explain,
        need_mix,
        places,
        read_register,
        remembered_register,
    )
    from sufficiency.plans.base import base_plans

    say("Reading the inputs")
    inputs = read_workspace(workspace)
    findings, tables = inputs.findings, inputs.tables
    register = tables.get("register")
    if register is None:
        register = read_register(workspace, None, Findings())
    split, mix, schemes = empty(Places), empty(NeedMix), empty(SchemePlaces)
    if not inputs.blocked:
        say("Splitting places over needs, phases and years")
        plans = base_plans(tables, workspace.settings, findings)
        base_year = int(plans["year"].iloc[0])
        schemes = scheme_places(tables["schemes"], base_year, MAX_YEARS, tables["costs"])
        given, imports = tables["need_mix_given"], tables["imports"]
        schools = tables["establishments"]
        mix = need_mix(register, plans, base_year, given, findings, schools, imports)
        split = places(
            with_schemes(register, tables["schemes"], base_year, MAX_YEARS),
            plans,
            base_year,
            MAX_YEARS,
            workspace.settings.capacity_basis,
            findings,
            schools,
            classes=tables["classes"],
            imports=imports,
            need_mix_given=given,
        )
    before = remembered_register(workspace)
    changes = None if before is None else compare_registers(before, register, SINCE)
    table = findings.table()
    return Explained(explain(register, split, mix, schemes, changes, table), table)

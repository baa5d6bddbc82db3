"""Designations beside the children who live here: what no plan holder needs may be a mistake."""

import pandas as pd

from sufficiency.findings import Findings


def designation_without_need(
    register: pd.DataFrame, plans: pd.DataFrame, findings: Findings
) -> None:
    """Report provisions whose designated needs no resident plan holder of their years has.

    Args:
        register: Register table; rows without designated needs take all, and are not looked at.
        plans: Plans table; its latest census counts, wherever children are placed.
        findings: Receives one warning for each provision none of whose needs anyone has, and one
            note for all others that name some need that nobody has.

    Recorded need is not designation (domain handbook 12), so neither is an error by itself.
    """
    base = plans[plans["year"] == plans["year"].max()]
    held = base.groupby("need")["ncy"].agg(set).to_dict()
    partly: dict[str, list[str]] = {}
    none: dict[str, str] = {}
    columns = ["name", "urn", "provision", "ncy_from", "ncy_to", "designated_needs"]
    for row in register.sort_values(columns, kind="stable").itertuples():
        designated = str(row.designated_needs).split()
        accepted = [*designated, *str(row.acceptable_needs).split()]
        first, last = int(row.ncy_from), int(row.ncy_to)  # pyright: ignore[reportArgumentType]
        met = {n for n in accepted if any(first <= ncy <= last for ncy in held.get(n, ()))}
        if designated and not met:
            years = f"NCY {first} to {last}"
            none[str(row.name)] = f"{row.name} is for {' '.join(designated)}, {years}"
        elif set(designated) - met:
            partly[str(row.name)] = [need for need in designated if need not in met]
    for said in none.values():
        findings.warn(
            "register_designation_without_need",
            f"{said}: no plan holder who lives here has any of these needs in these year groups.",
            "Check designated_needs, acceptable_needs and the year groups; or add the needs of the "
            "children who are there to acceptable_needs.",
            source="places.csv",
            column="designated_needs",
        )
    if partly:
        listed = "; ".join(f"{name} ({' '.join(needs)})" for name, needs in partly.items())
        findings.inform(
            "register_need_without_plans",
            "Some needs that provisions are designated for are recorded for no plan holder who "
            f"lives here in their year groups: {listed}.",
            "Nothing, if children of other authorities have them or they are recorded otherwise.",
            source="places.csv",
            column="designated_needs",
            count=len(partly),
        )

"""One explicit row group a provision between residence and attendance: the assumed net export.

Demand counts the authority's residents wherever they are placed; places count seats in its
schools, whoever sits there. The difference in the base year, residents placed less plan holders
on roll, is carried as places in other authorities (negative: places used by their children) and
held constant, until real imports and exports replace it.

It is taken cell by cell, the roll split like the places of its row. So in the base year the gap
of a cell is roll over places there and nothing else: a split that differs from where residents
are does not look like a shortage.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from sufficiency.findings import Findings
from sufficiency.places.mix import Mix, cell_rows, largest_remainder
from sufficiency.terms import OUTSIDE, codes, lookup

NAME = "Assumed net export"
MOSTLY_WITHOUT_PLANS = ("ap",)


def net_export_rows(
    register: pd.DataFrame,
    weights: Sequence[np.ndarray],
    mix: Mix,
    base_year: int,
    years: int,
    findings: Findings,
) -> list[dict[str, object]]:
    """Return the net export of each provision over need group, phase and year.

    Args:
        register: Register rows in force at the base census; of a provision with none, those of
            its first year.
        weights: Each row's weights over need group x phase, in the same order.
        mix: Base-year plan holders (residents).
        base_year: January census year.
        years: Years ahead.
        findings: Receives each net export, and why one is missing.

    Returns:
        Records of the Places table, kind `net_export`, for provisions with a known roll. The
        cells of a provision sum to its residents less plan holders on roll.
    """
    records: list[dict[str, object]] = []
    for provision in codes("provisions"):
        inside = register["provision"].eq(provision).to_numpy(dtype=bool)
        rows = register[inside]
        if rows.empty or not _comparable(rows, provision, findings):
            continue
        residents = mix.cells(provision).astype(int)
        places = [weights[int(position)] for position in np.flatnonzero(inside)]
        on_roll = np.sum(
            [_roll(row, w) for (_, row), w in zip(rows.iterrows(), places, strict=True)], axis=0
        )
        numbers = residents - on_roll
        _report(provision, int(numbers.sum()), rows, findings)
        shared = {
            "urn": "",
            "site_id": "",
            "name": NAME,
            "provision": provision,
            "locality": OUTSIDE,
            "capacity_basis": "net_export",
            "kind": "net_export",
            "flexible": "no",
            "assumed": "yes" if rows["assumed"].eq("yes").any() else "no",
        }
        kept = (residents != 0) | (on_roll != 0)
        kept = kept if kept.any() else np.ones_like(kept)
        for year in range(base_year, base_year + years + 1):
            records.extend(cell_rows(shared | {"year": year}, numbers, kept))
    return records


def _roll(row: pd.Series, weights: np.ndarray) -> np.ndarray:
    """Return a row's plan holders on roll by cell, zeros where its roll is not known."""
    if pd.isna(row["on_roll"]):
        return np.zeros_like(weights, dtype=int)
    without = 0 if pd.isna(row["occupants_without_plan"]) else int(row["occupants_without_plan"])
    all_pupils = largest_remainder(int(row["on_roll"]), weights)
    return all_pupils - largest_remainder(without, weights)


def _comparable(rows: pd.DataFrame, provision: str, findings: Findings) -> bool:
    name = lookup("provisions", "name")[provision]
    if rows["on_roll"].isna().all():
        findings.warn(
            "places_imports_not_known",
            f"{name}: no row gives on_roll, so pupils of other authorities, and residents placed "
            "in other authorities, are not known.",
            "Fill in on_roll; until then no gap is shown for the whole authority.",
            source="places.csv",
            column="on_roll",
            count=len(rows),
        )
        return False
    unknown = rows["on_roll"].notna() & rows["occupants_without_plan"].isna()
    if provision in MOSTLY_WITHOUT_PLANS and unknown.any():
        findings.inform(
            "places_without_plan_not_known",
            f"{name}: most pupils there have no plan, and how many is not known, so roll is not "
            "compared with plan holders.",
            "Fill in occupants_without_plan if you know it.",
            source="places.csv",
            column="occupants_without_plan",
            count=int(unknown.sum()),
        )
        return False
    return True


def _report(provision: str, net: int, rows: pd.DataFrame, findings: Findings) -> None:
    name = lookup("provisions", "name")[provision]
    side = (
        "residents are placed in schools of other authorities"
        if net > 0
        else "pupils on roll come from other authorities or have no plan"
    )
    findings.inform(
        "places_net_export",
        f"{name}: on balance {abs(net)} {side} (residents placed less roll in the base year); "
        "held constant in every later year.",
        source="places.csv",
        column="on_roll",
        count=abs(net),
    )
    missing = int(rows["on_roll"].isna().sum())
    if missing:
        findings.warn(
            "places_roll_missing",
            f"{name}: {missing} of {len(rows)} rows have no roll, so the net export is too high "
            "by the residents placed there.",
            "Fill in on_roll.",
            source="places.csv",
            column="on_roll",
            count=missing,
        )

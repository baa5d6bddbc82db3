"""Net export and mismatch: what lies between homes and schools where journeys are not known.

Demand counts the authority's residents wherever they are placed; places count seats in its
schools, whoever sits there. The difference in the base year, residents placed less plan holders
on roll, is carried as places in other authorities (negative: places used by their children) and
held constant, until real imports and exports replace it.

The net export is one total a provision, spread like the roll. What is left in a cell, children
already placed whose recorded need or age differs from the split of the register, is the mismatch;
it sums to zero over the provision. With both, the gap of a cell in the base year is roll over
places there and nothing else: a split that differs from where residents are does not look like a
shortage, but it is shown, and said where it is large.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from sufficiency.findings import Findings
from sufficiency.places.mix import Mix, cell_rows, split_whole
from sufficiency.terms import OUTSIDE, codes, lookup

NAME = "Imports and exports not known: assumed net export"
MISMATCH_NAME = "Need or age differs from the register's split"
LARGE_MISMATCH = 0.1
MOSTLY_WITHOUT_PLANS = ("ap",)


def net_export_rows(
    register: pd.DataFrame,
    rolls: Sequence[np.ndarray | None],
    mix: Mix,
    base_year: int,
    years: int,
    findings: Findings,
) -> list[dict[str, object]]:
    """Return net export and mismatch of each provision over need group, phase and year.

    Args:
        register: Register rows in force at the base census; of a provision with none, those of
            its first year.
        rolls: Each row's pupils on roll less those without a plan by need group x phase, in the
            same order; None where its roll is not known.
        mix: Base-year plan holders (residents).
        base_year: January census year.
        years: Years ahead.
        findings: Receives each net export, why one is missing, and each large mismatch.

    Returns:
        Records of the Places table for provisions with a known roll. The cells of kind
        `net_export` sum to the provision's residents less plan holders on roll, those of kind
        `mismatch` to zero; in each cell residents = plan holders on roll + both.
    """
    records: list[dict[str, object]] = []
    assumed_for: list[str] = []
    for provision in codes("provisions"):
        inside = register["provision"].eq(provision).to_numpy(dtype=bool)
        rows = register[inside]
        if rows.empty or not _comparable(rows, provision, findings):
            continue
        residents = mix.cells(provision).astype(int)
        known = [rolls[int(position)] for position in np.flatnonzero(inside)]
        on_roll = np.sum([roll for roll in known if roll is not None], axis=0)
        spread = np.maximum(on_roll, 0)
        net = int(residents.sum() - on_roll.sum())
        exported = split_whole(net, spread if spread.sum() > 0 else residents)
        mismatch = residents - on_roll - exported
        assumed_for.append(lookup("provisions", "name")[provision])
        _report(provision, net, rows, findings)
        report_mismatch(provision, int(np.abs(mismatch).sum()), int(on_roll.sum()), findings)
        kept = (residents != 0) | (on_roll != 0) | (exported != 0)
        kept = kept if kept.any() else np.ones_like(kept)
        assumed = "yes" if rows["assumed"].eq("yes").any() else "no"
        for kind, name, numbers in (
            ("net_export", NAME, exported),
            ("mismatch", MISMATCH_NAME, mismatch),
        ):
            shared = {
                "urn": "",
                "site_id": "",
                "name": name,
                "provision": provision,
                "locality": OUTSIDE,
                "capacity_basis": kind,
                "kind": kind,
                "flexible": "no",
                "assumed": assumed,
            }
            for year in range(base_year, base_year + years + 1):
                records.extend(cell_rows(shared | {"year": year}, numbers, kept))
    if assumed_for:
        findings.warn(
            "places_cross_border_not_known",
            "Imports not known: pupils of other authorities here, and residents placed in other "
            f"authorities, stand in one assumed figure each for {', '.join(assumed_for)}.",
            "Put the SEN2 return and the school census, or imports.csv, into the workspace.",
            source="imports.csv",
            column="pupils",
            count=len(assumed_for),
        )
    return records


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
    return provision not in MOSTLY_WITHOUT_PLANS or not without_plan_unknown(
        rows, provision, findings
    )


def without_plan_unknown(rows: pd.DataFrame, provision: str, findings: Findings) -> bool:
    """Return whether some row gives a roll but not how many of it have no plan, and say so."""
    unknown = rows["on_roll"].notna() & rows["occupants_without_plan"].isna()
    if unknown.any():
        name = lookup("provisions", "name")[provision]
        findings.inform(
            "places_without_plan_not_known",
            f"{name}: most pupils there have no plan, and how many is not known, so roll is not "
            "compared with plan holders.",
            "Fill in occupants_without_plan if you know it.",
            source="places.csv",
            column="occupants_without_plan",
            count=int(unknown.sum()),
        )
    return bool(unknown.any())


def report_mismatch(provision: str, moved: int, roll: int, findings: Findings) -> None:
    """Say a mismatch that is more than a tenth of the plan holders on roll."""
    if moved <= LARGE_MISMATCH * roll:
        return
    findings.warn(
        "places_mismatch",
        f"{lookup('provisions', 'name')[provision]}: the register's split by need and age differs "
        f"from that of residents already placed by {moved} in sum, against {roll} plan holders "
        "on roll. Their cells are held as they are; a shortage of one cell may be room in another.",
        "Correct designated_needs, acceptable_needs, ncy_from and ncy_to, or give the split in "
        "need_mix.csv; without SEN2 returns, need by school is not known.",
        source="places.csv",
        column="designated_needs",
        count=moved,
    )


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

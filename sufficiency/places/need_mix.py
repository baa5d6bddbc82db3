"""Who uses which places: the observed need x school matrix, and the split it proposes.

Belongs here: the table a planner reads beside `need_mix.csv`, which overrides it. The proportions
themselves come from `mix`.
"""

import numpy as np
import pandas as pd

from sufficiency.contracts import NeedMix, checked
from sufficiency.findings import Findings
from sufficiency.places.attendance import attending
from sufficiency.places.mix import (
    RowMix,
    Shares,
    folds,
    given_shares,
    plan_mix,
    roll_by_phase,
    row_mixes,
    site_key,
)
from sufficiency.places.periods import counted_rows
from sufficiency.places.split import alone_at_base, compared_rows
from sufficiency.terms import codes, lookup
from sufficiency.workspace import MAX_YEARS

OVER_ONE = 1.005


def need_mix(
    register: pd.DataFrame,
    plans: pd.DataFrame,
    base_year: int,
    need_mix_given: pd.DataFrame | None,
    findings: Findings,
    establishments: pd.DataFrame | None = None,
    imports: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Return who uses the places of each register row, by need as recorded and phase.

    Args:
        register: Register table.
        plans: Plans table holding the base census.
        base_year: January census year.
        need_mix_given: NeedMixGiven table, the planner's own shares; None if there are none.
        findings: Receives shares that exceed 1, shares of rows that are not on the register, and
            children whose recorded need their row is not designated for.
        establishments: Establishments table, where `places` was given it too.
        imports: Imports table, where `places` was given it too.

    Returns:
        NeedMix: one row a register row in force at the base census (of a provision with none,
        those of its first year), need and phase that has plan holders or a share. Of a row,
        share_observed sums to 1 where plan holders are known there, share_used always.
    """
    counted = counted_rows(register)
    compared = compared_rows(counted, base_year, MAX_YEARS)
    mix = plan_mix(attending(counted[compared], plans, base_year, imports))
    shares = given_shares(need_mix_given)
    alone = alone_at_base(counted, base_year)
    mixes = row_mixes(counted, mix, shares, roll_by_phase(establishments), alone)
    records: list[dict[str, object]] = []
    outside = 0
    for position in np.flatnonzero(compared):
        row, of_row = counted.iloc[position], mixes[position]
        records.extend(_rows(row, of_row))
        outside += int(of_row.observed[~of_row.designated].sum())
    _report(shares, counted, outside, findings)
    table = pd.DataFrame(records, columns=list(NeedMix.to_schema().columns))
    return checked(NeedMix, table, "need_mix")


def _rows(row: pd.Series, mix: RowMix) -> list[dict[str, object]]:
    """Return one record a need and phase with plan holders or a share of the row's places."""
    of_phase = folds()[1]
    observed, weights = mix.observed @ of_phase, mix.weights @ of_phase
    seen, used = observed.sum(), weights.sum()
    shared = {c: row[c] for c in ("urn", "site_id", "provision", "name")}
    return [
        {
            **shared,
            "need": need,
            "phase": phase,
            "plans": int(observed[n, p]),
            "share_observed": observed[n, p] / seen if seen > 0 else np.nan,
            "share_used": weights[n, p] / used if used > 0 else np.nan,
            "designated": "yes" if mix.designated[n] else "no",
            "chosen_by": mix.chosen_by,
        }
        for n, need in enumerate(codes("needs"))
        for p, phase in enumerate(codes("phases"))
        if observed[n, p] > 0 or weights[n, p] > 0
    ]


def _report(shares: Shares, counted: pd.DataFrame, outside: int, findings: Findings) -> None:
    known = {site_key(row) for _, row in counted.iterrows()}
    lost = sorted(key for key in shares if key not in known)
    if lost:
        findings.warn(
            "need_mix_without_row",
            f"{len(lost)} schools of need_mix.csv have no such site and provision on the register, "
            f"so their shares are not used: {', '.join(urn for urn, _, _ in lost)}.",
            "Correct urn, site_id and provision.",
            source="need_mix.csv",
            column="urn",
            count=len(lost),
        )
    over = sorted(
        {
            f"{urn} ({lookup('provisions', 'name')[provision].lower()}, {phase})"
            for (urn, _, provision), phases in shares.items()
            for phase, needs in phases.items()
            if sum(needs.values()) > OVER_ONE
        }
    )
    if over:
        findings.warn(
            "need_mix_over_one",
            f"Shares add up to more than 1, so they are taken in proportion: {'; '.join(over)}.",
            "Correct the shares: of one row and phase they add up to 1 at most.",
            source="need_mix.csv",
            column="share",
            count=len(over),
        )
    if outside:
        findings.inform(
            "need_mix_outside_designation",
            f"{outside} children are recorded with a need that their provision is not designated "
            "for. Recorded need is not designation: places follow who is there.",
            "Add the need to acceptable_needs where it is accepted, or give the split in "
            "need_mix.csv.",
            source="places.csv",
            column="designated_needs",
            count=outside,
        )

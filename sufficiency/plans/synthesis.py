"""The plans table of the open-data route: one modelled row a plan, true to every published margin.

Need x age x setting is fitted to the published two-way counts and made whole (`rounding`), so that
each count given holds cell by cell. What no count says, which need goes with which age and setting
at once, is the most even table that the counts allow. Homes are modelled (`homes`).
"""

import numpy as np
import pandas as pd

from sufficiency.contracts import Plans, checked
from sufficiency.errors import MarginError
from sufficiency.findings import Findings
from sufficiency.plans.homes import allocate_homes, home_weights
from sufficiency.plans.margin_checks import AXES, TWO_WAY, compare, words
from sufficiency.plans.margins import Margins
from sufficiency.plans.rounding import Fit, Margin, fit, least_changes, round_to_margins
from sufficiency.terms import census_label

NCY_LESS_THAN_AGE = 4
LEAST_OPEN = 0.5
SHOWN = 6


def synthesise(
    margins: Margins,
    localities: pd.DataFrame,
    imd: pd.DataFrame,
    population: pd.DataFrame,
    authority: str,
    base_year: int,
    seed: int,
    findings: Findings | None = None,
) -> pd.DataFrame:
    """Return the plans of one authority at its base census, as many rows as plans in force.

    Same input and seed, same table, whatever the order of the input's rows. Sex, establishment,
    start and whether a placement is residential or inside the area are left unknown.

    Args:
        margins: From `read_margins`.
        localities: Contract `Localities`, the authority's LSOAs.
        imd: Contract `Imd`.
        population: Contract `Population`; its LSOA rows are used.
        authority: Three-digit DfE code.
        base_year: January census year.
        seed: Breaks ties between home areas and decides which plan lives where.
        findings: Grows by what had to be assumed.

    Returns:
        Contract `Plans`, `basis` modelled.

    Raises:
        MarginError: The margins are of another authority or year, or cannot all hold.
        SufficiencyError: The authority has no LSOA.
    """
    if (margins.authority, margins.year) != (authority, base_year):
        raise MarginError(
            f"These margins are of authority {margins.authority}, {census_label(margins.year)}, "
            f"not of authority {authority}, {census_label(base_year)}."
        )
    found = Findings() if findings is None else findings
    counts = plan_counts(margins, found)
    plans = counts.loc[counts.index.repeat(counts["plans"]), list(AXES)].reset_index(drop=True)
    weights = home_weights(localities, imd, population, base_year, found)
    lsoa = allocate_homes(plans["age"], weights, seed)
    locality = localities.set_index("lsoa")["locality"]
    return checked(
        Plans,
        plans.assign(
            year=base_year,
            plan_id=[f"M-{n:06d}" for n in range(1, len(plans) + 1)],
            second_need="",
            establishment="",
            site="",
            ncy=plans["age"] - NCY_LESS_THAN_AGE,
            ncy_recorded=pd.Series(pd.NA, index=plans.index, dtype="Int32"),
            sex="",
            locality=lsoa.map(locality),
            lsoa=lsoa,
            in_area="unknown",
            residential="unknown",
            plan_start="",
            basis="modelled",
        ),
        "plans",
    )


def plan_counts(margins: Margins, findings: Findings) -> pd.DataFrame:
    """Return whole plans by need, age and setting that keep every margin cell by cell.

    Args:
        margins: From `read_margins`.
        findings: Grows by how the table was reached where that was not straightforward.

    Returns:
        Columns need, age, setting and plans; cells with none are absent; in order of the terms.

    Raises:
        MarginError: No table keeps all the margins; names the counts that contradict.
    """
    _refuse_contradictions(margins)
    constraints = _constraints(margins)
    fitted = fit(_start(margins), list(constraints.values()))
    rounded = round_to_margins(fitted.table, list(constraints.values()))
    if rounded is None:
        raise MarginError(_explain(margins, constraints))
    _report(margins, fitted, rounded.window, findings)
    cells = np.nonzero(rounded.table)
    labels = [margins.one_way[axis].index.to_numpy() for axis in AXES]
    columns = {axis: names[at] for axis, names, at in zip(AXES, labels, cells, strict=True)}
    return pd.DataFrame(columns).assign(plans=rounded.table[cells])


def _refuse_contradictions(margins: Margins) -> None:
    found = Findings()
    compare(margins.two_way, margins.one_way, float(margins.total), found)
    if found.blocking:
        raise MarginError(
            f"No plans table can be made for authority {margins.authority}, "
            f"{census_label(margins.year)}: {' '.join(f.message for f in found.blocking)} "
            "Correct the published counts in inputs/."
        )


def _constraints(margins: Margins) -> dict[str, Margin]:
    """Return the margins that must hold, leaving out those that others imply."""
    complete: set[str] = set()
    kept: dict[str, Margin] = {}
    for name, frame in margins.two_way.items():
        axes = (AXES.index(TWO_WAY[name][0]), AXES.index(TWO_WAY[name][1]))
        kept[name] = Margin(axes, frame.to_numpy(dtype=float))
        if frame.notna().all(axis=None):
            complete |= set(TWO_WAY[name])
    for position, axis in enumerate(AXES):
        counts = margins.one_way[axis]
        if axis not in complete and counts.notna().any():
            kept[axis] = Margin((position,), counts.to_numpy(dtype=float))
            if counts.notna().all():
                complete.add(axis)
    if not complete:
        kept["total"] = Margin((), np.array(float(margins.total)))
    return kept


def _start(margins: Margins) -> np.ndarray:
    """Return the product of the two-way counts over the one-way counts.

    It has the structure that the margins allow and none of its own: fitting from it ends where
    fitting from a flat table would (no three-way interaction), in fewer rounds.
    """
    one_way = {axis: _filled(margins.one_way[axis].to_numpy(float), margins.total) for axis in AXES}
    table = np.ones(tuple(len(one_way[axis]) for axis in AXES))
    for name, (rows, columns) in TWO_WAY.items():
        even = np.outer(one_way[rows], one_way[columns]) / max(margins.total, 1)
        frame = margins.two_way.get(name)
        counts = even if frame is None else np.where(frame.isna(), even, frame.to_numpy(float))
        summed = ({0, 1, 2} - {AXES.index(rows), AXES.index(columns)}).pop()
        table = table * np.expand_dims(counts, summed)
    for position, axis in enumerate(AXES):
        over = np.divide(
            1.0, one_way[axis], out=np.zeros(len(one_way[axis])), where=one_way[axis] > 0
        )
        table = table * np.expand_dims(over, tuple({0, 1, 2} - {position}))
    return table


def _filled(counts: np.ndarray, total: int) -> np.ndarray:
    """Return counts with what is left of the total spread evenly over those not published."""
    unknown = np.isnan(counts)
    left = (total - np.nansum(counts)) / max(int(unknown.sum()), 1)
    return np.where(unknown, max(left, LEAST_OPEN), counts)


def _explain(margins: Margins, constraints: dict[str, Margin]) -> str:
    """Return what contradicts, as the fewest plans by which counts would have to change."""
    shape = tuple(len(margins.one_way[axis]) for axis in AXES)
    changes = least_changes(shape, list(constraints.values()))
    listed = []
    for (name, margin), change in zip(constraints.items(), changes, strict=True):
        for cell in np.argwhere(change):
            at = tuple(int(i) for i in cell)
            axes = [(AXES[a], i) for a, i in zip(margin.axes, at, strict=True)]
            label = " and ".join(f"{axis} {margins.one_way[axis].index[i]}" for axis, i in axes)
            now, then = margin.target[at], margin.target[at] + change[at]
            listed.append(f"{label or 'total'}: {now:,.0f} to {then:,.0f} ({words(name)})")
    where = f"authority {margins.authority}, {census_label(margins.year)}"
    if not listed:
        return (
            f"No plans table was found for {where} though no published count contradicts another."
        )
    more = f"; and {len(listed) - SHOWN} more" if len(listed) > SHOWN else ""
    return (
        f"No table of whole plans keeps every published count of {where}. The smallest change "
        f"that would: {'; '.join(listed[:SHOWN])}{more}. Check these counts in the published files."
    )


def _report(margins: Margins, fitted: Fit, window: int | None, findings: Findings) -> None:
    if not fitted.converged:
        findings.inform(
            "synthesis_fit_stalled",
            f"Proportional fitting stopped {fitted.error:,.2f} plans short of a published count "
            f"after {fitted.rounds:,} rounds. The whole numbers made from it keep every count.",
            source="plans",
        )
    if window != 0:
        reach = "any distance" if window is None else f"{window}"
        findings.inform(
            "synthesis_window_widened",
            f"Whole numbers next to the fitted ones could not keep every count, so cells were "
            f"allowed to move further ({reach}).",
            source="plans",
            count=margins.total,
        )

"""Where each authority's forecast starts: its last total, its targets, and its plans.

An authority whose tables of the base census are published starts from them. One whose last total
is older is carried to the base census by the pooled forecast, brought to what England has left
over, and given England's needs and ages: it is marked `assumed`.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from forecasts.panel import TOTAL, Panel, setting_groups
from forecasts.pooled.parameters import Parameters
from forecasts.pooled.targets import forecast_targets
from forecasts.tested.pooled import fit_and_test
from sufficiency.errors import SufficiencyError
from sufficiency.findings import Findings
from sufficiency.plans.assumed import Remainder, assumed_counts, raked, remainder
from sufficiency.plans.margins import read_margins
from sufficiency.plans.synthesis import plan_counts
from sufficiency.terms import census_label, codes


@dataclass(frozen=True)
class RunChoices:
    """How a run over authorities is made.

    Attributes:
        base_year: January census year that every authority starts from.
        years: Years ahead.
        paths: Simulated paths of each authority.
        seed: Seed of every random number.
        workers: Processes; the result does not depend on it.
    """

    base_year: int
    years: int = 10
    paths: int = 500
    seed: int = 2025
    workers: int = 1


@dataclass(frozen=True)
class Tables:
    """What is published of one authority, with England's rows beside it."""

    authority: str
    stock: pd.DataFrame
    flows: pd.DataFrame
    population: pd.DataFrame


@dataclass(frozen=True)
class Start:
    """Where one authority's forecast starts.

    Attributes:
        tables: Its published tables.
        origin: January of its last usable total.
        targets: `Targets` from the base census on; those of a carried total lead on from there.
        counts: Plans by need, age and setting from its own tables; None where assumed.
        why: Why it is assumed; empty where it is not.
    """

    tables: Tables
    origin: int
    targets: pd.DataFrame
    counts: pd.DataFrame | None
    why: str


def last_totals(panel: Panel) -> dict[str, int]:
    """Return authority -> January of its last usable total in the panel."""
    known = np.isfinite(panel.stock[TOTAL])
    return {
        code: int(panel.years[np.flatnonzero(row)[-1]])
        for code, row in zip(panel.authorities, known, strict=True)
        if row.any()
    }


def by_authority(
    stock: pd.DataFrame, flows: pd.DataFrame, population: pd.DataFrame, wanted: Iterable[str]
) -> dict[str, Tables]:
    """Split the tables once; each part has England's rows too."""
    england = [table[table["level"] == "national"] for table in (stock, flows)]
    stocks, moved = (
        dict(list(table[table["level"] == "authority"].groupby("authority")))
        for table in (stock, flows)
    )
    people = population[population["area_type"] == "authority"]
    homes = dict(list(people.groupby("area")))
    return {
        code: Tables(
            code,
            pd.concat([stocks[code], england[0]], ignore_index=True),
            pd.concat([moved.get(code, flows.iloc[:0]), england[1]], ignore_index=True),
            homes.get(code, people.iloc[:0]),
        )
        for code in wanted
    }


def fitted_parameters(panel: Panel) -> Parameters:
    """Return the pooled models fitted and tested on a panel."""
    return fit_and_test(panel)[0]


def start_of(task: tuple[Tables, int, Parameters, RunChoices]) -> Start:
    """Return an authority's targets and, where its tables allow, its plans."""
    tables, origin, fitted, choices = task
    base = choices.base_year
    targets, _ = forecast_targets(
        tables.stock,
        tables.flows,
        tables.population,
        tables.authority,
        origin,
        base - origin + choices.years,
        parameters=fitted,
    )
    counts, why = None, f"last published total: {census_label(origin)}"
    if origin == base:
        try:
            margins = read_margins(tables.stock, tables.authority, base, Findings())
            counts, why = plan_counts(margins, Findings()), ""
        except SufficiencyError as error:
            why = str(error)
    return Start(tables, origin, _from_base(targets, base), counts, why)


def carried_on(start: Start, fitted: Parameters, choices: RunChoices) -> Start:
    """Return the start of a carried authority as if its plans had been published.

    From the base census on, England's path as known by then is followed; how wrong the forecast may
    be is still counted from the January of its last total.

    Args:
        start: With plans; of a total older than the base census.
        fitted: Parameters fitted up to the base census.
        choices: Base census and years.
    """
    tables, base = start.tables, choices.base_year
    stock = pd.concat([tables.stock, _as_published(start, base)], ignore_index=True)
    code = tables.authority
    targets, _ = forecast_targets(
        stock, tables.flows, tables.population, code, base, choices.years, parameters=fitted
    )
    since = start.targets.set_index(["cut", "year"])["own_sd"]
    here = pd.MultiIndex.from_frame(targets[["cut", "year"]])
    own_sd = np.fmax(targets["own_sd"].to_numpy(), since.reindex(here).to_numpy())
    return replace(
        start, tables=replace(tables, stock=stock), targets=targets.assign(own_sd=own_sd)
    )


def _as_published(start: Start, base: int) -> pd.DataFrame:
    """Return carried plans as rows of published stock: the total, and every setting."""
    stock, counts = start.tables.stock, start.counts
    own = stock[(stock["authority"] == start.tables.authority) & (stock["dimension"] == "total")]
    by_setting = pd.Series(0.0, index=codes("settings"))
    if counts is not None:
        by_setting = by_setting.add(counts.groupby("setting")["plans"].sum(), fill_value=0.0)
    values = [float(by_setting.sum()), *by_setting.tolist()]
    rows = own.tail(1).loc[own.index[-1:].repeat(len(values))].reset_index(drop=True)
    return rows.assign(
        year=base,
        dimension=["total", *["setting"] * len(by_setting)],
        key=["all", *by_setting.index],
        value=values,
        status=["ok" if value else "zero" for value in values],
        source="carried",
    ).astype(stock.dtypes.to_dict())


def _from_base(targets: pd.DataFrame, base: int) -> pd.DataFrame:
    """Return targets that start at a later census; what is uncertain by then stays so after it."""
    later = targets[targets["year"] >= base].reset_index(drop=True)
    later = later.assign(horizon=later["year"] - base)
    at_base = later["horizon"] == 0
    return later.assign(
        own_sd=later["own_sd"].where(~at_base, 0.0),
        common_sd=later["common_sd"].where(~at_base, 0.0),
    )


def with_plans(starts: list[Start], stock: pd.DataFrame, choices: RunChoices) -> list[Start]:
    """Give plans to authorities without tables of their own."""
    without = [start for start in starts if start.counts is None]
    if not without:
        return starts
    own = [start.tables.authority for start in starts if start.counts is not None]
    rest = remainder(stock, choices.base_year, own)
    carried = pd.DataFrame({start.tables.authority: _groups(start.targets) for start in without}).T[
        list(setting_groups())
    ]
    late = [start.tables.authority for start in without if start.origin < choices.base_year]
    fixed = carried.drop(index=late)
    settled = pd.concat([raked(carried.loc[late], _less(rest, fixed)), fixed])
    made = []
    for start in starts:
        if start.counts is None:
            row = settled.to_numpy()[settled.index.get_loc(start.tables.authority)]
            counts = assumed_counts(dict(zip(setting_groups(), row.tolist(), strict=True)), rest)
            start = replace(start, counts=counts)
        made.append(start)
    return made


def _less(rest: Remainder, fixed: pd.DataFrame) -> Remainder:
    sums = dict(zip(fixed.columns, fixed.to_numpy().sum(axis=0).tolist(), strict=True))
    groups = {name: value - sums.get(name, 0.0) for name, value in rest.groups.items()}
    return replace(rest, total=rest.total - sum(sums.values()), groups=groups)


def _groups(targets: pd.DataFrame) -> pd.Series:
    rows = targets[(targets["horizon"] == 0) & (targets["dimension"] == "setting_group")]
    return rows.set_index("cut")["mean"]

"""The panel: every authority's published plans as wide arrays, cut off at one January census.

Nothing dated after the panel's last year is in it, so a method that is given a panel cannot look
ahead. Totals start in 2010; settings in 2017, because the split of resourced provision and units
from mainstream schools starts there.
"""

from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sufficiency.errors import SufficiencyError
from sufficiency.terms import codes, lookup

Floats = NDArray[np.float64]

TOTAL = "total"
FIRST_SETTING_YEAR = 2017
COUNTED = ("ok", "zero")
HIDDEN = ("suppressed", "low", "unreliable")
PARTIAL_RETURN_FALL = 0.4
UNRECORDED_SHARE = 0.05
CHILD_AGES = range(4, 19)
OLDEST = 25


@cache
def setting_groups() -> tuple[str, ...]:
    """Return the setting groups in the order of the terms table."""
    return tuple(codes("setting_groups"))


@cache
def cuts() -> tuple[str, ...]:
    """Return what is forecast: the total, then every setting group."""
    return (TOTAL, *setting_groups())


@dataclass(frozen=True)
class Panel:
    """Plans in force by cut, authority and January census.

    Attributes:
        authorities: Three-digit DfE codes, sorted.
        years: Consecutive January census years; the last one is the origin of a forecast.
        stock: Cut -> plans, authority x year, missing where not published or not usable.
        national: Cut -> plans in England, one a year, missing where not published.
        residents: Mid-year -> residents by single year of age 0 to 25, authority x age; only
            estimates of a mid-year before the last census.
    """

    authorities: tuple[str, ...]
    years: NDArray[np.int64]
    stock: dict[str, Floats]
    national: dict[str, Floats]
    residents: dict[int, Floats]

    @property
    def origin(self) -> int:
        """The last census in the panel."""
        return int(self.years[-1])

    def row(self, authority: str) -> int:
        """Return the row of one authority.

        Raises:
            SufficiencyError: The authority has no published total at the last census.
        """
        if authority in self.authorities:
            row = self.authorities.index(authority)
            if np.isfinite(self.stock[TOTAL][row, -1]):
                return row
        raise SufficiencyError(
            f"Authority {authority} has no usable published number of plans for January "
            f"{self.origin}: it is missing, or over 40% below the year before. Load the EHC plans "
            "release that has it, or choose an earlier base census (base_census in "
            "sufficiency.toml)."
        )

    def until(self, year: int) -> "Panel":
        """Return the panel as it stood at an earlier census."""
        keep = self.years <= year
        return replace(
            self,
            years=self.years[keep],
            stock={cut: values[:, keep] for cut, values in self.stock.items()},
            national={cut: values[keep] for cut, values in self.national.items()},
            residents={mid: persons for mid, persons in self.residents.items() if mid < year},
        )

    def growth(self, cut: str) -> Floats:
        """Return England's log growth of one cut, one value a step between censuses.

        From the published national row; where it is missing, from the authorities published in
        both years. Missing where neither is known.
        """
        ours, england = self.stock[cut], self.national[cut]
        both = np.isfinite(ours[:, 1:]) & np.isfinite(ours[:, :-1])
        after = np.where(both, ours[:, 1:], 0.0).sum(axis=0)
        before = np.where(both, ours[:, :-1], 0.0).sum(axis=0)
        published = (england[1:] > 0) & (england[:-1] > 0)
        top = np.where(published, england[1:], after)
        bottom = np.where(published, england[:-1], before)
        known = (top > 0) & (bottom > 0)
        return np.log(np.divide(top, bottom, out=np.ones_like(top), where=known)) + np.where(
            known, 0.0, np.nan
        )

    def children(self) -> Floats:
        """Return residents aged 4 to 18 at the last census, one an authority.

        The latest estimate of a mid-year before the census is moved along cohorts, as its
        publication lags: a child aged 6 two years before counts as aged 8. Missing where no
        estimate is known (forecasting notes 2.4: ages 4 to 18 are the denominator that works).
        """
        missing = np.full(len(self.authorities), np.nan)
        for mid in sorted(self.residents, reverse=True):
            shift = self.origin - 1 - mid
            ages = [max(age - shift, 0) for age in CHILD_AGES]
            persons = self.residents[mid][:, ages].sum(axis=1)
            missing = np.where(np.isnan(missing) & (persons > 0), persons, missing)
        return missing


def build_panel(stock: pd.DataFrame, population: pd.DataFrame, base_year: int) -> Panel:
    """Return the panel of every authority up to one January census.

    A total that falls by more than 40% in a year is a partial return and is dropped. An
    authority's settings are dropped in a year when more than 5% of its plans have no setting
    recorded. The group `other` is what the total leaves after the six other groups.

    Args:
        stock: Table of the `PublishedStock` contract, any authorities and years.
        population: Table of the `Population` contract.
        base_year: Last January census to use; later rows are ignored.

    Raises:
        SufficiencyError: No authority has a total at the base census.
    """
    rows = stock[
        (stock["year"] <= base_year)
        & stock["status"].isin([*COUNTED, *HIDDEN])
        & stock["dimension"].isin(["total", "setting"])
        & stock["level"].isin(["authority", "national"])
    ]
    rows = rows.assign(value=rows["value"].where(rows["status"].isin(COUNTED)))
    totals = rows[(rows["dimension"] == "total") & rows["value"].notna()]
    authorities = tuple(sorted(totals.loc[totals["level"] == "authority", "authority"].unique()))
    if not authorities or not (totals["year"] == base_year).any():
        raise SufficiencyError(
            f"No published number of plans for January {base_year} was found. Put the EHC plans "
            "release that covers it in inputs, or choose another base census."
        )
    years = np.arange(int(totals["year"].min()), base_year + 1)
    local, england = (
        _wide(rows, "authority", authorities, years),
        _wide(rows, "national", (), years),
    )
    before = np.concatenate([np.full((len(authorities), 1), np.nan), local[TOTAL][:, :-1]], axis=1)
    partial = local[TOTAL] < (1 - PARTIAL_RETURN_FALL) * before
    for values in local.values():
        values[partial] = np.nan
    return Panel(
        authorities=authorities,
        years=years,
        stock=local,
        national={cut: values[0] for cut, values in england.items()},
        residents=_residents(population, authorities, base_year),
    )


def _wide(
    rows: pd.DataFrame, level: str, authorities: tuple[str, ...], years: NDArray[np.int64]
) -> dict[str, Floats]:
    part = rows[rows["level"] == level]
    names = pd.Index(authorities) if authorities else pd.Index(part["authority"].unique()[:1])
    if names.empty:
        return {cut: np.full((1, len(years)), np.nan) for cut in cuts()}

    def grid(frame: pd.DataFrame) -> Floats:
        # One hidden part makes the sum unknown; a part that was not collected does not.
        table = frame.groupby(["authority", "year"])["value"].sum(skipna=False).unstack("year")
        return table.reindex(index=names, columns=years).to_numpy(dtype=float, copy=True)

    total = grid(part[part["dimension"] == "total"])
    settings = part[(part["dimension"] == "setting") & (part["year"] >= FIRST_SETTING_YEAR)]
    group = settings["key"].map(lookup("settings", "setting_group"))
    counts = {name: grid(settings[group == name]) for name in setting_groups() if name != "other"}
    unrecorded = np.nan_to_num(grid(settings[settings["key"] == "UNK"]))
    usable = np.isfinite(np.stack(list(counts.values()))).all(axis=0) & np.isfinite(total)
    if level == "authority":
        usable &= ~(unrecorded > UNRECORDED_SHARE * total)
    counts = {name: np.where(usable, values, np.nan) for name, values in counts.items()}
    counts["other"] = np.maximum(total - np.sum(list(counts.values()), axis=0), 0.0)
    return {TOTAL: total, **{name: counts[name] for name in setting_groups()}}


def _residents(
    population: pd.DataFrame, authorities: tuple[str, ...], base_year: int
) -> dict[int, Floats]:
    known = population[
        (population["area_type"] == "authority")
        & (population["projected"] == "observed")
        & (population["year"] < base_year)
    ]
    persons: dict[int, Floats] = {}
    for mid, frame in known.groupby("year"):
        table = frame.groupby(["area", "age"])["persons"].sum().unstack("age")
        table = table.reindex(index=list(authorities), columns=range(OLDEST + 1))
        persons[int(mid)] = table.to_numpy(dtype=float)  # pyright: ignore[reportArgumentType]
    return persons

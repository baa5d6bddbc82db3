"""The panel: every authority's published plans as wide arrays, cut off at one January census.

Nothing dated after the panel's last year is in it, so a method that is given a panel cannot look
ahead. Totals and special schools start in 2010; the other settings in 2017, because the split of
resourced provision and units from mainstream schools starts there. Age bands end in 2022: the
collection of 2023 counts ages in another way, and gives single years of age from 2024.
"""

from dataclasses import dataclass, field, replace
from functools import cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecasts import wide
from forecasts.wide import Floats
from sufficiency.errors import SufficiencyError
from sufficiency.terms import codes

TOTAL = "total"
AGE_BANDS = ("0-4", "5-10", "11-15", "16-19", "20-25")
PARTIAL_RETURN_FALL = 0.4
CHILD_AGES = range(4, 19)


@cache
def setting_groups() -> tuple[str, ...]:
    """Return the setting groups in the order of the terms table."""
    return tuple(codes("setting_groups"))


@cache
def needs() -> tuple[str, ...]:
    """Return the primary needs in the order of the terms table."""
    return tuple(codes("needs"))


@cache
def cuts() -> tuple[str, ...]:
    """Return what is forecast first: the total, then every setting group."""
    return (TOTAL, *setting_groups())


@dataclass(frozen=True)
class Panel:
    """Plans in force by cut, authority and January census.

    What is not published, or not usable, is missing (NaN); flows of a calendar year stand under
    the January that follows it.

    Attributes:
        authorities: Three-digit DfE codes, sorted.
        years: Consecutive January census years; the last one is the origin of a forecast.
        stock: Cut (total, setting group, age band) -> plans, authority x year.
        national: Cut -> plans in England, one a year.
        residents: Mid-year -> residents by single year of age 0 to 25, authority x age; only
            estimates of a mid-year before the last census.
        regions: Region of each authority, empty where none is published.
        flows: `new` (plans), `requests`, `pending` (assessments) -> authority x year.
        new_by_group: Setting group -> new plans, authority x year.
        ages: `all` and `special_state` -> plans by single age 0 to 25, authority x year x age.
        national_ages: The same for England, year x age.
        new_by_age: New plans, authority x year x age (0 to 25; 20 is "20 and over").
        ceased_by_age: Plans ceased, in the same shape.
        needs: Plans by primary need, authority x year x need (in the order of `needs()`).
        national_needs: The same for England, year x need.
        needs_by_age: Plans by need and age, authority x need x age, at the last census.
        national_needs_by_age: The same for England, need x age.
        unusual: Authority x year, true where the authority has annotated the census year as not
            like others: its own growth into it and the flows of it tell nothing of its future.
        pupils: January -> pupils of each authority's schools, as its plans and the published per
            cent of pupils with a plan imply. Stands in where no population estimate is known yet.
    """

    authorities: tuple[str, ...]
    years: NDArray[np.int64]
    stock: dict[str, Floats]
    national: dict[str, Floats]
    residents: dict[int, Floats]
    regions: tuple[str, ...] = ()
    flows: dict[str, Floats] = field(default_factory=dict)
    new_by_group: dict[str, Floats] = field(default_factory=dict)
    ages: dict[str, Floats] = field(default_factory=dict)
    national_ages: dict[str, Floats] = field(default_factory=dict)
    new_by_age: Floats | None = None
    ceased_by_age: Floats | None = None
    needs: Floats | None = None
    national_needs: Floats | None = None
    needs_by_age: Floats | None = None
    national_needs_by_age: Floats | None = None
    unusual: NDArray[np.bool_] | None = None
    pupils: dict[int, Floats] = field(default_factory=dict)

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

    def until(self, year: int, *, hindsight: bool = False) -> "Panel":
        """Return the panel as it stood at an earlier census.

        With `hindsight`, population and pupils known now are kept: for learning from past censuses,
        never for testing.
        """
        keep = self.years <= year
        same = year >= self.origin
        return replace(
            self,
            years=self.years[keep],
            stock=_until(self.stock, keep),
            national={cut: values[keep] for cut, values in self.national.items()},
            residents={
                mid: persons for mid, persons in self.residents.items() if mid < year or hindsight
            },
            pupils={
                january: persons
                for january, persons in self.pupils.items()
                if january <= year or hindsight
            },
            flows=_until(self.flows, keep),
            new_by_group=_until(self.new_by_group, keep),
            ages=_until(self.ages, keep),
            national_ages={cut: values[keep] for cut, values in self.national_ages.items()},
            new_by_age=None if self.new_by_age is None else self.new_by_age[:, keep],
            ceased_by_age=None if self.ceased_by_age is None else self.ceased_by_age[:, keep],
            needs=None if self.needs is None else self.needs[:, keep],
            national_needs=None if self.national_needs is None else self.national_needs[keep],
            needs_by_age=self.needs_by_age if same else None,
            national_needs_by_age=self.national_needs_by_age if same else None,
            unusual=None if self.unusual is None else self.unusual[:, keep],
        )

    def annotated(self, authority: str, years: tuple[int, ...]) -> "Panel":
        """Return the panel with census years of one authority marked as not like others.

        Counts stay as published. Models treat the authority's own growth into such a year and its
        flows of the calendar year before as unknown, so that they take England's in their place.
        """
        if authority not in self.authorities or not years:
            return self
        unusual = np.zeros((len(self.authorities), len(self.years)), dtype=bool)
        if self.unusual is not None:
            unusual |= self.unusual
        unusual[self.authorities.index(authority)] |= np.isin(self.years, years)
        return replace(self, unusual=unusual)

    def only(self, authority: str) -> "Panel":
        """Return the panel as a council has it that holds no other authority's figures."""
        row = [self.row(authority)]
        return replace(
            self,
            authorities=(authority,),
            regions=tuple(self.regions[place] for place in row) if self.regions else (),
            stock=_rows(self.stock, row),
            residents={mid: persons[row] for mid, persons in self.residents.items()},
            pupils={year: persons[row] for year, persons in self.pupils.items()},
            flows=_rows(self.flows, row),
            new_by_group=_rows(self.new_by_group, row),
            ages=_rows(self.ages, row),
            new_by_age=None if self.new_by_age is None else self.new_by_age[row],
            ceased_by_age=None if self.ceased_by_age is None else self.ceased_by_age[row],
            needs=None if self.needs is None else self.needs[row],
            needs_by_age=None if self.needs_by_age is None else self.needs_by_age[row],
            unusual=None if self.unusual is None else self.unusual[row],
            national={cut: np.full(len(self.years), np.nan) for cut in self.national},
            national_ages={
                cut: np.full_like(values, np.nan) for cut, values in self.national_ages.items()
            },
            national_needs=None
            if self.national_needs is None
            else np.full_like(self.national_needs, np.nan),
            national_needs_by_age=None,
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
            ages = [min(max(age - shift, 0), wide.OLDEST) for age in CHILD_AGES]
            persons = self.residents[mid][:, ages].sum(axis=1)
            missing = np.where(np.isnan(missing) & (persons > 0), persons, missing)
        return missing


def build_panel(
    stock: pd.DataFrame,
    flows: pd.DataFrame,
    population: pd.DataFrame,
    base_year: int,
    pupil_rates: pd.DataFrame | None = None,
) -> Panel:
    """Return the panel of every authority up to one January census.

    A total that falls by more than 40% in a year is a partial return, and all counts of that
    authority and year are dropped. An authority's settings are dropped in a year when more than
    5% of its plans have no setting recorded. The group `other` is what the total leaves after the
    six other groups.

    Args:
        stock: Table of the `PublishedStock` contract, any authorities and years.
        flows: Table of the `PublishedFlows` contract.
        population: Table of the `Population` contract.
        base_year: Last January census to use; later rows are ignored.
        pupil_rates: Columns `authority`, `year` and `percent`: per cent of pupils with a plan each
            January (DfE local authority interactive tool, SEN_TotStat).

    Raises:
        SufficiencyError: No authority has a total at the base census.
    """
    rows = wide.usable(stock, base_year)
    totals = rows[(rows["dimension"] == TOTAL) & rows["value"].notna()]
    local_totals = totals[totals["level"] == "authority"]
    authorities = tuple(sorted(local_totals["authority"].unique()))
    if not authorities or not (totals["year"] == base_year).any():
        raise SufficiencyError(
            f"No published number of plans for January {base_year} was found. Put the EHC plans "
            "release that covers it in inputs, or choose another base census."
        )
    years = np.arange(int(totals["year"].min()), base_year + 1)
    regions = local_totals.sort_values("year").groupby("authority")["region"].last()
    own = wide.Grid(rows[rows["level"] == "authority"], authorities, years)
    england = rows[rows["level"] == "national"]
    whole = wide.Grid(england, tuple(england["authority"].unique()[:1]), years)
    local, national = (
        own.stock(setting_groups(), AGE_BANDS),
        whole.stock(setting_groups(), AGE_BANDS, incomplete_allowed=True),
    )
    before = np.concatenate([np.full((len(authorities), 1), np.nan), local[TOTAL][:, :-1]], axis=1)
    partial = local[TOTAL] < (1 - PARTIAL_RETURN_FALL) * before
    ages, need, need_age = own.single_ages(), own.by_need(needs()), own.need_by_age(needs())
    for values in (*local.values(), *ages.values(), need):
        values[partial] = np.nan
    need_age[partial[:, -1]] = np.nan
    moved = wide.usable(flows, base_year)
    moved = wide.Grid(moved[moved["level"] == "authority"], authorities, years)
    return Panel(
        authorities=authorities,
        regions=tuple(str(regions[code]) for code in authorities),
        years=years,
        stock=local,
        national={cut: values[0] for cut, values in national.items()},
        residents=wide.residents(population, authorities, base_year),
        flows=moved.flows(),
        new_by_group=moved.new_by_group(setting_groups()),
        ages=ages,
        national_ages={cut: values[0] for cut, values in whole.single_ages().items()},
        new_by_age=moved.by_age("new_plans"),
        ceased_by_age=moved.by_age("ceased_plans"),
        needs=need,
        national_needs=whole.by_need(needs())[0],
        needs_by_age=need_age,
        national_needs_by_age=whole.need_by_age(needs())[0],
        pupils=wide.pupils(pupil_rates, local[TOTAL], authorities, years),
    )


def _until(arrays: dict[str, Floats], keep: NDArray[np.bool_]) -> dict[str, Floats]:
    return {name: values[:, keep] for name, values in arrays.items()}


def _rows(arrays: dict[str, Floats], rows: list[int]) -> dict[str, Floats]:
    return {name: values[rows] for name, values in arrays.items()}

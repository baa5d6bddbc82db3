"""Published tables as wide arrays: one row an authority, one column a January census.

What is hidden or was not returned stays missing; what was not collected is left out of sums.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sufficiency.terms import lookup

Floats = NDArray[np.float64]

COUNTED = ("ok", "zero")
HIDDEN = ("suppressed", "low", "unreliable")
OLDEST = 25
UNRECORDED_SHARE = 0.05
STATE_SPECIAL = "special_state"
SPECIAL = (STATE_SPECIAL, "special_indep")
FIRST_SETTING_YEAR = 2017  # resourced provision and units are split from mainstream schools
FIRST_BAND_YEAR = {"20-25": 2017}  # plans over 19 came with the reform and were filling up
LAST_BAND_YEAR = 2022  # the collection of 2023 counts ages in another way
PENDING_UNTIL = 2022  # counts of nearly nothing from 2024: another question was asked
FLOWS = {
    "new": "new_plans",
    "requests": "requests",
    "refused": "requests_refused",
    "pending": "assessments_pending",
    "issued": "issued",
    "in_time": "issued_within_20_weeks",
}


def usable(table: pd.DataFrame, base_year: int) -> pd.DataFrame:
    """Return rows up to one January census, with hidden values missing."""
    if table.empty:
        return table
    rows = table[
        (table["year"] <= base_year)
        & table["status"].isin([*COUNTED, *HIDDEN])
        & table["level"].isin(["authority", "national"])
    ]
    return rows.assign(value=rows["value"].where(rows["status"].isin(COUNTED)))


@dataclass(frozen=True)
class Grid:
    """Rows of one published table, to be laid out by authority and census year.

    Attributes:
        rows: Rows from `usable`, of one level.
        authorities: Codes, in the order of the arrays' first axis; empty gives one missing row.
        years: Consecutive January census years.
    """

    rows: pd.DataFrame
    authorities: tuple[str, ...]
    years: NDArray[np.int64]

    def stock(
        self, groups: tuple[str, ...], bands: tuple[str, ...], *, incomplete_allowed: bool = False
    ) -> dict[str, Floats]:
        """Return total, setting groups and age bands -> plans, authority x year."""
        total = self._sum(self._of("total"))
        settings = self._of("setting")
        group = settings["key"].map(lookup("settings", "setting_group"))
        counts = {name: self._sum(settings[group == name]) for name in groups if name != "other"}
        counts = {
            name: np.where(self._since(name), values, np.nan) for name, values in counts.items()
        }
        known = np.isfinite(np.stack(list(counts.values()))).all(axis=0) & np.isfinite(total)
        recorded = np.isfinite(counts[STATE_SPECIAL])
        if not incomplete_allowed:
            unrecorded = np.nan_to_num(self._sum(settings[settings["key"] == "UNK"]))
            recorded &= ~(unrecorded > UNRECORDED_SHARE * total)
        for name, values in counts.items():
            usable_here = recorded & (known | (self.years < FIRST_SETTING_YEAR))
            counts[name] = np.where(usable_here, values, np.nan)
        counts["other"] = np.maximum(total - np.sum(list(counts.values()), axis=0), 0.0)
        ages = self._of("age_band")
        by_band = {band: self._sum(ages[ages["key"] == band]) for band in bands}
        for band, values in by_band.items():
            outside = (self.years < FIRST_BAND_YEAR.get(band, 0)) | (self.years > LAST_BAND_YEAR)
            values[:, outside] = np.nan
        return {"total": total, **{name: counts[name] for name in groups}, **by_band}

    def single_ages(self) -> dict[str, Floats]:
        """Return `all` and `special_state` -> plans, authority x year x age 0 to 25.

        An age without a row is 0 wherever ages were returned in that year at all.
        """
        placed = self._of("age_setting")
        group = placed["second_key"].map(lookup("settings", "setting_group"))
        special = placed[group == STATE_SPECIAL]
        return {
            "all": self._by_age(self._of("age"), "key"),
            STATE_SPECIAL: self._by_age(special, "key"),
        }

    def by_need(self, needs: tuple[str, ...]) -> Floats:
        """Return plans by primary need, authority x year x need; a need without a row is 0."""
        rows = self._of("need")
        return self._absent_is_zero(rows, _places(rows["key"], needs), len(needs))

    def need_by_age(self, needs: tuple[str, ...]) -> Floats:
        """Return plans by need and age at the last census, authority x need x age 0 to 25."""
        rows = self._of("need_age")
        rows = rows[rows["year"] == self.years[-1]]
        need, age = _places(rows["key"], needs), _ages(rows["second_key"])
        layer = np.where((need >= 0) & (age >= 0), need * (OLDEST + 1) + age, -1)
        cube = self._absent_is_zero(rows, layer, len(needs) * (OLDEST + 1))[:, -1]
        return cube.reshape(len(cube), len(needs), OLDEST + 1)

    def flows(self) -> dict[str, Floats]:
        """Return flow -> number in the calendar year before each January, authority x year."""
        if self.rows.empty:
            return {name: self._missing() for name in FLOWS}
        totals = self._of("total")
        flows = {name: self._sum(totals[totals["flow"] == flow]) for name, flow in FLOWS.items()}
        flows["pending"][:, self.years > PENDING_UNTIL] = np.nan
        return flows

    def new_by_group(self, groups: tuple[str, ...]) -> dict[str, Floats]:
        """Return setting group -> new plans, authority x year."""
        if self.rows.empty:
            return {name: self._missing() for name in groups}
        rows = self._of("setting")
        rows = rows[(rows["flow"] == "new_plans") & (rows["key"] != "UNK")]
        group = rows["key"].map(lookup("settings", "setting_group"))
        counts = {name: self._sum(rows[group == name]) for name in groups}
        early = self.years < FIRST_SETTING_YEAR
        for name in groups:
            if name not in SPECIAL:
                counts[name][:, early] = np.nan
        return counts

    def by_age(self, flow: str) -> Floats:
        """Return one flow by single age, authority x year x age 0 to 25; 20 is 20 and over."""
        if self.rows.empty:
            return np.repeat(self._missing()[:, :, None], OLDEST + 1, axis=2)
        rows = self._of("age")
        return self._by_age(rows[rows["flow"] == flow], "key")

    @cached_property
    def _by_dimension(self) -> dict[str, pd.DataFrame]:
        return {str(name): rows for name, rows in self.rows.groupby("dimension")}

    def _of(self, dimension: str) -> pd.DataFrame:
        return self._by_dimension.get(dimension, self.rows.iloc[:0])

    def _since(self, group: str) -> NDArray[np.bool_]:
        return np.full(len(self.years), group in SPECIAL) | (self.years >= FIRST_SETTING_YEAR)

    def _missing(self) -> Floats:
        return np.full((max(len(self.authorities), 1), len(self.years)), np.nan)

    def _sum(self, rows: pd.DataFrame) -> Floats:
        return self._cube(rows, np.zeros(len(rows), dtype=np.int64), 1)[:, :, 0]

    def _cube(self, rows: pd.DataFrame, layer: NDArray[np.int64], layers: int) -> Floats:
        """Return sums, authority x year x layer; rows of layer -1 are left out.

        One hidden part makes a sum unknown; a part that was not collected does not.
        """
        shape = (max(len(self.authorities), 1), len(self.years), layers)
        sums, seen = np.zeros(shape), np.zeros(shape, dtype=bool)
        place = pd.Index(self.authorities, dtype="str").get_indexer(pd.Index(rows["authority"]))
        year = rows["year"].to_numpy(dtype=np.int64) - int(self.years[0])
        used = (place >= 0) & (layer >= 0) & (year >= 0) & (year < len(self.years))
        at = (place[used], year[used], layer[used])
        np.add.at(sums, at, rows["value"].to_numpy(dtype=float)[used])
        seen[at] = True
        return np.where(seen, sums, np.nan)

    def _by_age(self, rows: pd.DataFrame, column: str) -> Floats:
        return self._absent_is_zero(rows, _ages(rows[column]), OLDEST + 1)

    def _absent_is_zero(self, rows: pd.DataFrame, layer: NDArray[np.int64], layers: int) -> Floats:
        """Lay parts side by side; a part without a row is 0 wherever any part was returned."""
        values = self._cube(rows, layer, layers)
        hidden = self._cube(rows.assign(value=1.0), layer, layers) > 0
        returned = np.isfinite(values).any(axis=2, keepdims=True)
        return np.where(returned & ~hidden, 0.0, values)


def _ages(keys: pd.Series) -> NDArray[np.int64]:
    ages = pd.to_numeric(keys, errors="coerce").clip(upper=OLDEST)
    return ages.fillna(-1).to_numpy(dtype=np.int64)


def _places(keys: pd.Series, names: tuple[str, ...]) -> NDArray[np.int64]:
    return pd.Index(names).get_indexer(pd.Index(keys)).astype(np.int64)


def residents(
    population: pd.DataFrame, authorities: tuple[str, ...], base_year: int
) -> dict[int, Floats]:
    """Return mid-year -> residents by age 0 to 25, authority x age; observed estimates only."""
    known = population[
        (population["area_type"] == "authority")
        & (population["projected"] == "observed")
        & (population["year"] < base_year)
    ]
    persons: dict[int, Floats] = {}
    for mid, frame in known.groupby("year"):
        table = frame.groupby(["area", "age"])["persons"].sum().unstack("age")
        table = table.reindex(index=list(authorities), columns=range(OLDEST + 1))
        persons[int(str(mid))] = table.to_numpy(dtype=float)
    return persons


def pupils(
    rates: pd.DataFrame | None,
    total: Floats,
    authorities: tuple[str, ...],
    years: NDArray[np.int64],
) -> dict[int, Floats]:
    """Return January -> pupils implied by plans and the per cent of pupils who have one.

    Plans cover ages 0 to 25, so the number is too large everywhere; only how it differs between
    authorities is used.
    """
    if rates is None:
        return {}
    implied: dict[int, Floats] = {}
    for place, year in enumerate(years):
        rows = rates[(rates["year"] == year) & (rates["percent"] > 0)]
        if len(rows):
            percent = rows.set_index("authority")["percent"].reindex(list(authorities))
            implied[int(year)] = 100.0 * total[:, place] / percent.to_numpy(dtype=float)
    return implied

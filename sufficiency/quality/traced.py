"""A SEN2 return with each row traced to its parents, and which plans are active.

Nothing here leans on the census-day positions, which leave out rows that are wrong: whether a plan
is active on census day is told from the return alone, by the rule of `people.rows`,
for every plan of a person and not only the one that counts.
"""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd

from sufficiency.people.rows import age_before_census
from sufficiency.sen2.model import MODULES, PARENTS, WHERE, Return

FOUND = ("module", "column", *WHERE)


@dataclass(frozen=True)
class TracedReturn:
    """One return, each fact about its rows computed once."""

    found: Return
    _columns: dict[tuple[str, str], pd.Series] = field(
        default_factory=dict, repr=False, kw_only=True
    )

    @property
    def day(self) -> pd.Timestamp:
        """Census day."""
        return self.found.census_day

    @cached_property
    def frames(self) -> dict[str, pd.DataFrame]:
        """Every module, rows numbered from 0; a module that is not there has no rows."""
        nothing = pd.DataFrame({"file": [], "sheet": [], "row": []}).astype(
            {"file": "str", "sheet": "str", "row": "int64"}
        )
        held = self.found.modules
        return {m: held.get(m, nothing).reset_index(drop=True) for m in MODULES}

    def text(self, module: str, column: str) -> pd.Series:
        """Return one column as text, `""` where missing or where there is no such column."""
        key = (module, column)
        if key not in self._columns:
            frame = self.frames[module]
            if column not in frame:
                made = pd.Series("", index=frame.index, dtype="str")
            elif pd.api.types.is_string_dtype(frame[column]):
                made = frame[column].fillna("")
            else:
                made = frame[column].astype("str").where(frame[column].notna(), "")
            self._columns[key] = made
        return self._columns[key]

    def filled(self, module: str, column: str) -> pd.Series:
        """Return whether each cell holds anything that was understood."""
        return self.text(module, column) != ""

    def date(self, module: str, column: str) -> pd.Series:
        """Return one column of dates, missing where empty or unreadable."""
        frame = self.frames[module]
        if column not in frame:
            return pd.Series(pd.NaT, index=frame.index, dtype="datetime64[us]")
        return frame[column]

    def number(self, module: str, column: str) -> pd.Series:
        """Return one column of whole numbers (`Int64`), missing where empty or unreadable."""
        frame = self.frames[module]
        if column not in frame:
            return pd.Series(pd.NA, index=frame.index, dtype="Int64")
        return pd.to_numeric(frame[column], errors="coerce").astype("Int64")

    def flag(self, module: str, column: str) -> pd.Series:
        """Return where a yes/no field says yes."""
        frame = self.frames[module]
        if column not in frame:
            return pd.Series(False, index=frame.index)
        return frame[column].fillna(False).astype(bool)

    def empty(self, module: str, column: str) -> pd.Series:
        """Return where a cell was left empty; one that was filled but not understood is not."""
        return ~self.filled(module, column) & ~self.unreadable(module, column)

    def unreadable(self, module: str, column: str) -> pd.Series:
        """Return where a cell was filled with what is not of its kind."""
        frame = self.frames[module]
        wrong = self.found.unreadable
        wrong = wrong[(wrong["module"] == module) & (wrong["column"] == column)]
        if wrong.empty:
            return pd.Series(False, index=frame.index)
        places = pd.MultiIndex.from_frame(frame[list(WHERE)])
        held = places.isin(pd.MultiIndex.from_frame(wrong[list(WHERE)]))
        return pd.Series(held, index=frame.index)

    def ids(self, module: str) -> pd.Series:
        """Return each row's own id."""
        return self.text(module, f"{module}tableid")

    def repeated(self, module: str) -> pd.Series:
        """Return where a row's own id appears before in the module."""
        ids = self.ids(module)
        return (ids != "") & ids.duplicated()

    def parent(self, module: str) -> pd.Series:
        """Return the number of each row's parent row, missing for an orphan (`Int64`)."""
        key = (module, "its parent's row")
        if key not in self._columns:
            above = PARENTS[module]
            ids = self.ids(above)
            usable = ids[(ids != "") & ~ids.duplicated()]
            rows = pd.Series(usable.index.to_numpy(), index=usable.to_numpy(), dtype="Int64")
            self._columns[key] = self.text(module, f"{above}tableid").map(rows).astype("Int64")
        return self._columns[key]

    def above(self, module: str, *modules: str) -> pd.Series:
        """Return the row number of an ancestor: its parent's, then up through `modules`."""
        rows = self.parent(module)
        for step in modules:
            rows = self.lift(self.parent(step), rows)
        return rows

    @staticmethod
    def lift(values: pd.Series, rows: pd.Series) -> pd.Series:
        """Return `values` of other rows, one for each row number; missing where it is missing."""
        lifted = values.reindex(rows.fillna(-1).astype("int64").to_numpy())
        return lifted.set_axis(rows.index)

    def any_below(self, module: str, rows: pd.Series) -> pd.Series:
        """Return which rows of `module` are among `rows` (row numbers, missing ones ignored)."""
        frame = self.frames[module]
        return pd.Series(frame.index.isin(rows.dropna().to_numpy(dtype="int64")), frame.index)

    @cached_property
    def plan_request(self) -> pd.Series:
        """The requests row of each named plan."""
        return self.above("namedplan", "assessment")

    @cached_property
    def plan_in_force(self) -> pd.Series:
        """Which named plans are in force on census day; no start date counts as started."""
        start, cease = self.date("namedplan", "startdate"), self.date("namedplan", "ceasedate")
        return (start.isna() | (start <= self.day)) & (cease.isna() | (cease >= self.day))

    @cached_property
    def active(self) -> pd.Series:
        """Which activeplans rows are plans active on census day (domain handbook 1.5).

        A row with an id of its own, a request and a person, whose request has no named plan or one
        in force.
        """
        request = self.parent("activeplans")
        named = self.any_below("requests", self.plan_request)
        in_force = self.any_below("requests", self.plan_request[self.plan_in_force])
        ceased = self.lift(named & ~in_force, request).fillna(False).astype(bool)
        own = (self.ids("activeplans") != "") & ~self.repeated("activeplans")
        return own & self.plan_person.notna() & ~ceased

    @cached_property
    def plan_person(self) -> pd.Series:
        """The person row of each activeplans row."""
        return self.above("activeplans", "requests")

    @cached_property
    def has_plan(self) -> pd.Series:
        """Which people have a plan active on census day."""
        return self.any_below("person", self.plan_person[self.active])

    @cached_property
    def age(self) -> pd.Series:
        """Age of each person at 31 August before the census (`Int64`)."""
        born = self.date("person", "personbirthdate")
        return age_before_census(born, self.found.year).astype("Int64")

    def failing(
        self, module: str, wrong: pd.Series | np.ndarray, column: str | pd.Series
    ) -> pd.DataFrame:
        """Return where the failing rows are: module, column, file, sheet, row."""
        mask = pd.Series(wrong, index=self.frames[module].index).fillna(False).astype(bool)
        if not mask.any():
            return self.nothing
        rows = self.frames[module].loc[mask, list(WHERE)]
        named = column[mask] if isinstance(column, pd.Series) else column
        return rows.assign(module=module, column=named)[list(FOUND)]

    @cached_property
    def nothing(self) -> pd.DataFrame:
        """No failure."""
        return self.whole(count=0)

    def whole(self, column: str = "", module: str = "", count: int = 1) -> pd.DataFrame:
        """Return `count` failures of the return as a whole: no file and no row."""
        return pd.DataFrame(
            {"module": module, "column": column, "file": "", "sheet": "", "row": pd.NA},
            index=range(count),
            columns=list(FOUND),
        )

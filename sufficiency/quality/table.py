"""What was checked, and what a planner is told: one row a check, one finding a failure."""

from collections.abc import Mapping

import pandas as pd

from sufficiency.contracts import QualityChecks, checked, empty
from sufficiency.errors import WorkspaceError
from sufficiency.findings import Finding, Findings
from sufficiency.pupil_census.model import PupilCensus
from sufficiency.quality.checks import CENSUS, SEN2, declared
from sufficiency.quality.traced import TracedReturn
from sufficiency.sen2.model import WHERE, Return

SOURCES = {SEN2: "SEN2 return", CENSUS: "school census"}
AGAINST_LAST_YEAR = (
    "lost_since_last_return",
    "active_before_but_not_returned",
    "jump_total",
    "jump_need",
    "jump_setting",
    "jump_age",
    "definition_break",
    "identifier_passed_on",
)
AGAINST_RETURN = ("plan_in_census_only", "plan_in_sen2_only")
NO_RETURN_BEFORE = "Not checked: there is no return of the January before."
NO_RETURN = "Not checked: there is no SEN2 return of this January."
ROWS_NAMED = 5
NOTHING = "None."


def quality_table(
    issues: pd.DataFrame,
    returns: list[Return],
    censuses: list[PupilCensus],
    positions: dict[int, pd.DataFrame],
    severities: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """Return every check of every return and of every year's censuses, passed or not.

    Args:
        issues: What `check_returns` and `check_censuses` found.
        returns: The returns that were checked.
        censuses: The censuses that were checked; the terms of a year are one row a check.
        positions: Census-day positions by January; their size is not used for shares, since
            positions leave out rows that are wrong.
        severities: Check id -> severity, where a workspace's differ from `checks.csv`.

    Returns:
        Contract `QualityChecks`. `share` is plans touched by a failing row out of plans active on
        census day (census: failing registrations out of all); missing where rows fail that belong
        to no plan of this return, such as a school as a whole.

    Raises:
        WorkspaceError: `severities` names a check that there is not.
    """
    held = sorted(returns, key=lambda one: one.year)
    years = {found.year for found in held}
    parts = [_of_return(issues, found, found.year - 1 in years) for found in held]
    for year in sorted({census.year for census in censuses}):
        registrations = sum(len(c.pupils) for c in censuses if c.year == year)
        parts.append(_of_censuses(issues, year, registrations, year in years))
    if not parts:
        return empty(QualityChecks)
    table = pd.concat(parts, ignore_index=True)
    if severities:
        _refuse_unknown(severities)
        table["severity"] = table["check"].map(dict(severities)).fillna(table["severity"])
    return checked(QualityChecks, table, "quality_checks")


def _refuse_unknown(severities: Mapping[str, str]) -> None:
    unknown = sorted(set(severities) - set(declared()["check"]))
    if unknown:
        raise WorkspaceError(
            f"sufficiency.toml, [checks]: there is no check {', '.join(unknown)}. The ids of the "
            "checks are in the quality_checks table."
        )


def _declared_of(source: str, issues: pd.DataFrame, year: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the checks of one source with year and count, and their issues."""
    checks = declared()
    checks = checks[checks["source"] == source].reset_index(drop=True)
    mine = issues[(issues["year"] == year) & (issues["source"] == source)]
    count = checks["check"].map(mine["check"].value_counts()).fillna(0).astype("int32")
    return checks.assign(year=year, source=SOURCES[source], count=count), mine


def _of_return(issues: pd.DataFrame, found: Return, has_before: bool) -> pd.DataFrame:
    checks, mine = _declared_of(SEN2, issues, found.year)
    touched = PlansTouched(TracedReturn(found))
    shares = {str(name): touched.share(rows) for name, rows in mine.groupby("check")}
    if not has_before:
        checks = _not_checked(checks, AGAINST_LAST_YEAR, NO_RETURN_BEFORE)
    return _with_shares(checks, shares)


def _of_censuses(
    issues: pd.DataFrame, year: int, registrations: int, has_return: bool
) -> pd.DataFrame:
    checks, mine = _declared_of(CENSUS, issues, year)
    shares = {
        str(name): min(len(rows[list(WHERE)].drop_duplicates()) / registrations, 1.0)
        if (rows["module"] == "pupils").all()
        else None
        for name, rows in mine.groupby("check")
    }
    if not has_return:
        checks = _not_checked(checks, AGAINST_RETURN, NO_RETURN)
    return _with_shares(checks, shares)


def _not_checked(checks: pd.DataFrame, names: tuple[str, ...], why: str) -> pd.DataFrame:
    return checks.assign(assumed=checks["assumed"].mask(checks["check"].isin(names), why))


def _with_shares(checks: pd.DataFrame, shares: Mapping[str, float | None]) -> pd.DataFrame:
    found = checks["check"].map(dict(shares)).astype("float64")
    return checks.assign(share=found.mask(checks["count"] == 0, 0.0))


class PlansTouched:
    """Which plans active on census day a failing row belongs to."""

    def __init__(self, joined: TracedReturn) -> None:
        self._joined = joined
        self._places: dict[str, pd.MultiIndex] = {}
        request = joined.parent("activeplans")
        self._plans = pd.DataFrame(
            {
                "activeplans": request.index,
                "requests": request,
                "person": joined.plan_person,
                "sen2": joined.lift(joined.parent("person"), joined.plan_person),
            }
        )[joined.active]

    def share(self, rows: pd.DataFrame) -> float | None:
        """Return the share of active plans touched; None where a row is not of this return."""
        if self._plans.empty or rows["row"].isna().any():
            return None
        hit = pd.Series(False, index=self._plans.index)
        for module, of_module in rows.groupby("module"):
            found = self._rows(str(module), of_module)
            if found is None:
                return None
            name, numbers = self._up(str(module), found)
            hit |= self._plans[name].isin(numbers.dropna().astype("int64"))
        return float(hit.mean())

    def _rows(self, module: str, rows: pd.DataFrame) -> pd.Series | None:
        if module not in self._places:
            frame = self._joined.frames[module][list(WHERE)]
            self._places[module] = pd.MultiIndex.from_frame(frame.astype({"row": "int64"}))
        wanted = pd.MultiIndex.from_frame(rows[list(WHERE)].astype({"row": "int64"}))
        held = self._places[module].isin(wanted)
        if not wanted.isin(self._places[module]).all():
            return None
        return pd.Series(held.nonzero()[0], dtype="int64")

    def _up(self, module: str, numbers: pd.Series) -> tuple[str, pd.Series]:
        """Return the module of `_plans` that rows hang from, and the row numbers there."""
        joined = self._joined
        if module in self._plans:
            return module, numbers
        above = {
            "assessment": ("requests", ()),
            "namedplan": ("requests", ("assessment",)),
            "plandetail": ("requests", ("namedplan", "assessment")),
            "placementdetail": ("activeplans", ()),
            "senneed": ("activeplans", ()),
        }
        top, steps = above[module]
        return top, joined.above(module, *steps).iloc[numbers]


def findings_from(
    quality: pd.DataFrame, issues: pd.DataFrame, returns: list[Return]
) -> list[Finding]:
    """Return one finding a failing check and year; a check that passes gives none.

    Args:
        quality: What `quality_table` returned.
        issues: What it was counted from.
        returns: The returns, for the names of their files.

    Returns:
        Findings with the severity of the table. Those that block name the first rows.
    """
    found = Findings()
    of_year = {one.year: [file.name for file in one.files] for one in returns}
    source_of = {words: name for name, words in SOURCES.items()}
    grouped = dict(list(issues.groupby(["year", "source", "check"], sort=False)))
    for line in quality[quality["count"] > 0].itertuples(index=False):
        rows = grouped[(int(str(line.year)), source_of[str(line.source)], str(line.check))]
        found.items.append(_finding(line, rows, of_year.get(int(str(line.year)), [])))
    return found.items


def _finding(line, rows: pd.DataFrame, files: list[str]) -> Finding:
    located = rows[rows["row"].notna()]
    named = sorted(set(located["file"])) or (files if line.source == SOURCES[SEN2] else [])
    columns = sorted(set(rows["column"]) - {""})
    first = "" if line.severity != "blocks" else _first_rows(located)
    share = "" if pd.isna(line.share) else f" ({_percent(line.share)} of {_of_what(line)})"
    assumed = "" if line.assumed in ("", NOTHING) else f" Assumed: {line.assumed}"
    return Finding(
        str(line.check),
        line.severity,
        f"{line.title}: {int(line.count):,}{share}, January {int(line.year)}.{first}{assumed}",
        str(line.action),
        source=named[0] if len(named) == 1 else f"{line.source} {line.year}",
        row=int(located["row"].iloc[0]) if len(located) == 1 else 0,
        column=columns[0] if len(columns) == 1 else "",
        count=int(line.count),
    )


def _of_what(line) -> str:
    return "plans" if line.source == SOURCES[SEN2] else "registrations"


def _percent(share: float) -> str:
    return "under 0.1%" if 0 < share < 0.001 else f"{share:.1%}"


def _first_rows(located: pd.DataFrame) -> str:
    if located.empty:
        return ""
    ordered = located.sort_values(["file", "sheet", "row"], kind="stable").head(ROWS_NAMED)
    alone = len(ordered[["file", "sheet"]].drop_duplicates()) == 1
    places = [
        str(row) if alone else f"{file}{f' sheet {sheet}' if sheet else ''} row {row}"
        for file, sheet, row in zip(ordered["file"], ordered["sheet"], ordered["row"], strict=True)
    ]
    word = "First rows" if len(located) > ROWS_NAMED else "Rows" if len(located) > 1 else "Row"
    return f" {word}: {(', ' if alone else '; ').join(places)}."

"""From a return as text to a return typed: dates, flags, numbers, year and specification."""

from datetime import date, timedelta

import pandas as pd

from sufficiency.findings import Findings
from sufficiency.sen2.fields import SPECIFICATIONS, expected, names, plain, return_fields
from sufficiency.sen2.model import MODULES, WHERE, RawReturn, Return
from sufficiency.sen2.tables import looked_up, with_every_field
from sufficiency.sen2.values import typed_column

NEEDED = frozenset(("sen2", "person", "requests", "activeplans", "placementdetail", "senneed"))
FIRST_YEAR, LAST_YEAR = 2000, 2100
THURSDAY = 3
KINDS_READ = {"date": "date", "datetime": "date", "flag": "flag", "number": "number"}
# Columns that came with a specification or went with it (domain handbook 1.3).
_SINCE_1_3 = frozenset(
    (
        ("sen2", "dsco"),
        ("requests", "requestsource"),
        ("activeplans", "reviewdraft"),
        ("activeplans", "phasetransferduedate"),
        ("activeplans", "phasetransferfinaldate"),
    )
)
_SINCE_1_2 = frozenset(
    (
        ("activeplans", "reviewmeeting"),
        ("activeplans", "reviewoutcome"),
        ("placementdetail", "res"),
        ("placementdetail", "wbp"),
    )
)
_BEFORE_1_2 = frozenset(
    (
        ("activeplans", "res"),
        ("activeplans", "wbp"),
        ("placementdetail", "attendancepattern"),
    )
)


def third_thursday(year: int) -> date:
    """Return the census day of a January (domain handbook 1.1)."""
    first = date(year, 1, 1)
    return first + timedelta(days=(THURSDAY - first.weekday()) % 7 + 14)


def typed(raw: RawReturn, findings: Findings) -> Return | None:
    """Return a return with every field of every specification, typed.

    Before specification 1.2 residential and work-based codes stand on the active plan: they are
    given to its placements too, where those have none.

    Args:
        raw: The return as text.
        findings: Receives missing modules and columns, and a return without a year.

    Returns:
        None where a needed module is missing or the year cannot be told; a finding then blocks.
    """
    source = raw.files[0].name.rpartition("/")[2] if raw.files else ""
    if not _has_modules(raw, source, findings):
        return None
    modules: dict[str, pd.DataFrame] = {}
    unreadable: list[pd.DataFrame] = []
    for module in MODULES:
        modules[module], wrong = _typed_module(raw.modules.get(module), module)
        unreadable.extend(wrong)
    census = _census(modules["sen2"], source, findings)
    if census is None:
        return None
    specification = told_specification(raw)
    _say_missing_columns(raw, specification, source, findings)
    modules["placementdetail"] = _with_plan_codes(
        modules["placementdetail"], modules["activeplans"]
    )
    year, census_day, authority = census
    return Return(
        authority=authority,
        year=year,
        census_day=census_day,
        specification=specification,
        format=raw.format,
        files=raw.files,
        modules=modules,
        unreadable=_all_unreadable(unreadable),
    )


def told_specification(raw: RawReturn) -> str:
    """Return the specification that a return follows, told by its columns.

    A return that was not read from files has no headings; its filled columns tell then.
    """
    if raw.headings:
        keys = {(m, plain(name)) for m, told in raw.headings.items() for name in told}
        present = {(m, names(m).get(key, "")) for m, key in keys}
        sexes = {key for m, key in keys if m == "person"}
    else:
        present = {
            (module, field)
            for module, made in raw.modules.items()
            for field in made.columns
            if field not in WHERE and (made[field] != "").any()
        }
        sexes = {"sex"} if ("person", "sex") in present else set()
    if present & _SINCE_1_3:
        return "1.3"
    if present & _SINCE_1_2:
        return "1.2"
    if present & _BEFORE_1_2 or sexes & {"gendercurrent", "gender"} or "sex" not in sexes:
        return "before 1.2"
    return "1.2"


def _has_modules(raw: RawReturn, source: str, findings: Findings) -> bool:
    missing = [m for m in MODULES if m not in raw.modules or raw.modules[m].empty]
    for module in missing:
        lacks = "has no rows of" if module in raw.modules else "has no"
        needed = module in NEEDED
        add = findings.block if needed else findings.warn
        add(
            "missing_module",
            f"The return of {source} {lacks} module {module}"
            + ("; the return was left out." if needed else "."),
            "Export all nine modules again, or check that the council returned none of them.",
            source=source,
        )
    return not NEEDED & set(missing)


def _typed_module(
    made: pd.DataFrame | None, module: str
) -> tuple[pd.DataFrame, list[pd.DataFrame]]:
    """Return a module typed, and the rows of `unreadable` that it gave."""
    if made is None:
        made = pd.DataFrame({column: pd.Series([], dtype="str") for column in WHERE})
    made = with_every_field(made, module)
    columns: dict[str, pd.Series] = {}
    unreadable: list[pd.DataFrame] = []
    for field, kind in return_fields(module).items():
        columns[field], wrong = typed_column(made[field], kind)
        if wrong.any():
            where = made.loc[wrong, list(WHERE)].reset_index(drop=True)
            unreadable.append(where.assign(module=module, column=field, kind=KINDS_READ[kind]))
    for column in WHERE:
        columns[column] = made[column].astype("int64" if column == "row" else "str")
    return pd.DataFrame(columns).reset_index(drop=True), unreadable


def _all_unreadable(parts: list[pd.DataFrame]) -> pd.DataFrame:
    columns = ["module", "column", *WHERE, "kind"]
    if parts:
        return pd.concat(parts, ignore_index=True)[columns]
    nothing = pd.DataFrame({column: pd.Series([], dtype="str") for column in columns})
    return nothing.astype({"row": "int64"})


def _census(
    header: pd.DataFrame, source: str, findings: Findings
) -> tuple[int, pd.Timestamp, str] | None:
    """Return year, census day and authority of a header, or None with a finding that blocks."""
    days = header["referencedate"]
    days = days.where(days.dt.year.between(FIRST_YEAR, LAST_YEAR))
    years = days.dt.year.astype("Int64").fillna(header["year"])
    years = years.where(years.between(FIRST_YEAR, LAST_YEAR)).dropna()
    if years.nunique() > 1:
        findings.block(
            "several_years_in_return",
            f"The return of {source} has headers of {years.nunique()} years; it was left out.",
            "Export each year's return by itself.",
            source=source,
            count=int(years.nunique()),
        )
        return None
    if years.empty:
        findings.block(
            "year_not_told",
            f"The header of {source} has neither a reference date nor a year; the return was left "
            "out.",
            "Fill referencedate: the third Thursday of January.",
            source=source,
            column="referencedate",
        )
        return None
    year = int(years.iloc[0])
    told = days.dropna()
    day = told.iloc[0] if len(told) else pd.Timestamp(third_thursday(year))
    authorities = header["lea"][header["lea"] != ""]
    return year, pd.Timestamp(day), str(authorities.iloc[0]) if len(authorities) else ""


def _say_missing_columns(
    raw: RawReturn, specification: str, source: str, findings: Findings
) -> None:
    """Warn of fields that the files have no column for; an XML file leaves out what is empty."""
    if raw.format == "collect":
        return
    for module, told in raw.headings.items():
        known = names(module)
        present = {known.get(plain(name), "") for name in told}
        lacking = [field for field in expected(module, specification) if field not in present]
        if raw.format != "blade":
            lacking = [field for field in lacking if not field.endswith("tableid")]
        if lacking:
            findings.warn(
                "missing_column",
                f"The {module} table of {source} has no column for {', '.join(lacking)} "
                f"(specification {specification}); taken as empty.",
                "Export the module with all its columns, if the council holds them.",
                source=source,
                column=lacking[0],
                count=len(lacking),
            )


def _with_plan_codes(placements: pd.DataFrame, plans: pd.DataFrame) -> pd.DataFrame:
    moved: dict[str, pd.Series] = {}
    for code in ("res", "wbp"):
        told = plans[(plans[code] != "") & (plans["activeplanstableid"] != "")]
        of_plan = told.drop_duplicates("activeplanstableid").set_index("activeplanstableid")[code]
        found = looked_up(placements["activeplanstableid"], of_plan)
        moved[code] = placements[code].where(placements[code] != "", found)
    return placements.assign(**moved)


__all__ = ["SPECIFICATIONS", "third_thursday", "told_specification", "typed"]

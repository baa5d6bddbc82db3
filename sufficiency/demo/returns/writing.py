"""The demo's returns put where a council would put its own."""

from datetime import date
from pathlib import Path

import pandas as pd

from sufficiency.demo.people import World, return_modules
from sufficiency.demo.people.census import census_pupils
from sufficiency.demo.returns.censuses import write_census
from sufficiency.demo.returns.layout import Specification
from sufficiency.demo.returns.planted import plant
from sufficiency.demo.returns.text_files import write_blade, write_collect
from sufficiency.demo.returns.workbooks import write_presubmission, write_template
from sufficiency.people.reference import Reference
from sufficiency.sen2.model import Format

FIRST_ROW = 2

FORMATS: dict[int, tuple[Format, Specification]] = {
    2020: ("presubmission", "before 1.2"),
    2021: ("template", "1.2"),
    2022: ("collect", "1.2"),
    2023: ("blade", "before 1.2"),
    2024: ("blade", "1.2"),
    2025: ("blade", "1.3"),
}
"""Each January in another format, so that the demo reads them all."""

ABOUT_THE_KEY = """The answer key of the planted errors.

to_find.csv      One line a row that a check must find: held_in is the January whose return has it.
corrections.csv  What an officer would write into restricted/corrections.xlsx: row, column, and in
                 corrected the value, REMOVE, REMOVE ALL, or nothing for CLEAR.
counts.csv       How often each check must fail because of what was planted.

Some people of the clean demo are aged 25, live outside Westmere or have no UPN: age_25,
home_outside and no_identifier_with_reason find them as well. Checks that compare the school census
with SEN2 find the spoilt rows too.
"""


def write_return(
    modules: dict[str, pd.DataFrame],
    folder: Path,
    form: Format,
    specification: Specification = "1.3",
) -> None:
    """Write one return in one format into a folder, made if it is not there."""
    year = int(modules["sen2"]["year"].iloc[0])
    if form == "blade":
        write_blade(modules, folder, date(year, 3, 1), specification)
    elif form == "collect":
        write_collect(modules, folder / f"SEN2_{year}.xml", specification)
    elif form == "template":
        write_template(modules, folder / f"SEN2_template_{year}.xlsx", specification)
    else:
        write_presubmission(modules, folder / f"SEN2_pre-submission_{year}.xlsx", specification)


def write_returns(people: World, folder: Path, januaries: int = len(FORMATS)) -> None:
    """Write the return of each of the last Januaries, in the formats of `FORMATS`."""
    for year, (form, specification) in list(FORMATS.items())[-januaries:]:
        write_return(return_modules(people, year), folder / str(year), form, specification)


def write_censuses(people: World, folder: Path, januaries: int = len(FORMATS)) -> None:
    """Write the spring census of the last Januaries, in COLLECT and NPD spellings by turns."""
    for year in list(FORMATS)[-januaries:]:
        path = folder / f"school_census_spring_{year}.csv"
        pupils = census_pupils(people, year, "spring")
        write_census(pupils, path, "collect" if year % 2 else "npd", year)


def write_planted_returns(people: World, reference: Reference, folder: Path, key: Path) -> None:
    """Write Blade returns with errors of every kind planted, and what a check must find.

    Args:
        people: The world.
        reference: What the returns will be looked up in.
        folder: Where the returns go, a sub-folder a January.
        key: Folder of the answer key: `to_find.csv`, one row a failing row, `corrections.csv`, what
            an officer would type, and `counts.csv`, how often each check must fail.
    """
    clean = {year: return_modules(people, year) for year in FORMATS}
    spoilt, answers = plant(clean, reference, people.seed)
    for year, modules in spoilt.items():
        write_blade(modules, folder / str(year), date(year, 3, 1))
    key.mkdir(parents=True, exist_ok=True)
    rows = {"to_find": answers.flagged, "corrections": answers.corrections}
    for name, frame in rows.items():
        numbered = frame.assign(row=frame["position"] + FIRST_ROW).drop(columns="position")
        numbered.to_csv(key / f"{name}.csv", index=False)
    answers.counts.to_csv(key / "counts.csv", index=False)
    (key / "README.txt").write_text(ABOUT_THE_KEY, encoding="utf-8")


def write_all_formats(people: World, folder: Path) -> None:
    """Write the return of each January in every format, in its newest specification."""
    for year in FORMATS:
        modules = return_modules(people, year)
        for form in ("blade", "collect", "template", "presubmission"):
            write_return(modules, folder / form / str(year), form)

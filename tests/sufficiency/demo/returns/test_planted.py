"""Planted errors, read back and checked: the right check, the right rows, nothing else."""

import csv
from collections import Counter
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import pandas as pd
import pytest

from sufficiency.demo.returns.answers import corrections, located
from sufficiency.demo.returns.planted import ONLY_WITH_IDS, AnswerKey, plant
from sufficiency.demo.returns.small import AUTHORITY, census_day, small_reference, small_returns
from sufficiency.demo.returns.text_files import write_blade, write_collect
from sufficiency.demo.returns.workbooks import write_presubmission, write_template
from sufficiency.findings import Findings
from sufficiency.people.route import person_tables
from sufficiency.quality.amending import amender
from sufficiency.quality.checks import check_returns
from sufficiency.quality.table import findings_from, quality_table
from sufficiency.sen2.model import RawReturn, Return
from sufficiency.sen2.returns import read_returns

YEARS = (2023, 2024, 2025, 2026)
KEY = b"no one's key, 32 bytes long.....".ljust(32)
Modules = dict[int, dict[str, pd.DataFrame]]


def _checks() -> set[str]:
    text = files("sufficiency.quality").joinpath("checks.csv").read_text(encoding="utf-8")
    return {row["check"] for row in csv.DictReader(text.splitlines()) if row["source"] == "sen2"}


def _write(modules: Modules, folder: Path, layout: str) -> None:
    for year, of_year in modules.items():
        if layout == "blade":
            write_blade(of_year, folder / str(year), census_day(year))
        elif layout == "collect":
            write_collect(of_year, folder / f"{year}.xml")
        elif layout == "template":
            write_template(of_year, folder / f"{year}.xlsx")
        else:
            write_presubmission(of_year, folder / f"{year}.xlsx")


def _checked(
    folder: Path, identifiers: str, amend: Callable[[RawReturn], RawReturn]
) -> tuple[list[Return], pd.DataFrame, Findings]:
    findings = Findings()
    reference = small_reference(identifiers)
    returns = read_returns(folder, AUTHORITY, findings, amend)
    positions = person_tables(returns, reference, KEY).positions
    issues = check_returns(returns, positions, reference)
    table = quality_table(issues, returns, [], positions)
    findings.extend(findings_from(table, issues, returns))
    return returns, issues, findings


def _counts(issues: pd.DataFrame) -> dict[tuple[int, str], int]:
    pairs = zip(issues["year"], issues["check"], strict=True)
    return dict(Counter((int(year), str(check)) for year, check in pairs))


def _expected(key: AnswerKey) -> dict[tuple[int, str], int]:
    rows = key.counts.itertuples(index=False)
    return {(int(year), str(check)): int(n) for year, check, n in rows}


def _places(rows: pd.DataFrame) -> set[tuple[object, ...]]:
    named = ["year", "check", "file", "sheet", "row"]
    return set(rows[named].astype({"row": "int64"}).itertuples(index=False, name=None))


@pytest.fixture(scope="module", params=["synthetic", "real"])
def planted(request: pytest.FixtureRequest) -> tuple[str, Modules, AnswerKey]:
    identifiers = request.param
    clean = small_returns(500, YEARS, identifiers=identifiers)
    modules, key = plant(clean, small_reference(identifiers), seed=3)
    return identifiers, modules, key


def test_every_check_of_a_return_is_planted_in_one_world_or_the_other(
    planted: tuple[str, Modules, AnswerKey],
) -> None:
    identifiers, _, key = planted
    of_real, of_synthetic = {"invalid_upn", "invalid_uln"}, {"real_identifier_in_synthetic"}
    absent = of_real if identifiers == "synthetic" else of_synthetic
    assert _checks() - set(key.counts["check"]) == absent
    assert set(key.counts["check"]) <= _checks()


def test_planting_leaves_the_clean_returns_as_they_were_and_is_the_same_each_time() -> None:
    clean = small_returns(120, (2025, 2026))
    first, key = plant(clean, small_reference(), seed=3)
    second, again = plant(clean, small_reference(), seed=3)
    pd.testing.assert_frame_equal(key.corrections, again.corrections)
    for year, modules in first.items():
        for name, frame in modules.items():
            pd.testing.assert_frame_equal(frame, second[year][name])
    untouched = small_returns(120, (2025, 2026))
    for name, frame in untouched[2025].items():
        pd.testing.assert_frame_equal(frame, clean[2025][name])


def test_every_spoilt_cell_differs_from_what_the_key_says_stood_there() -> None:
    modules, key = plant(small_returns(300), small_reference(), seed=5)
    cells = key.corrections[~key.corrections["corrected"].isin(["REMOVE", "REMOVE ALL"])]
    rows = cells.itertuples(index=False)
    now = [modules[y][m][c].iloc[at] for y, _, m, at, c, _ in rows]
    same = cells["corrected"].to_numpy() == now
    unchanged_by_design = cells.loc[same, "check"].isin(["flag_without_base"])
    assert unchanged_by_design.all()


@pytest.mark.parametrize("layout", ["blade", "collect", "template", "presubmission"])
def test_the_clean_authority_fails_no_check(tmp_path: Path, layout: str) -> None:
    _write(small_returns(200, (2025, 2026)), tmp_path / "sen2", layout)
    _, issues, findings = _checked(tmp_path / "sen2", "synthetic", lambda raw: raw)
    assert _counts(issues) == {}
    assert [f.check for f in findings.items] == []


@pytest.mark.slow
@pytest.mark.parametrize("layout", ["blade", "collect", "template", "presubmission"])
def test_every_planted_error_is_found_and_its_correction_ends_it(
    tmp_path: Path, planted: tuple[str, Modules, AnswerKey], layout: str
) -> None:
    identifiers, modules, key = planted
    if layout == "collect":
        clean = small_returns(500, YEARS, identifiers=identifiers)
        without_ids = _checks() - ONLY_WITH_IDS
        modules, key = plant(clean, small_reference(identifiers), 3, without_ids)
    folder = tmp_path / "sen2"
    _write(modules, folder, layout)

    returns, issues, _ = _checked(folder, identifiers, lambda raw: raw)
    assert _counts(issues) == _expected(key)
    expected = [located(key, found, found.year, modules[found.year]) for found in returns]
    assert _places(issues.dropna(subset=["row"])) == _places(pd.concat(expected))

    typed = [corrections(key, found, found.year, modules[found.year]) for found in returns]
    findings = Findings()
    correct = amender(pd.concat(typed), findings)
    _, left, after = _checked(folder, identifiers, correct)
    assert correct.refused.empty
    assert after.blocking == []
    curable = set(key.corrections["check"]) - {"jump_need", "jump_setting", "jump_age"}
    assert not curable & set(left["check"])

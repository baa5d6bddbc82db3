"""Errors planted in a school census, read back and checked."""

import csv
from importlib.resources import files
from pathlib import Path

import pandas as pd
import pytest

from sufficiency.demo.returns.censuses import Style, write_census
from sufficiency.demo.returns.plant_censuses import plant_census
from sufficiency.demo.returns.small import AUTHORITY, small_reference, small_returns
from sufficiency.demo.returns.small_census import small_census
from sufficiency.demo.returns.text_files import write_collect
from sufficiency.findings import Findings
from sufficiency.people.route import person_tables
from sufficiency.pupil_census.read import read_censuses
from sufficiency.quality.bases import bases
from sufficiency.quality.checks import check_censuses
from sufficiency.sen2.returns import read_returns

KEY = b"no one's key".ljust(32)
YEAR = 2025


def _checked(folder: Path, pupils: pd.DataFrame, style: Style, identifiers: str) -> pd.DataFrame:
    reference = small_reference(identifiers)
    plans = small_returns(200, (YEAR,), identifiers=identifiers)[YEAR]
    write_collect(plans, folder / "sen2" / "2025.xml")
    write_census(pupils, folder / "census" / "spring_2025.csv", style, YEAR)
    findings = Findings()
    returns = read_returns(folder / "sen2", AUTHORITY, findings)
    censuses = read_censuses(folder / "census", AUTHORITY, findings)
    assert [f.check for f in findings.blocking] == []
    positions = person_tables(returns, reference, KEY).positions
    apart = bases(positions, censuses, reference)
    return check_censuses(censuses, returns, positions, reference, apart)


def _pupils(identifiers: str) -> pd.DataFrame:
    plans = small_returns(200, (YEAR,), identifiers=identifiers)[YEAR]
    return small_census(plans, YEAR, identifiers=identifiers)


@pytest.mark.parametrize("style", ["collect", "npd"])
def test_every_error_planted_in_a_census_is_found(tmp_path: Path, style: Style) -> None:
    identifiers = "synthetic" if style == "npd" else "real"
    clean = _pupils(identifiers)
    before = _checked(tmp_path / "clean", clean, style, identifiers)
    pupils, key = plant_census(clean, YEAR, "spring", small_reference(identifiers), seed=1)
    issues = _checked(tmp_path / "spoilt", pupils, style, identifiers)

    assert set(before["check"]) <= {"bases_disagree"}
    found = issues["check"].value_counts() - before["check"].value_counts().reindex(
        issues["check"].unique(), fill_value=0
    )
    assert found[found > 0].to_dict() == key.counts.set_index("check")["count"].to_dict()
    rows = issues[(issues["module"] == "pupils") & issues["row"].notna()]
    expected = set(zip(key.flagged["check"], key.flagged["position"] + 2, strict=True))
    assert set(zip(rows["check"], rows["row"].astype(int), strict=True)) == expected


def test_every_check_of_a_census_is_planted_in_one_world_or_the_other() -> None:
    planted: set[str] = set()
    for identifiers in ("synthetic", "real"):
        _, key = plant_census(
            _pupils(identifiers), YEAR, "spring", small_reference(identifiers), seed=1
        )
        planted |= set(key.counts["check"])
    text = files("sufficiency.quality").joinpath("checks.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines())
    assert planted == {row["check"] for row in rows if row["source"] == "census"}

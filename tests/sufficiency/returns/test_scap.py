import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from sufficiency.errors import SufficiencyError
from sufficiency.returns.scap import (
    BASE_STATUS,
    NCY_NAMES,
    STATUS,
    academic_year,
    largest_remainder,
    planning_areas,
    scap_checks,
    scap_draft,
)

BASE = 2025
YEAR_GROUPS = list(NCY_NAMES.values())


def made(*rows: tuple[int, int, str, int, int], scenario: str = "unmitigated") -> pd.DataFrame:
    """Paths from (path, year, setting, ncy, count)."""
    frame = pd.DataFrame(list(rows), columns=["path", "year", "setting", "ncy", "count"])
    words = {"scenario": scenario, "need": "ASD", "locality": "Eastmere"}
    frame = frame.assign(**words)
    for name in ("scenario", "need", "setting", "locality"):
        frame[name] = frame[name].astype("category")
    return frame.astype({"path": "int32", "year": "int16", "ncy": "int8", "count": "int32"})


def row(draft: pd.DataFrame, code: str, phase: str, year: int) -> pd.Series:
    found = draft[(draft["code"] == code) & (draft["phase"] == phase) & (draft["year"] == year)]
    assert len(found) == 1
    return found.iloc[0]


def ahead(years: int) -> list[tuple[int, int, str, int, int]]:
    """Two paths with one child who stays, so that every year is simulated."""
    return [(path, BASE + step, "SPLA", 13, 1) for path in (0, 1) for step in range(years + 1)]


def test_census_2027_is_the_academic_year_2026_27() -> None:
    assert academic_year(2027) == "2026/27"
    assert academic_year(2100) == "2099/00"


def test_settings_fall_into_their_scap_codes_with_non_maintained_as_state_funded() -> None:
    cells = {"SPLA": 2, "SPAC": 3, "SPNM": 5, "SPIN": 7, "MSIN": 11, "RP": 13, "SENU": 17}
    cells |= {"AP": 19, "HOSP": 23, "MSLA": 29, "SUPB": 31, "SPI": 37, "NIE": 41}
    rows = [(path, 2026, setting, 3, n) for path in (0, 1) for setting, n in cells.items()]
    draft = scap_draft(made(*rows), "839", BASE)
    totals = {code: row(draft, code, "primary", 2026)["total"] for code in ("UR", "IN", "SS", "AP")}
    assert totals == {"UR": 13 + 17, "IN": 7 + 11, "SS": 2 + 3 + 5, "AP": 19 + 23}
    assert row(draft, "SS", "primary", 2026)["3"] == 10


def test_primary_is_reception_to_6_and_secondary_7_to_11() -> None:
    rows = [(0, 2026, "SPLA", ncy, 100 + ncy) for ncy in range(-1, 13)]
    draft = scap_draft(made(*rows), "839", BASE)
    primary = dict(row(draft, "SS", "primary", 2026))
    secondary = dict(row(draft, "SS", "secondary", 2026))
    assert [primary[n] for n in YEAR_GROUPS[:7]] == [100, 101, 102, 103, 104, 105, 106]
    assert all(primary[n] is pd.NA for n in YEAR_GROUPS[7:])
    assert [secondary[n] for n in YEAR_GROUPS[7:]] == [107, 108, 109, 110, 111]
    assert all(secondary[n] is pd.NA for n in YEAR_GROUPS[:7])
    assert primary["planning_area"] == "1803003"
    assert secondary["planning_area"] == "1803013"


def test_primary_goes_five_years_and_secondary_seven_from_the_year_after_the_base() -> None:
    draft = scap_draft(made(*ahead(10)), "839", BASE)
    years = draft.groupby("phase")["year"].agg(["min", "max"])
    assert list(years.loc["primary"]) == [2025, 2030]
    assert list(years.loc["secondary"]) == [2025, 2032]
    assert len(draft) == 4 * 6 + 4 * 8
    assert draft["academic_year"].iloc[0] == "2024/25"
    status = draft.groupby("year")["status"].agg(set)
    assert status.loc[BASE] == {BASE_STATUS}
    assert set().union(*status.loc[BASE + 1 :]) == {STATUS}
    assert set(draft["authority"]) == {"839"}


def test_a_shorter_forecast_gives_a_shorter_draft() -> None:
    draft = scap_draft(made(*ahead(2)), "839", BASE)
    assert sorted(set(draft["year"])) == [2025, 2026, 2027]


def test_year_groups_add_to_the_rounded_total_of_the_means() -> None:
    # Means over two paths: Reception 1.5, Year 1 2.5, Year 2 0.5: total 4.5, which rounds to 5.
    # Floors 1 + 2 + 0 leave two to give, to the largest remainders in order: Reception and Year 1.
    rows = [(0, 2026, "SPLA", 0, 1), (1, 2026, "SPLA", 0, 2), (0, 2026, "SPLA", 1, 2)]
    rows += [(1, 2026, "SPLA", 1, 3), (1, 2026, "SPLA", 2, 1)]
    one = row(scap_draft(made(*rows), "839", BASE), "SS", "primary", 2026)
    assert one[YEAR_GROUPS[:3]].tolist() == [2, 3, 0]
    assert one["total"] == 5
    assert one["unrounded_total"] == 4.5


def test_a_path_without_a_child_in_a_cell_counts_as_nought_in_the_mean() -> None:
    rows = [*ahead(1), (0, 2026, "AP", 9, 8)]
    one = row(scap_draft(made(*rows), "839", BASE), "AP", "secondary", 2026)
    assert one["9"] == 4


def test_the_order_of_rows_does_not_matter() -> None:
    frame = made(*ahead(7), (0, 2026, "AP", 9, 8), (1, 2027, "SPIN", 4, 3))
    mixed = frame.sample(frac=1, random_state=1)
    pd.testing.assert_frame_equal(scap_draft(frame, "839", BASE), scap_draft(mixed, "839", BASE))


def test_paths_of_two_scenarios_or_without_a_later_year_are_refused() -> None:
    one = made(*ahead(1))
    other = one.assign(scenario=pd.Categorical(["new school"] * len(one)))
    both = pd.concat([one.astype({"scenario": "str"}), other.astype({"scenario": "str"})])
    with pytest.raises(SufficiencyError, match="one scenario; these hold 2"):
        scap_draft(both, "839", BASE)
    with pytest.raises(SufficiencyError, match="no year after the base census 2026"):
        scap_draft(one, "839", 2026)


def test_planning_areas_are_four_codes_in_each_phase() -> None:
    areas = planning_areas()
    assert areas["planning_area"].is_unique
    assert areas.groupby("phase")["code"].agg(tuple).to_dict() == {
        "primary": ("UR", "IN", "SS", "AP"),
        "secondary": ("UR", "IN", "SS", "AP"),
    }


@settings(deadline=None, max_examples=50)
@given(
    sums=arrays(
        np.int64, st.tuples(st.integers(1, 4), st.integers(1, 12)), elements=st.integers(0, 5000)
    ),
    parts=st.integers(1, 400),
)
def test_rounding_keeps_totals_and_moves_no_cell_by_a_whole_child(
    sums: np.ndarray, parts: int
) -> None:
    rounded = largest_remainder(sums, parts)
    assert (np.abs(rounded.sum(axis=1) - sums.sum(axis=1) / parts) <= 0.5).all()
    assert (np.abs(rounded - sums / parts) < 1).all()
    assert (rounded[sums == 0] == 0).all()


def test_growth_above_the_limit_and_year_groups_from_nothing_are_told() -> None:
    # Special: 20, 23 (15%: not above), 27 (17%). Independent: Year 4 from nothing below it.
    rows = [(0, BASE, "SPLA", 3, 20), (0, 2026, "SPLA", 4, 23), (0, 2027, "SPLA", 5, 27)]
    rows += [(0, 2026, "SPIN", 4, 2), (0, 2027, "SPIN", 5, 2)]
    findings = scap_checks(scap_draft(made(*rows), "839", BASE)).items
    assert [(f.check, f.severity, f.count) for f in findings] == [
        ("scap_total_grows", "warns", 1),
        ("scap_cell_from_zero", "warns", 1),
    ]
    assert "SS primary 2026/27" in findings[0].message
    assert "IN primary 2025/26" in findings[1].message


def test_a_steady_draft_has_nothing_to_tell() -> None:
    rows = [(0, year, "SPLA", 3, 20) for year in (BASE, 2026, 2027)]
    assert scap_checks(scap_draft(made(*rows), "839", BASE)).items == []

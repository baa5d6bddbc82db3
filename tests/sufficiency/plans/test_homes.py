"""Homes of plans follow resident children and deprivation."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sufficiency.errors import SufficiencyError
from sufficiency.findings import Findings
from sufficiency.plans.homes import HOME_BANDS, RATE_BY_DECILE, allocate_homes, home_weights

STARTS = [first for first, _ in HOME_BANDS]


def localities(*lsoas: str) -> pd.DataFrame:
    return pd.DataFrame({"lsoa": list(lsoas), "locality": "Westmere"})


def imd(**deciles: int) -> pd.DataFrame:
    return pd.DataFrame({"lsoa": list(deciles), "imd_decile": list(deciles.values())})


def people(rows: list[tuple[str, int, int, float]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["area", "year", "age", "persons"])
    return frame.assign(area_type="lsoa")


def test_weight_is_residents_of_the_band_times_the_rate_of_the_decile() -> None:
    rows = [("A", 2020, 6, 10.0), ("A", 2020, 9, 5.0), ("B", 2020, 6, 30.0)]
    weights = home_weights(localities("B", "A"), imd(A=1, B=10), people(rows), 2025, Findings())
    assert weights.index.tolist() == ["A", "B"]
    assert weights[5].tolist() == pytest.approx([15 * 1.4, 30 * 0.7])


def test_rates_fall_from_most_to_least_deprived() -> None:
    rates = [RATE_BY_DECILE[d] for d in range(1, 11)]
    assert rates == sorted(rates, reverse=True)
    assert (rates[0], rates[-1]) == (1.4, 0.7)


def test_a_band_without_residents_in_the_table_takes_the_nearest_age() -> None:
    rows = [("A", 2020, 9, 10.0), ("A", 2020, 12, 20.0)]
    weights = home_weights(localities("A"), imd(A=6), people(rows), 2025, Findings())
    assert weights.to_numpy()[0].tolist() == pytest.approx([10.1, 10.1, 20.2, 20.2])


def test_students_do_not_draw_homes_of_young_adults() -> None:
    rows = [("A", 2020, 16, 10.0), ("A", 2020, 20, 500.0), ("B", 2020, 16, 10.0)]
    weights = home_weights(localities("A", "B"), imd(A=6, B=6), people(rows), 2025, Findings())
    assert weights[16].tolist() == pytest.approx([10.1, 10.1])


def test_the_latest_mid_year_before_the_census_counts() -> None:
    rows = [("A", y, 6, float(n)) for y, n in ((2020, 10), (2024, 20), (2025, 40))]
    weights = home_weights(localities("A"), imd(A=6), people(rows), 2025, Findings())
    assert weights.loc["A", 5] == pytest.approx(20 * 1.01)


def test_without_population_every_lsoa_counts_alike_and_it_is_said() -> None:
    findings = Findings()
    weights = home_weights(localities("A", "B"), imd(A=1), people([]), 2025, findings)
    assert weights[0].tolist() == [1.4, 1.0]
    assert [f.check for f in findings.items] == [
        "homes_without_deprivation",
        "homes_without_population",
        "homes_modelled",
    ]


def test_an_authority_without_lsoas_is_refused() -> None:
    with pytest.raises(SufficiencyError, match="no LSOA"):
        home_weights(localities(), imd(), people([]), 2025, Findings())


def test_homes_are_shared_out_by_largest_remainder() -> None:
    """Ten plans over weights 2, 1, 1: owed 5, 2.5 and 2.5, so 5 and 2 and 3 or 5 and 3 and 2."""
    weights = pd.DataFrame(1.0, index=["A", "B", "C"], columns=STARTS)
    weights.loc["A"] = 2.0
    homes = allocate_homes(pd.Series([7] * 10), weights, seed=1)
    counts = homes.value_counts().to_dict()
    assert counts["A"] == 5
    assert {counts["B"], counts["C"]} == {2, 3}


def test_small_areas_get_their_share_over_all_ages() -> None:
    """One plan at each of 10 ages, weights 9 and 1: B is owed 0.1 a year and gets 1 of 10."""
    weights = pd.DataFrame([[9.0] * 4, [1.0] * 4], index=["A", "B"], columns=STARTS)
    homes = allocate_homes(pd.Series(range(5, 15)), weights, seed=1)
    assert homes.value_counts().to_dict() == {"A": 9, "B": 1}


@settings(deadline=None, max_examples=25)
@given(
    st.lists(st.integers(2, 25), min_size=1, max_size=200),
    st.lists(st.floats(0.1, 50), min_size=1, max_size=12),
    st.integers(0, 5),
)
def test_every_plan_has_a_home_and_no_area_is_far_from_what_it_is_owed(
    ages: list[int], sizes: list[float], seed: int
) -> None:
    weights = pd.DataFrame({s: sizes for s in STARTS}, index=[f"L{i}" for i in range(len(sizes))])
    plans = pd.Series(sorted(ages))
    homes = allocate_homes(plans, weights, seed)
    assert homes.isin(weights.index).all()
    owed = len(plans) * np.array(sizes) / sum(sizes)
    given_ = homes.value_counts().reindex(weights.index, fill_value=0).to_numpy()
    assert np.abs(given_ - owed).max() < 2
    pd.testing.assert_series_equal(homes, allocate_homes(plans, weights, seed))

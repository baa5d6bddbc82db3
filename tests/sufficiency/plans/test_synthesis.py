"""The synthesised plans table keeps every published margin."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from sufficiency.errors import MarginError
from sufficiency.findings import Findings
from sufficiency.plans.margin_checks import TWO_WAY
from sufficiency.plans.margins import Margins, base_census, read_margins
from sufficiency.plans.synthesis import plan_counts, synthesise
from sufficiency.sources import catalogue, published

NEEDS, AGES, SETTINGS = ["ASD", "SEMH", "SLD"], [2, 5, 11, 25], ["MSLA", "SPLA", "UNK"]
TABLES = arrays(np.int64, (3, 4, 3), elements=st.sampled_from([0, 0, 0, 1, 1, 3, 8])).filter(np.any)
LOCALITIES = pd.DataFrame(
    {"lsoa": ["E01Z1", "E01Z2", "E01Z3"], "locality": ["North", "North", "South"]}
)
IMD = pd.DataFrame({"lsoa": LOCALITIES["lsoa"], "imd_decile": [1, 5, 10]})
POPULATION = pd.DataFrame(
    [(lsoa, 2024, age, 20.0) for lsoa in LOCALITIES["lsoa"] for age in range(26)],
    columns=["area", "year", "age", "persons"],
).assign(area_type="lsoa")


def margins_of(table: np.ndarray) -> Margins:
    """Return the margins of needs x ages x settings."""
    needs, ages = pd.Index(NEEDS, name="need"), pd.Index(AGES, name="age")
    places = pd.Index(SETTINGS, name="setting")
    counts = table.astype(float)
    return Margins(
        authority="999",
        year=2025,
        total=int(table.sum()),
        need_age=pd.DataFrame(counts.sum(axis=2), needs, ages),
        need_setting=pd.DataFrame(counts.sum(axis=1), needs, places),
        age_setting=pd.DataFrame(counts.sum(axis=0), ages, places),
        need=pd.Series(counts.sum(axis=(1, 2)), needs),
        age=pd.Series(counts.sum(axis=(0, 2)), ages),
        setting=pd.Series(counts.sum(axis=(0, 1)), places),
    )


def assert_margins_hold(plans: pd.DataFrame, margins: Margins) -> None:
    for name, frame in margins.two_way.items():
        rows, columns = TWO_WAY[name]
        found = pd.crosstab(plans[rows], plans[columns])
        found = found.reindex(index=frame.index, columns=frame.columns, fill_value=0)
        known = frame.notna()
        assert (found == frame)[known].sum().sum() == known.sum().sum()
    assert len(plans) == margins.total


def made(margins: Margins, seed: int = 1, findings: Findings | None = None) -> pd.DataFrame:
    return synthesise(margins, LOCALITIES, IMD, POPULATION, "999", 2025, seed, findings)


@settings(deadline=None, max_examples=25)
@given(TABLES)
def test_every_margin_of_any_table_is_reproduced_cell_by_cell(table: np.ndarray) -> None:
    margins = margins_of(table)
    assert_margins_hold(made(margins), margins)


def test_a_plan_is_one_row_that_says_what_is_modelled_and_what_is_unknown() -> None:
    table = np.zeros((3, 4, 3), dtype=np.int64)
    table[0, 0, 0] = 1
    (plan,) = made(margins_of(table)).to_dict("records")
    assert plan["plan_id"] == "M-000001"
    assert (plan["need"], plan["age"], plan["ncy"], plan["setting"]) == ("ASD", 2, -2, "MSLA")
    assert plan["year"] == 2025
    assert plan["basis"] == "modelled"
    assert (plan["in_area"], plan["residential"], plan["sex"]) == ("unknown", "unknown", "")
    assert (plan["second_need"], plan["establishment"], plan["plan_start"]) == ("", "", "")
    assert pd.isna(plan["ncy_recorded"])


def test_locality_follows_from_the_home_lsoa() -> None:
    plans = made(margins_of(np.full((3, 4, 3), 2)))
    expected = plans["lsoa"].map(LOCALITIES.set_index("lsoa")["locality"])
    assert (plans["locality"] == expected).all()
    by_lsoa = plans["lsoa"].value_counts()
    assert by_lsoa["E01Z1"] > by_lsoa["E01Z2"] > by_lsoa["E01Z3"]


def test_row_order_of_the_input_does_not_matter() -> None:
    margins = margins_of(np.arange(36).reshape(3, 4, 3) % 5)
    areas, deprivation, people = (f.iloc[::-1] for f in (LOCALITIES, IMD, POPULATION))
    turned = synthesise(margins, areas, deprivation, people, "999", 2025, 1)
    pd.testing.assert_frame_equal(made(margins), turned)


def test_the_seed_moves_homes_and_nothing_else() -> None:
    margins = margins_of(np.arange(36).reshape(3, 4, 3) % 5)
    first, second = made(margins, seed=1), made(margins, seed=2)
    assert (first["lsoa"] != second["lsoa"]).any()
    same = [c for c in first.columns if c not in ("lsoa", "locality")]
    pd.testing.assert_frame_equal(first[same], second[same])


@pytest.mark.parametrize("missing", [*TWO_WAY])
def test_with_a_margin_missing_the_others_still_hold(missing: str) -> None:
    margins = replace(margins_of(np.arange(36).reshape(3, 4, 3) % 4), **{missing: None})
    assert_margins_hold(made(margins), margins)


def test_with_two_margins_missing_the_one_way_counts_hold() -> None:
    full = margins_of(np.arange(36).reshape(3, 4, 3) % 4)
    margins = replace(full, need_setting=None, age_setting=None)
    plans = made(margins)
    assert_margins_hold(plans, margins)
    assert plans["setting"].value_counts().to_dict() == full.setting.astype(int).to_dict()


def test_withheld_cells_are_filled_so_that_the_rest_holds() -> None:
    margins = margins_of(np.arange(36).reshape(3, 4, 3) % 4)
    assert margins.need_age is not None
    open_cells = margins.need_age.mask(margins.need_age <= 3)
    margins = replace(margins, need_age=open_cells)
    plans = made(margins)
    assert_margins_hold(plans, margins)
    assert plans["need"].value_counts().to_dict() == margins.need.astype(int).to_dict()


def test_contradicting_margins_are_refused_with_dimension_key_and_both_numbers() -> None:
    margins = margins_of(np.ones((3, 4, 3), dtype=np.int64))
    assert margins.need_age is not None
    wrong = margins.need_age.copy()
    wrong.loc["ASD", 5] = 4.0
    with pytest.raises(MarginError, match="need ASD: 13 and 12") as caught:
        made(replace(margins, need_age=wrong))
    assert "authority 999, January 2025 (2024/25)" in str(caught.value)


def test_margins_that_agree_in_pairs_and_not_together_are_named() -> None:
    """ASD only at 2, ASD only in MSLA, age 2 only in SPLA: every pair agrees, all three cannot."""
    table = np.zeros((3, 4, 3), dtype=np.int64)
    table[0, 0, 0] = table[1, 1, 1] = 1
    margins = margins_of(table)
    assert margins.age_setting is not None
    crossed = margins.age_setting.copy()
    crossed.loc[[2, 5]] = crossed.loc[[5, 2]].to_numpy()
    with pytest.raises(MarginError, match="No table of whole plans") as caught:
        made(replace(margins, age_setting=crossed))
    assert "(age x setting)" in str(caught.value)


def test_margins_of_another_year_are_refused() -> None:
    margins = replace(margins_of(np.ones((3, 4, 3), dtype=np.int64)), year=2024)
    with pytest.raises(MarginError, match="not of authority 999, January 2025"):
        made(margins)


def test_a_stalled_fit_is_said_and_the_margins_hold_all_the_same() -> None:
    """3,000 in each cell of a 2 x 2 x 2 block but for two opposite corners: proportional fitting
    creeps up on it, 1,000 divided by the number of rounds away, so 0.1 after ten thousand."""
    table = np.zeros((3, 4, 3), dtype=np.int64)
    table[:2, :2, :2] = 3000
    table[0, 0, 0] = table[1, 1, 1] = 0
    findings = Findings()
    counts = plan_counts(margins_of(table), findings)
    assert [f.check for f in findings.items] == ["synthesis_fit_stalled"]
    assert counts["plans"].tolist() == [3000] * 6


def test_real_plans_equal_the_published_counts_cell_by_cell(data: Path) -> None:
    """January 2025 of BCP Council (839) and Portsmouth (851), EES release of June 2025."""
    tables = {}
    for name in ("ehcp2025_caseload", "ehcp2025_sen_needs_all_plans"):
        path = data / "ehcp" / f"{name}.csv.gz"
        layout = catalogue.recognise(path)
        assert layout is not None
        tables[layout.name] = layout.read(path, Findings())
    stock = published.published_stock(tables, Findings())
    for authority, total in {"839": 4432, "851": 2310}.items():
        findings = Findings()
        margins = read_margins(stock, authority, base_census(stock, authority), findings)
        counts = plan_counts(margins, findings)
        assert findings.items == []
        plans = counts.loc[counts.index.repeat(counts["plans"])]
        assert len(plans) == total
        assert_margins_hold(plans, margins)

"""England's proportions: rounded shares of the published rows, and tables that add up."""

from importlib.resources import files
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sufficiency.demo import layouts, proportions

FOLDER = Path(str(files("sufficiency.demo").joinpath("proportions")))


def _tables() -> dict[str, pd.DataFrame]:
    return {p.stem: pd.read_csv(p) for p in sorted(FOLDER.glob("*.csv"))}


def _england(
    data: Path, name: str, period: str, topic: str, labels: list[str], columns: list[str]
) -> np.ndarray:
    """England's published counts, label x column; 0 where a symbol stands."""
    real = pd.read_csv(data / "ehcp" / f"ehcp2025_{name}.csv.gz", dtype=str, keep_default_na=False)
    keep = real["geographic_level"].eq("National") & real["time_period"].eq(period)
    rows = real[keep & real["breakdown_topic"].eq(topic)].set_index("breakdown")
    return rows.reindex(labels)[columns].replace({"x": "0", "z": "0"}).to_numpy(dtype=float)


def test_the_tables_are_few_small_and_hold_no_count() -> None:
    assert sum(p.stat().st_size for p in FOLDER.iterdir()) < 26_000
    for name, table in _tables().items():
        numbers = table.select_dtypes("number").drop(columns="year", errors="ignore")
        assert float(numbers.max().max()) <= (2000 if name in ("outcomes", "management_by_year")
                                              else 1000), name  # fmt: skip
        hundredths = 100 * numbers.to_numpy(dtype=float)
        assert np.allclose(hundredths, np.rint(hundredths), equal_nan=True), name


@pytest.mark.parametrize(
    ("table", "columns"),
    [
        ("settings_by_year", slice(1, None)),
        ("stock_by_age", slice(1, 3)),
        ("new_plans_by_age", slice(1, 4)),
        ("stock_by_age_started", slice(1, None)),
        ("establishment_types", slice(3, None)),
    ],
)
def test_shares_of_the_same_plans_make_a_thousand(table: str, columns: slice) -> None:
    sums = _tables()[table].iloc[:, columns].sum()
    assert np.allclose(sums, 1000, atol=1.5)


def test_three_way_tables_hold_their_settings_and_ages() -> None:
    placements = len(layouts.placements())
    for made, flow, ages, year in (
        (proportions.stock_table(), "stock", "stock", 2025),
        (proportions.new_plans_table(), "new", "new_plans", 2024),
    ):
        assert made.sum() == pytest.approx(1.0)
        placed = proportions.settings(flow, year)[:placements]
        assert np.allclose(made.sum(axis=(1, 2)), placed / placed.sum())
        by_age = proportions.ages(ages, year)
        assert np.allclose(made.sum(axis=(0, 2)), by_age / by_age.sum(), atol=1e-4)


def test_years_index_england_to_2025_and_its_plans_grow_each_year() -> None:
    years = tuple(range(2010, 2026))
    growth = proportions.growth(years)
    assert growth[-1] == 1.0
    assert (np.diff(growth[years.index(2011) :]) > 0).all()


def test_a_column_england_did_not_publish_is_known_as_unpublished() -> None:
    assert "placement_unknown" in proportions.unpublished_settings("stock", 2022)
    assert "placement_unknown" not in proportions.unpublished_settings("stock", 2023)
    assert proportions.unpublished_settings("stock", 2025) == list(layouts.OLD_ONLY)
    assert "requests_withdrawn" in proportions.unpublished_outcomes("requests", 2022)
    assert proportions.unpublished_outcomes("requests", 2024) == []


def _far(made: np.ndarray, real: np.ndarray) -> float:
    """Largest distance between two tables as parts of their sums."""
    return float(np.abs(made / made.sum() - real / real.sum()).max())


def test_stock_table_is_englands_to_within_rounding(data: Path) -> None:
    made = proportions.stock_table()
    ages, needs, placements = layouts.stock_ages(), layouts.needs(), layouts.placements()
    placed = _england(data, "caseload", "202425", layouts.STOCK_AGE, ages, placements)
    assert _far(made.sum(axis=2), placed.T) < 0.0005
    name, labels = "sen_needs_all_plans", layouts.placement_labels()
    of_age = _england(data, name, "202425", layouts.STOCK_AGE, ages, needs)
    assert _far(made.sum(axis=0), of_age) < 0.0005
    of_placement = _england(data, name, "202425", layouts.PLACEMENT, labels, needs)
    assert _far(made.sum(axis=1), of_placement) < 0.001


def test_new_plans_table_is_englands_to_within_rounding(data: Path) -> None:
    """Its ages are those of the placement file: the need file counts ages otherwise."""
    made = proportions.new_plans_table()
    ages, needs = layouts.start_ages(), layouts.needs()
    placed = _england(data, "newplans", "2024", layouts.STARTED, ages, layouts.placements())
    assert _far(made.sum(axis=2), placed.T) < 0.0005
    of_age = _england(data, "sen_need_newplans", "2024", layouts.STOCK_AGE, ages, needs)
    for mine, real in zip(made.sum(axis=0), of_age, strict=True):
        assert _far(mine, real) < 0.002


def test_ceased_plans_and_outcomes_are_englands_to_within_rounding(data: Path) -> None:
    ages, reasons = layouts.ceased_ages(), layouts.reasons()
    ceased = _england(data, "ceased_plans", "2024", layouts.CEASED_AGE, ages, reasons)
    assert _far(proportions.ceased_by_age(), ceased) < 0.0003
    topic = [layouts.NEW_TOPIC]
    plans = _england(data, "newplans", "2024", topic[0], topic, ["new_ehc_plans"])
    for name, label in layouts.OUTCOME_TOPICS.items():
        columns = layouts.counts(name)
        real = _england(data, name, "2024", label, [label], columns)
        assert np.allclose(proportions.outcome_rates(name, 2024), real / plans, atol=0.0001)

"""An annotated backlog year: what cleared it is not expected to come again."""

import numpy as np
import pandas as pd
import pytest

from forecasts.panel import TOTAL, build_panel, setting_groups
from forecasts.pooled.annotation import annotation_effect
from forecasts.pooled.parameters import Parameters, fit_parameters
from sufficiency.contracts import AnnotationEffect, Population, checked, empty
from sufficiency.errors import SufficiencyError

COUNCILS, FIRST, LAST = 40, 2015, 2025
BACKLOG = "307"
SHARES = {"MSAC": 0.45, "RP": 0.05, "SPLA": 0.25, "SPIN": 0.05, "AP": 0.02, "FE": 0.13}


@pytest.fixture(scope="module")
def published(rows) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Councils where many new plans are followed by growth, and one that cleared a backlog."""
    random = np.random.default_rng(2)
    growth = random.normal(0, 0.03, COUNCILS)
    total = np.linspace(900, 4000, COUNCILS)
    stock, flows = [], []
    for year in range(FIRST, LAST + 1):
        growth = 0.6 * growth + random.normal(0, 0.02, COUNCILS)
        if year == LAST:
            growth[7] = 0.15
        new = np.round(total * (0.12 + growth))
        total = np.round(total * np.exp(0.07 + growth))
        for place in range(COUNCILS):
            counts = [("total", "all", "", total[place])]
            counts += [
                ("setting", code, "", np.round(total[place] * s)) for code, s in SHARES.items()
            ]
            stock.append(rows(str(300 + place), year, counts))
            flows.append(
                rows(str(300 + place), year, [("total", "all", "", new[place])], "new_plans")
            )
        stock.append(rows("ENG", year, [("total", "all", "", total.sum())]))
    return pd.concat(stock, ignore_index=True), pd.concat(flows, ignore_index=True)


@pytest.fixture(scope="module")
def fitted(published) -> Parameters:
    stock, flows = published
    return fit_parameters(build_panel(stock, flows, empty(Population), LAST))


def effect(
    published: tuple[pd.DataFrame, pd.DataFrame],
    fitted: Parameters,
    authority: str,
    years: int,
    annotated: tuple[int, ...],
    base_year: int = LAST,
) -> pd.DataFrame:
    stock, flows = published
    return annotation_effect(
        fitted, stock, flows, empty(Population), authority, base_year, years, annotated
    )


def test_annotating_a_backlog_year_with_many_new_plans_lowers_the_forecast(published, fitted):
    table = effect(published, fitted, BACKLOG, 5, (LAST,))
    total = table[table["cut"] == TOTAL]
    assert total["year"].tolist() == list(range(LAST + 1, LAST + 6))
    assert (total["difference"] < -0.01 * total["without"]).all()
    assert (total["annotated"] == str(LAST)).all()
    assert len(checked(AnnotationEffect, table, "annotation_effect")) == 5 * 8
    groups = table[table["cut"].isin(setting_groups())].groupby("year")["difference"].sum()
    assert groups.to_numpy() == pytest.approx(total["difference"].to_numpy())


def test_no_annotated_year_or_one_after_the_base_census_gives_an_empty_table(published, fitted):
    for annotated in ((), (LAST + 1,)):
        table = effect(published, fitted, BACKLOG, 5, annotated)
        assert table.empty
        assert list(table.columns) == list(empty(AnnotationEffect).columns)


def test_the_order_of_years_and_a_year_named_twice_do_not_matter(published, fitted):
    one = effect(published, fitted, BACKLOG, 2, (LAST, 2024, LAST))
    pd.testing.assert_frame_equal(one, effect(published, fitted, BACKLOG, 2, (2024, LAST)))
    assert (one["annotated"] == f"2024 {LAST}").all()


def test_a_council_without_the_others_figures_sees_the_effect_too(published, fitted):
    stock, flows = (table[table["authority"] == BACKLOG] for table in published)
    alone = effect((stock, flows), fitted, BACKLOG, 3, (LAST,))
    total = alone[alone["cut"] == TOTAL]
    assert (total["difference"] < 0).all()


def test_parameters_that_know_the_future_are_refused(published, fitted):
    with pytest.raises(SufficiencyError, match="know its own future"):
        effect(published, fitted, BACKLOG, 3, (LAST - 1,), base_year=LAST - 1)

import re

import pandas as pd
import pytest

from sufficiency.reports import tested
from sufficiency.reports.content import About, provision_chart, run_charts, total_chart
from sufficiency.reports.page import ReportContent, render_page
from sufficiency.reports.tested import NOT_TESTED

ABOUT = About("999", "Westmere", 2025, "")


def scores(cut: str = "total", coverage: float | None = 87.2, **changed: object) -> pd.DataFrame:
    """One pooled row of the method in use, three years ahead."""
    row = {"origin": 0, "horizon": 3, "cut": cut, "method": "ours", "wape": 7.8}
    return pd.DataFrame([{**row, "coverage_80": coverage, **changed}])


def test_the_sentence_gives_the_error_and_the_share_of_years_the_range_held() -> None:
    assert tested.total_fared(scores()) == (
        "Tested on past years (all plans; all authorities together): three years ahead such "
        "forecasts were 7.8% out on average, and the 8-in-10 range held 87% of the time."
    )


@pytest.mark.parametrize(
    ("coverage", "ending"),
    [
        (74.9, "held 75% of the time, so the range is too narrow."),
        (75.0, "held 75% of the time."),
        (92.0, "held 92% of the time."),
        (97.3, "held 97% of the time, so the range is wider than it need be."),
    ],
)
def test_a_range_that_held_too_seldom_or_too_often_is_said_to_be_wrong(
    coverage: float, ending: str
) -> None:
    assert tested.total_fared(scores(coverage=coverage)).endswith(ending)


def test_rivals_single_origins_and_years_further_ahead_are_not_what_is_told() -> None:
    others = [
        scores(coverage=None, method="rival", wape=1.0),
        scores(origin=2020, wape=2.0),
        scores(horizon=1, wape=3.0),
        scores(horizon=5, wape=4.0),
        scores("ap", wape=5.0),
    ]
    for order in ([scores(), *others], [*others, scores()]):
        assert tested.total_fared(pd.concat(order, ignore_index=True)) == tested.total_fared(
            scores()
        )


def test_with_fewer_years_ahead_tested_the_sentence_says_how_many() -> None:
    nearer = pd.concat([scores(horizon=1, wape=3.0), scores(horizon=2, wape=4.0)])
    assert "two years ahead such forecasts were 4.0% out" in tested.total_fared(nearer)
    assert "one year ahead such forecasts were 3.0% out" in tested.total_fared(nearer.iloc[:1])


@pytest.mark.parametrize(
    "accuracy",
    [
        scores().iloc[:0],
        scores(coverage=None),
        scores(wape=float("nan")),
        scores(horizon=5),
        scores("other"),
    ],
    ids=["no rows", "only rivals", "no error", "only further ahead", "another cut"],
)
def test_without_a_score_nothing_is_claimed(accuracy: pd.DataFrame) -> None:
    assert tested.total_fared(accuracy) == NOT_TESTED
    assert tested.provision_fared(accuracy, "special") == NOT_TESTED


def test_special_schools_are_told_by_state_special_schools_alone() -> None:
    both = pd.concat([scores("special_indep", wape=13.0), scores("special_state", wape=8.1)])
    assert tested.provision_fared(both, "special").startswith(
        "Tested on past years (state special schools as a group; all authorities together): "
        "three years ahead such forecasts were 8.1% out"
    )
    assert tested.provision_fared(scores("special_indep"), "special") == NOT_TESTED


def test_two_provisions_of_one_group_are_told_by_the_group_and_say_so() -> None:
    accuracy = scores("rp_unit")
    words = tested.provision_fared(accuracy, "sen_unit")
    assert words == tested.provision_fared(accuracy, "resourced_provision")
    assert "(resourced provision and SEN units as a group; all authorities" in words
    assert tested.provision_fared(accuracy, "none") == NOT_TESTED


def test_every_chart_but_that_of_needs_says_how_its_forecasts_fared(
    confirmed_tables: dict[str, pd.DataFrame],
) -> None:
    total, needs, *provisions = run_charts(ABOUT, confirmed_tables)
    assert "(all plans; all authorities together): three years ahead" in total.footnote
    assert needs.footnote == ""
    said = {chart.title: chart.footnote for chart in provisions}
    assert said.pop("Special school: demand and places").endswith(
        "one year ahead such forecasts were 3.3% out on average, and the 8-in-10 range held 70% "
        "of the time, so the range is too narrow."
    )
    assert said
    assert set(said.values()) == {NOT_TESTED}


def test_a_chart_made_without_scores_says_nothing_of_them(
    confirmed_tables: dict[str, pd.DataFrame],
) -> None:
    demand, stock = confirmed_tables["demand"], confirmed_tables["published_stock"]
    balance, register = confirmed_tables["provision_balance"], confirmed_tables["register"]
    assert total_chart(ABOUT, demand, stock).footnote == ""
    special = provision_chart(ABOUT, demand, balance, register, stock, "special")
    assert special is not None
    assert special.footnote == ""


def test_the_sentence_stands_under_its_chart_on_the_page(confirmed_content: ReportContent) -> None:
    page = render_page(confirmed_content)
    told = re.findall(r"</figure>\s*<p>(Tested on past years|Not tested)", page)
    assert len(told) == sum(chart.footnote != "" for chart in confirmed_content.charts) > 1

"""Routes from 16 to 25 on the authority on paper."""

from types import SimpleNamespace

import pandas as pd
import pytest

from sufficiency.contracts import Adulthood, PlanFlows, checked, empty
from sufficiency.september import post16_routes
from sufficiency.terms import ALL, codes, table

KEY = ["kind", "year", "phase", "need_group"]


def made(paper: SimpleNamespace, **changed: pd.DataFrame) -> pd.DataFrame:
    tables = {"plan_flows": empty(PlanFlows), "adulthood": empty(Adulthood), **vars(paper)}
    tables |= changed
    names = ("plans", "past_plans", "plan_flows", "adulthood", "paths")
    return post16_routes(**{name: tables[name] for name in names}, base_year=paper.base_year)


def routes(table: pd.DataFrame, *key: object) -> dict[str, float]:
    rows = table[(table[KEY] == list(key)).all(axis=1)]
    return dict(zip(rows["route"], rows["mean"], strict=True))


def test_stock_is_where_young_people_are_each_january(paper: SimpleNamespace) -> None:
    result = made(paper)
    expected = {
        "school_sixth_form": 1,
        "special_sixth_form": 3,
        "further_education": 1,
        "not_in_education": 1,
    }
    assert routes(result, "stock", 2025, ALL, ALL) == expected
    assert routes(result, "stock", 2025, "post_16", "SEMH") == {
        "school_sixth_form": 1,
        "not_in_education": 1,
    }
    # A year before, the one now in further education was in Oak's Year 12.
    assert routes(result, "stock", 2024, "post_16", ALL) == {"special_sixth_form": 1}
    assert routes(result, "stock", 2027, ALL, ALL) == expected


def test_year_11_is_followed_by_child_or_by_why_the_plan_ended(paper: SimpleNamespace) -> None:
    past = paper.past_plans
    first = past[(past["year"] == 2024) & (past["ncy"] == 11) & (past["setting"] == "SPLA")]
    stays_away = first["plan_id"].iloc[0]
    gone = paper.plans[paper.plans["plan_id"] != stays_away]
    flows = pd.DataFrame(
        [
            (2025, "leaver", 16, "ASD", "SPLA", "", "", "employed", 1.0, "linked"),
            (2025, "leaver", 19, "ASD", "FE", "", "", "max_age", 4.0, "linked"),
        ],
        columns=list(PlanFlows.to_schema().columns),
    )
    result = made(paper, plans=gone, plan_flows=checked(PlanFlows, flows, "plan_flows"))
    assert routes(result, "after_year_11", 2025, "post_16", ALL) == {
        "school_sixth_form": 1,
        "special_sixth_form": 2,
        "employment": 1,
        "not_in_education": 1,
    }
    everyone = past[(past["year"] == 2024) & (past["ncy"] == 11)]
    assert sum(routes(result, "after_year_11", 2025, "post_16", ALL).values()) == len(everyone)


def test_work_based_pathways_and_endings_come_from_the_return(paper: SimpleNamespace) -> None:
    rows = [
        (2025, "pathway", "supported_internship", 17, 2),
        (2025, "pathway", "traineeship", 19, 1),
        (2025, "pathway", "other_education", 17, 9),
        (2025, "destination", "employed", 20, 3),
        (2025, "destination", "max_age", 25, 4),
    ]
    adulthood = pd.DataFrame(rows, columns=list(Adulthood.to_schema().columns))
    result = made(paper, adulthood=checked(Adulthood, adulthood, "adulthood"))
    post_16 = routes(result, "stock", 2025, "post_16", ALL)
    assert post_16["supported_internship"] == 2
    assert "apprenticeship" not in post_16
    assert routes(result, "stock", 2025, "post_19", ALL) == {"apprenticeship": 1}
    assert routes(result, "left", 2025, "post_19", ALL) == {"employment": 3, "plan_ceased": 4}


def test_forecasts_carry_bands_and_counts_do_not(paper: SimpleNamespace) -> None:
    more = paper.paths[(paper.paths["ncy"] == 12) & (paper.paths["need"] == "ASD")]
    more = more[(more["path"] == 1) & (more["year"] > 2025)].assign(count=5)
    result = made(paper, paths=pd.concat([paper.paths, more], ignore_index=True))
    rows = result[(result["route"] == "special_sixth_form") & (result["need_group"] == "AUTCOM")]
    year = rows[(rows["year"] == 2026) & (rows["phase"] == "post_16") & (rows["kind"] == "stock")]
    # 3 in one future and 8 in the other.
    assert year[["mean", "p10", "p90"]].iloc[0].tolist() == pytest.approx([5.5, 3.5, 7.5])
    counted = result[result["basis"] == "counted"]
    assert (counted["p10"] == counted["mean"]).all()
    assert (counted["p90"] == counted["mean"]).all()


def test_modelled_years_say_so_and_follow_nobody(paper: SimpleNamespace) -> None:
    plans = paper.plans.assign(establishment="", basis="modelled")
    result = made(paper, plans=plans, past_plans=paper.past_plans.iloc[:0])
    assert set(result.loc[result["year"] == 2025, "basis"]) == {"modelled"}
    assert result.loc[result["kind"] == "after_year_11", "year"].min() == 2026


def test_needs_and_phases_sum_to_their_totals(paper: SimpleNamespace) -> None:
    result = made(paper)
    cells = result[(result["need_group"] != ALL) & (result["phase"] != ALL)]
    stock = cells[cells["kind"] == "stock"].groupby(["year", "route"])["mean"].sum()
    whole = result[(result["need_group"] == ALL) & (result["phase"] == ALL)]
    pd.testing.assert_series_equal(whole.set_index(["year", "route"])["mean"].sort_index(), stock)


def test_every_setting_and_work_based_pathway_has_a_route() -> None:
    rows = table("route_sources")
    assert set(rows.loc[rows["kind"] == "setting", "key"]) == set(codes("settings"))
    assert set(rows["route"]) <= set(codes("routes"))

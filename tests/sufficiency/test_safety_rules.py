"""The domain handbook's safety rules (section 12) on words, money and the return, row by row.

Those on places and who sits in them are in `test_safety_rules_places`.
"""

import geopandas as gpd
import pandas as pd
import pytest
from shapely import box

from geo.journeys import journeys
from sufficiency.contracts import TABLES, Awaiting, Costs, InputFiles, column_docs, empty
from sufficiency.costs import bringing_back, costs_table, unit_cost
from sufficiency.data_dictionary import data_dictionary
from sufficiency.findings import Findings
from sufficiency.gaps import Besides, demand, gap_table, headlines, provision_balance, waiting
from sufficiency.gaps.cube import cubes
from sufficiency.places import places
from sufficiency.reports.maps import locality_map
from sufficiency.returns.scap import BASE_STATUS, STATUS, scap_draft
from sufficiency.september import post16_routes, transfers
from sufficiency.sources.geography import LICENCE as GEOGRAPHY
from sufficiency.sources.postcodes import LICENCE as POSTCODES
from sufficiency.terms import census_label


@pytest.fixture
def supply(paper):
    return places(
        paper.register, paper.plans, 2025, 3, "commissioned", Findings(),
        classes=paper.classes, imports=paper.imports,
    )  # fmt: skip


def told(paper, supply, unsettled=(), besides=None):
    return headlines(
        gap_table(paper.paths, supply, "person", 0.5),
        provision_balance(paper.paths, supply, "person"),
        demand(paper.paths, "person"),
        2025, "Paper", unsettled, besides or Besides(),
    )  # fmt: skip


def brought(paper, **changed):
    tables = {**vars(paper), **changed}
    km = pd.DataFrame(
        [("E01000001", "300003", "", 4.0), ("E01000001", "100001", "main", 2.0),
         ("E01000002", "300001", "", 1.5), ("E01000002", "100002", "main", 5.0)],
        columns=["lsoa", "urn", "site_id", "km"],
    )  # fmt: skip
    return bringing_back(
        tables["past_plans"], paper.schools_attended, km, paper.register,
        costs_table(empty(Costs)), 0.5, 2025,
    )  # fmt: skip


def test_years_are_printed_as_census_and_school_year_and_the_base_census_is_said(paper, supply):
    assert census_label(2027) == "January 2027 (2026/27)"
    lines = told(paper, supply)
    assert sum("Base census" in line and "January 2025 (2024/25)" in line for line in lines) == 1


@pytest.mark.parametrize("provision", ["independent_special", "non_maintained_special"])
def test_independent_nmss_have_numbers_and_no_gap_and_in_area_is_apart(paper, supply, provision):
    gap = gap_table(paper.paths, supply, "person", 0.5)
    rows = gap[gap["provision"] == provision]
    assert rows["demand_mean"].max() > 0
    assert rows[["gap_mean", "p_shortage", "expected_shortage"]].isna().all(axis=None)
    assert set(brought(paper)["in_area"]) == {"yes", "no"}


def test_bringing_back_acts_on_new_placements_only(paper):
    assert brought(paper)["children"].sum() == 4
    stayed = paper.plans.assign(year=2024)
    settled = pd.concat([stayed, paper.plans], ignore_index=True)
    assert brought(paper, past_plans=settled)["children"].sum() == 0


def test_bringing_back_has_no_blended_capital_default_for_special_schools():
    costs = costs_table(empty(Costs))
    row = unit_cost(costs, "capital", "special", "expansion")
    assert row is None or row["value"] != 62_000
    base = unit_cost(costs, "capital", "resourced_provision", "unit_or_rp")
    assert base is not None
    assert base["value"] == 62_000


def test_residential_52_week_placements_are_never_substituted(paper):
    rows = brought(paper)
    far = rows[rows["in_area"] == "no"].iloc[0]
    assert (far["children"], far["left_out_52_weeks"], far["could_be_local"]) == (1, 1, 0)


def test_looked_after_and_outside_homes_are_kept_and_have_no_gap_of_their_own(paper, supply):
    paths = paper.paths.assign(
        locality=paper.paths["locality"].astype("str").replace("North", "outside")
    )
    gap = gap_table(paths, supply, "person", 0.5)
    gap = gap[gap["view"] == "placements"]
    assert gap[gap["locality"] == "outside"]["gap_mean"].isna().all()
    before = gap_table(paper.paths, supply, "person", 0.5).query("view == 'placements'")
    for table in (gap, before):
        assert table[table["locality"] == "ALL"]["demand_mean"].sum() > 0
    total = [t[t["locality"] == "ALL"]["demand_mean"].sum() for t in (gap, before)]
    assert total[0] == pytest.approx(total[1])


def test_ehe_on_the_council_list_for_a_special_school_is_possible_demand(paper):
    paths = paper.paths.assign(setting=paper.paths["setting"].astype("str").replace("NIE", "EHE"))
    listed = paper.awaiting.assign(where_now=["EHE", "MSAC"])
    gap = {
        view: table.set_index(["need_group", "phase"])["demand_mean"]
        for view, table in gap_table(
            cubes(paths, listed),
            places(paper.register, paper.plans, 2025, 3, "commissioned", Findings()),
            "person",
            0.5,
        )
        .query("locality == 'ALL' and year == 2025 and provision == 'special'")
        .groupby("view")
    }
    cell = ("AUTCOM", "primary")
    assert gap["possible"][cell] == gap["placements"][cell] + 1


@pytest.mark.parametrize(("setting", "seeks"), [("EHE", 0), ("OPA", 0), ("EOTAS", 0), ("NIE", 1)])
def test_ehe_opa_eotas_need_no_place(paper, setting, seeks):
    plans = paper.plans.assign(setting=paper.plans["setting"].replace({"NIE": setting}))
    assert waiting(empty(Awaiting), plans, 2025)["children"].sum() == seeks


def test_possible_demand_has_each_child_of_the_list_once_and_no_unmet_duty(paper, supply):
    one = cubes(paper.paths, paper.awaiting)[0]
    assert one.at(None, "possible").sum() == one.at(None, "placements").sum()
    table = waiting(paper.awaiting, paper.plans, 2025)
    assert table["children"].sum() == len(paper.awaiting)
    lines = told(paper, supply, besides=Besides(waiting=table))
    assert not any("unmet duty" in line.lower() for line in lines)


def test_possible_demand_without_a_list_is_of_school_age(paper):
    table = waiting(empty(Awaiting), paper.plans, 2025)
    # The one not in education in Year 6; not the one of Year 12.
    assert table[["phase", "children"]].to_numpy().tolist() == [["primary", 1]]


def test_units_and_rp_are_barred_from_headlines_until_matched(paper, supply):
    lines = told(paper, supply, unsettled=("resourced_provision",))
    lines = [line for line in lines if line.startswith("Resourced provision")]
    assert len(lines) == 1
    assert "do not agree" in lines[0]
    assert not any(
        "do not agree" in line and line.startswith("Resourced") for line in told(paper, supply)
    )


def test_phase_transfers_follow_the_authoritys_own_age_ranges(paper):
    schools = paper.establishments, paper.schools_attended
    table = transfers(paper.plans, *schools, paper.paths, paper.awaiting, 2025)
    infants = table[(table["from_ncy"] == 2) & (table["september"] == 2025)]
    infants = infants[infants["locality"] == "North"]
    assert infants["children"].sum() == 2
    ours, attended = (
        table.assign(age_to=table["age_to"].mask(table["urn"] == "400001", 11)) for table in schools
    )
    table = transfers(paper.plans, ours, attended, paper.paths, paper.awaiting, 2025)
    assert table[(table["from_ncy"] == 2) & (table["september"] == 2025)]["children"].sum() == 0


def test_walking_distances_are_reported_without_eligibility(paper):
    table = journeys(
        paper.plans, paper.localities, paper.establishments, paper.schools_attended,
        paper.register, 2025,
    )  # fmt: skip
    assert table["km"].notna().any()
    for name, contract in TABLES.items():
        columns = " ".join(column_docs(contract)).lower()
        assert "eligib" not in columns, name
        assert "walking" not in columns, name


def test_modelled_rows_are_labelled_and_have_no_probability_by_locality(paper, supply):
    gap = gap_table(paper.paths, supply, "modelled", 0.5)
    home = gap[gap["locality"].isin(["North", "South"])]
    assert home["basis"].str.contains("modelled").all()
    assert home["p_shortage"].isna().all()


def test_scap_is_marked_draft_and_unverified(paper):
    draft = scap_draft(paper.paths, "999", 2025)
    assert set(draft.loc[draft["year"] > 2025, "status"]) == {STATUS} == {"draft, unverified"}
    assert set(draft.loc[draft["year"] == 2025, "status"]) == {BASE_STATUS}
    assert "unverified" in BASE_STATUS


def test_lsrp_2025_actual_january_2026_is_forecast_until_that_census_is_loaded(paper):
    table = post16_routes(
        paper.plans, paper.past_plans, empty(TABLES["plan_flows"]), empty(TABLES["adulthood"]),
        paper.paths, 2025,
    )  # fmt: skip
    assert set(table.loc[table["year"] > 2025, "basis"]) == {"forecast"}
    assert "forecast" not in set(table.loc[table["year"] <= 2025, "basis"])


def test_attribution_stands_on_maps_and_in_the_data_dictionary():
    for licence in (GEOGRAPHY, POSTCODES):
        assert "Open Government Licence" in licence
        assert "Contains OS data (c) Crown copyright and database right" in licence
    assert "Royal Mail" in POSTCODES
    files = empty(InputFiles).reindex(range(3)).assign(licence=[GEOGRAPHY, POSTCODES, ""])
    dictionary = data_dictionary({"input_files": files})
    lines = dictionary[dictionary["table"] == "attribution"]["description"]
    assert lines.tolist() == [GEOGRAPHY, POSTCODES]
    shapes = gpd.GeoDataFrame({"locality": ["North"]}, geometry=[box(0, 0, 1, 1)], crs=27700)
    values = pd.DataFrame({"locality": ["North"], "value": [1.0]})
    assert GEOGRAPHY in locality_map(shapes, values, title="Change", unit="plans").footnote

"""Tests of journeys from home to the site that a plan holder attends."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from geo.journeys import distances, journeys
from geo.travel import Travel
from sufficiency.contracts import (
    Establishments,
    Localities,
    Plans,
    Register,
    SchoolsAttended,
    checked,
)

BASE = 2025
AS_THE_CROW_FLIES = Travel(circuity_least=1.0, circuity_most=1.0, km_at_speed=(), speeds=(60.0,))
OAK, FAR = "100001", "200001"
PLAN: dict[str, Any] = {
    "year": BASE, "need": "ASD", "second_need": "", "setting": "SPLA", "establishment": OAK,
    "site": "", "ncy": 9, "ncy_recorded": None, "age": 13, "sex": "", "locality": "North",
    "lsoa": "E01000001", "in_area": "yes", "residential": "no", "plan_start": "",
    "basis": "person",
}  # fmt: skip
SITE: dict[str, Any] = {
    "urn": OAK, "site_id": "main", "name": "Oak", "provision": "special", "ncy_from": 7,
    "ncy_to": 11, "designated_needs": "ASD SLD", "effective_from": "2020-09-01", "on_roll": 3,
    "locality": "North", "easting": 403000.0, "northing": 100000.0,
}  # fmt: skip
ANNEXE = {**SITE, "site_id": "annexe", "designated_needs": "ASD", "on_roll": 1,
          "locality": "South", "easting": 410000.0}  # fmt: skip


def frame(model: type, rows: list[dict[str, Any]]) -> pd.DataFrame:
    columns = model.to_schema().columns
    blank = {name: None if column.nullable else "" for name, column in columns.items()}
    return checked(model, pd.DataFrame([{**blank, **row} for row in rows]), model.__name__)


def plans(*rows: dict[str, Any]) -> pd.DataFrame:
    return frame(Plans, [{**PLAN, "plan_id": str(n), **row} for n, row in enumerate(rows)])


def register(*rows: dict[str, Any]) -> pd.DataFrame:
    shared = {"flexible": "no", "change_status": "existing", "assumed": "no"}
    return frame(Register, [{**shared, **row} for row in rows])


def establishments() -> pd.DataFrame:
    row = {"urn": OAK, "name": "Oak School", "authority": "999", "status": "open",
           "type_group": "special", "setting": "SPLA", "easting": 404000.0, "northing": 100000.0,
           "locality": "North"}  # fmt: skip
    return frame(Establishments, [row])


def attended() -> pd.DataFrame:
    rows = [
        {"urn": OAK, "name": "Oak School", "authority": "999", "setting": "SPLA"},
        {"urn": FAR, "name": "Far House", "authority": "998", "setting": "SPIN",
         "easting": 450000.0, "northing": 100000.0},
    ]  # fmt: skip
    return frame(SchoolsAttended, rows)


def localities() -> pd.DataFrame:
    rows = [
        {"lsoa": "E01000001", "locality": "North", "easting": 400000.0, "northing": 100000.0},
        {"lsoa": "E01000002", "locality": "South", "easting": 410000.0, "northing": 104000.0},
    ]  # fmt: skip
    return frame(Localities, rows)


def travelled(held: pd.DataFrame, sites: pd.DataFrame) -> pd.DataFrame:
    return journeys(
        held, localities(), establishments(), attended(), sites, BASE, travel=AS_THE_CROW_FLIES
    )


def test_every_column_of_a_journey_to_a_school_with_one_site():
    held = plans({}, {}, {"lsoa": ""})
    rows = travelled(held, register(SITE))
    assert rows.to_dict("records") == [
        {"year": BASE, "locality": "North", "urn": OAK, "name": "Oak School",
         "provision": "special", "setting_group": "special_state", "need_group": "AUTCOM",
         "phase": "secondary", "site_locality": "North", "in_area": "yes", "residential": "no",
         "children": 3, "km": 3.0, "minutes": 3.0}
    ]  # fmt: skip


def test_the_distance_is_to_the_site_that_is_recorded():
    rows = travelled(plans({"site": "annexe"}, {"site": "main"}), register(SITE, ANNEXE))
    assert rows.set_index("site_locality")["km"].to_dict() == {"North": 3.0, "South": 10.0}


def test_where_the_site_is_not_recorded_children_fill_the_sites_as_places_lays_them_out():
    south = {"locality": "South", "lsoa": "E01000002"}
    rows = travelled(plans(south, {}, {"need": "SLD"}), register(SITE, ANNEXE))
    columns = ["locality", "need_group", "site_locality", "children", "km"]
    assert rows[columns].to_numpy().tolist() == [
        ["North", "AUTCOM", "North", 1, 3.0],
        ["North", "COMPLEX", "North", 1, 3.0],
        ["South", "AUTCOM", "South", 1, 4.0],
    ]


def test_a_main_site_without_coordinates_lies_where_its_school_does_and_an_annexe_has_none():
    nowhere = {"easting": None, "northing": None}
    sites = register({**SITE, **nowhere}, {**ANNEXE, **nowhere})
    rows = travelled(plans({"site": "main"}, {"site": "annexe"}), sites)
    km = rows.set_index("site_locality")["km"]
    assert km["North"] == 4.0
    assert np.isnan(km["South"])


def test_a_school_of_another_authority_lies_outside_and_a_missing_school_is_unknown():
    away = {"establishment": FAR, "setting": "SPIN", "in_area": "no", "residential": "52_weeks"}
    nowhere = {"establishment": "", "setting": "NEET", "in_area": "unknown"}
    rows = travelled(plans(away, nowhere), register(SITE))
    columns = ["urn", "site_locality", "km", "provision", "residential", "children"]
    unknown, far = rows[columns].to_numpy().tolist()
    assert far == [FAR, "outside", 50.0, "independent_special", "52_weeks", 1]
    assert unknown == ["", "unknown", pytest.approx(np.nan, nan_ok=True), "none", "no", 1]


def test_modelled_plans_without_schools_or_register_have_journeys_without_distances():
    held = plans({"establishment": "", "basis": "modelled", "in_area": "unknown"}, {"year": 2024})
    rows = journeys(
        held,
        localities(),
        establishments().iloc[:0],
        attended().iloc[:0],
        register(SITE).iloc[:0],
        BASE,
    )
    assert rows["children"].tolist() == [1]
    assert rows["km"].isna().all()
    assert rows["minutes"].isna().all()


def test_journeys_do_not_depend_on_the_order_of_rows_and_lose_no_child():
    homes = [{"lsoa": f"E0100000{1 + n % 2}", "locality": ["North", "South"][n % 2],
              "need": ["ASD", "SLD"][n % 3 // 2], "plan_id": f"{n:02d}"}
             for n in range(12)]  # fmt: skip
    held, sites = plans(*homes), register(SITE, ANNEXE)
    mixed = held.sample(frac=1, random_state=3)
    one, other = travelled(held, sites), travelled(mixed, sites)
    pd.testing.assert_frame_equal(one, other)
    assert one["children"].sum() == 12


def test_distances_pair_homes_with_schools_attended_and_with_sites_of_the_next_january():
    closed = {**ANNEXE, "site_id": "old", "effective_to": "2025-08-31"}
    held = plans({}, {"establishment": FAR, "setting": "SPIN", "in_area": "no"})
    rows = distances(
        held,
        localities(),
        establishments(),
        attended(),
        register(SITE, ANNEXE, closed),
        BASE,
        AS_THE_CROW_FLIES,
    )
    assert rows.to_dict("records") == [
        {"lsoa": "E01000001", "urn": OAK, "site_id": "", "km": 4.0},
        {"lsoa": "E01000001", "urn": OAK, "site_id": "annexe", "km": 10.0},
        {"lsoa": "E01000001", "urn": OAK, "site_id": "main", "km": 3.0},
        {"lsoa": "E01000001", "urn": FAR, "site_id": "", "km": pytest.approx(50.0)},
    ]


def test_estimated_road_distances_are_longer_than_the_straight_line():
    held = plans({})
    rows = journeys(held, localities(), establishments(), attended(), register(SITE), BASE)
    straight = 3.0
    expected = straight * (1.72 - 0.14 * np.log(straight))
    assert rows["km"].iloc[0] == pytest.approx(expected)
    assert rows["minutes"].iloc[0] == pytest.approx(expected / 30 * 60)


def test_a_proposed_site_takes_nobody_and_is_not_reached():
    proposed = {**ANNEXE, "site_id": "new", "change_status": "proposed"}
    held = plans({"locality": "South", "lsoa": "E01000002"})
    rows = travelled(held, register(SITE, proposed))
    assert rows["site_locality"].tolist() == ["North"]
    far = distances(
        held, localities(), establishments(), attended(), register(SITE, proposed), BASE
    )
    assert "new" not in set(far["site_id"])


def test_which_boarder_is_at_which_site_does_not_depend_on_pseudonyms():
    homes = [{"residential": kind} for kind in ("yes", "no", "yes", "no")]
    sites = register(SITE, {**ANNEXE, "on_roll": 2})
    ids = [["1", "2", "3", "4"], ["4", "1", "2", "3"]]
    one, other = (
        travelled(plans(*[{**h, "plan_id": i} for h, i in zip(homes, names, strict=True)]), sites)
        for names in ids
    )
    pd.testing.assert_frame_equal(one, other)

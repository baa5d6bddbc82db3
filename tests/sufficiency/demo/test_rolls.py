"""Published rolls of Westmere's schools follow its people."""

import numpy as np
import pytest

from sufficiency.demo.people import World
from sufficiency.demo.people.census import census_pupils
from sufficiency.demo.people.rolls import counted_schools
from sufficiency.demo.schools import Schools


@pytest.fixture(scope="module")
def counted(people: World) -> Schools:
    return counted_schools(people)


def test_schools_of_the_census_have_as_many_pupils_as_it_lists(
    people: World, counted: Schools
) -> None:
    listed = census_pupils(people, 2025).groupby("urn").size()
    roll = counted.rows.set_index("urn")["roll"]
    assert roll[listed.index].astype(int).to_dict() == listed.to_dict()


def test_rolls_are_the_sums_of_their_ages_and_sexes(counted: Schools) -> None:
    known = (counted.rows["roll"] != "").to_numpy()
    sums = (counted.boys + counted.girls).sum(axis=1)
    assert (sums[known] == counted.rows["roll"][known].astype(int).to_numpy()).all()
    assert (sums[~known] == 0).all()


def test_independent_schools_have_westmeres_plan_holders_and_imports(
    people: World, counted: Schools
) -> None:
    plans = people.course.plans[people.course.plans["year"] == 2025]
    at = int(np.flatnonzero(people.places.schools["urn"] == "990008")[0])
    held = int((plans["school"] == at).sum())
    roll = counted.rows.set_index("urn")["roll"]
    assert int(roll["990008"]) == held + 17  # 17 pupils of other authorities


def test_rolls_of_bases_are_the_plan_holders_in_them_and_one_import_a_unit(
    counted: Schools,
) -> None:
    rows = counted.rows.set_index("urn")
    resourced = rows["rp_roll"].replace("", "0").astype(int)
    units = rows["unit_roll"].replace("", "0").astype(int)
    assert resourced[resourced > 0].to_dict() == {"990104": 10, "990119": 8, "990164": 11}
    assert units[units > 0].to_dict() == {"990133": 12 + 1, "990171": 9 + 1}


def test_the_world_itself_keeps_the_sizes_that_children_were_placed_by(
    people: World, counted: Schools
) -> None:
    before = people.schools.rows.set_index("urn")["roll"]
    assert before["990003"] == "140"
    assert counted.rows.set_index("urn").at["990003", "roll"] == "69"

"""Preparation for adulthood."""

import pytest

from sufficiency.people.adulthood import adulthood
from sufficiency.people.position import positions

COLUMNS = ["kind", "key", "age", "plans"]


def counted(build, reference):
    ret = build.built()
    return adulthood({ret.year: positions(ret, reference)}, [ret])[COLUMNS].to_numpy().tolist()


@pytest.mark.parametrize(
    ("place", "active", "key"),
    [
        ({"urn": "100006", "wbp": "A"}, {}, "apprenticeship"),
        ({"urn": "100006", "wbp": "T"}, {}, "traineeship"),
        ({"urn": "100006"}, {"wbp": "S"}, "supported_internship"),
        ({"urn": "100006", "wbp": "X"}, {}, "other_education"),
        ({"urn": "", "sensetting": "NEET"}, {}, "not_in_education"),
        ({"urn": "", "sensetting": "NIEO"}, {}, "not_in_education"),
        ({"urn": "100006"}, {}, "other_education"),
    ],
)
def test_pathways_follow_the_work_based_placement_then_the_setting(
    small, reference, place, active, key
):
    build = small(2025)
    build.plan("A", born="2007-09-01", place=place, active=active)
    assert counted(build, reference) == [["pathway", key, 16, 1]]


def test_destinations_are_of_plans_that_ceased_in_the_calendar_year_before(small, reference):
    build = small(2025)
    build.plan("A", born="2005-01-01", ceasedate="2024-07-31", ceasereason=4)
    build.plan("B", born="2005-01-01", ceasedate="2024-07-31", ceasereason=4)
    build.plan("C", born="2005-01-01", ceasedate="2023-12-31", ceasereason=4)
    build.plan("D", born="2005-01-01", ceasedate="2024-01-01")
    build.plan("E", born="2012-01-01", ceasedate="2024-01-01", ceasereason=4)
    assert counted(build, reference) == [
        ["destination", "employed", 19, 2],
        ["destination", "not_known", 19, 1],
    ]


def test_those_under_16_are_not_counted(small, reference):
    build = small(2025)
    build.plan("A", born="2008-09-01")
    assert counted(build, reference) == []

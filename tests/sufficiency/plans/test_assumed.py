"""Plans of authorities without recent tables: what England has left over, made whole."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sufficiency.contracts import PublishedStock, checked
from sufficiency.errors import MarginError
from sufficiency.plans.assumed import (
    assumed_counts,
    plans_without_homes,
    raked,
    remainder,
)
from sufficiency.terms import codes, lookup

GROUPS = codes("setting_groups")
Cell = tuple[str, int, str, int]

ENGLAND: list[Cell] = [("ASD", 5, "MSLA", 40), ("ASD", 11, "SPLA", 60), ("SEMH", 11, "MSLA", 20),
                       ("SEMH", 16, "FE", 30), ("SLCN", 5, "MSLA", 50)]  # fmt: skip
OWN: list[Cell] = [("ASD", 5, "MSLA", 10), ("ASD", 11, "SPLA", 20), ("SEMH", 16, "FE", 10)]


def published(cells: list[Cell], authority: str, level: str) -> pd.DataFrame:
    """The published tables of some plans, with their total."""
    frame = pd.DataFrame(cells, columns=["need", "age", "setting", "value"])
    frame["age"] = frame["age"].astype(str)
    parts = [pd.DataFrame({"dimension": ["total"], "key": ["all"], "value": [frame.value.sum()]})]
    for name, keys in (
        ("setting", ["setting"]),
        ("need_age", ["need", "age"]),
        ("need_setting", ["need", "setting"]),
        ("age_setting", ["age", "setting"]),
    ):
        summed = frame.groupby(keys)["value"].sum().reset_index()
        table = pd.DataFrame({"dimension": name, "key": summed[keys[0]], "value": summed["value"]})
        if len(keys) > 1:
            table["second_key"] = summed[keys[1]]
        parts.append(table)
    table = pd.concat(parts, ignore_index=True).fillna({"second_key": ""})
    return table.assign(
        authority=authority, authority_name="", region="", level=level, year=2025, status="ok",
        source="made up",
    )  # fmt: skip


def stock(*tables: pd.DataFrame) -> pd.DataFrame:
    return checked(PublishedStock, pd.concat(tables, ignore_index=True), "stock")


@pytest.fixture
def two() -> pd.DataFrame:
    return stock(published(ENGLAND, "ENG", "national"), published(OWN, "901", "authority"))


def in_groups(**plans: float) -> dict[str, float]:
    return {group: plans.get(group, 0.0) for group in GROUPS}


def by(counts: pd.DataFrame, axis: str) -> dict:
    return counts.groupby(axis)["plans"].sum().to_dict()


def test_the_remainder_is_england_less_the_authorities_that_published(two) -> None:
    rest = remainder(two, 2025, ["901"])
    assert rest.total == 200 - 40
    assert rest.groups["mainstream"] == 110 - 10
    assert rest.groups["special_state"] == 60 - 20
    assert rest.groups["fe"] == 30 - 10
    assert rest.of_rest
    assert rest.pattern.sum() == pytest.approx(160, abs=1)


def test_all_england_is_the_pattern_where_its_tables_are_below_an_authoritys(two) -> None:
    more = published([("ASD", 5, "MSLA", 45)], "902", "authority")
    rest = remainder(stock(two, more), 2025, ["901", "902"])
    assert not rest.of_rest
    assert rest.pattern.sum() == pytest.approx(200, abs=1)


def test_england_without_a_table_is_refused_by_name(two) -> None:
    lacking = two[two["dimension"] != "need_age"]
    with pytest.raises(MarginError, match="need x age"):
        remainder(lacking, 2025, [])


def test_an_authority_takes_needs_and_ages_from_the_remainder(two) -> None:
    # England's mainstream less 901's is ASD 30, SEMH 20 and SLCN 50: half of it is 15, 10 and 25.
    rest = remainder(two, 2025, ["901"])
    counts = assumed_counts(in_groups(mainstream=50.0, special_state=8.4, fe=3.4), rest)
    assert by(counts, "setting") == {"FE": 3, "MSLA": 50, "SPLA": 9}
    mainstream = counts[counts["setting"] == "MSLA"]
    assert by(mainstream, "need") == pytest.approx({"ASD": 15, "SEMH": 10, "SLCN": 25}, abs=1)
    assert by(counts, "age")[16] == 3


@settings(deadline=None, max_examples=25)
@given(values=st.lists(st.floats(0, 3000), min_size=len(GROUPS), max_size=len(GROUPS)))
def test_assumed_plans_always_add_up_to_the_rounded_total(values: list[float]) -> None:
    england = stock(published(ENGLAND, "ENG", "national"))
    groups = dict(zip(GROUPS, values, strict=True))
    counts = assumed_counts(groups, remainder(england, 2025, []))
    assert counts["plans"].sum() == round(float(np.sum(values)))
    assert (counts["plans"] > 0).all()
    of_group = lookup("settings", "setting_group")
    found = counts.groupby(counts["setting"].map(of_group))["plans"].sum()
    assert all(abs(found.get(name, 0) - value) <= 1 for name, value in groups.items())


def test_carried_totals_are_brought_to_what_england_has_left(two) -> None:
    rest = remainder(two, 2025, ["901"])
    carried = pd.DataFrame([in_groups(mainstream=60.0, special_state=20.0, fe=10.0),
                            in_groups(mainstream=30.0, special_state=20.0, fe=5.0)],
                           index=["902", "903"])  # fmt: skip
    table = raked(carried, rest)
    assert table.to_numpy().sum() == pytest.approx(160)
    assert table.sum(axis=1).to_dict() == pytest.approx(
        {"902": 160 * 90 / 145, "903": 160 * 55 / 145}
    )
    assert table.sum()["mainstream"] == pytest.approx(100, rel=1e-3)


def test_carried_totals_are_kept_where_england_left_over_is_of_more_than_them(two) -> None:
    carried = pd.DataFrame([in_groups(mainstream=50.0)], index=["902"])
    pd.testing.assert_frame_equal(raked(carried, remainder(two, 2025, ["901"])), carried)


def test_plans_without_homes_are_one_row_each_and_marked_modelled() -> None:
    counts = pd.DataFrame({"need": ["ASD", "SEMH"], "age": [5, 11], "setting": ["MSLA", "SPLA"],
                           "plans": [2, 1]})  # fmt: skip
    table = plans_without_homes(counts, 2025, "Somewhere")
    assert table["need"].tolist() == ["ASD", "ASD", "SEMH"]
    assert table["ncy"].tolist() == [1, 1, 7]
    assert set(table["basis"]) == {"modelled"}
    assert set(table["locality"]) == {"Somewhere"}

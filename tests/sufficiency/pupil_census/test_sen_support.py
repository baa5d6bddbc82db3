"""How many children on SEN support came to a plan."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sufficiency.people.reference import Reference
from sufficiency.privacy import pseudonyms
from sufficiency.pupil_census.sen_support import sen_support_to_plan

KEY = bytes(range(16))


def plans(by_year: dict[int, list[str]]) -> pd.DataFrame:
    parts = [
        pd.DataFrame({"year": y, "plan_id": pd.Series(upns, dtype="str")})
        for y, upns in by_year.items()
    ]
    table = pd.concat(parts, ignore_index=True)
    return table.assign(plan_id=pseudonyms(table["plan_id"], KEY, "person"))


def on_support(upn: str, need: str = "SLCN", ncy: str = "1", **more: str) -> dict[str, str]:
    return {"upn": upn, "sen_provision": "K", "need": need, "ncy_code": ncy, **more}


def cells(table: pd.DataFrame) -> dict[tuple[str, int | None], tuple[int, int]]:
    ncy = [
        None if missing else int(n)
        for n, missing in zip(table["ncy"].fillna(99), table["ncy"].isna(), strict=True)
    ]
    counts = zip(table["on_sen_support"], table["came_to_plan"], strict=True)
    return dict(zip(zip(table["need"], ncy, strict=True), counts, strict=True))


def test_rates_are_by_need_and_year_group_and_over_all(make_census, reference: Reference):
    census = make_census(
        [
            on_support("D1"),
            on_support("D2"),
            on_support("D3", ncy="2"),
            on_support("D4", need="SEMH", ncy="X"),
        ]
    )
    table = sen_support_to_plan(
        [census], plans({2025: ["P"], 2026: ["P", "D1", "D4"]}), KEY, reference
    )
    assert cells(table) == {
        ("SLCN", 1): (2, 1),
        ("SLCN", 2): (1, 0),
        ("SLCN", None): (3, 1),
        ("SEMH", None): (1, 1),
        ("ALL", 1): (2, 1),
        ("ALL", 2): (1, 0),
        ("ALL", None): (4, 2),
    }
    assert set(table["year"]) == {2026}
    assert table.loc[(table["need"] == "ALL") & table["ncy"].isna(), "rate"].tolist() == [0.5]


def test_only_residents_on_sen_support_without_a_plan_and_with_a_upn_are_followed(
    make_census, reference: Reference
):
    census = make_census(
        [
            on_support("D1"),
            on_support("D2"),
            on_support("D3", postcode="ZZ99AA"),
            on_support("D4", postcode=""),
            on_support("D5", enrol_status="S"),
            on_support(""),
            {"upn": "D6", "sen_provision": "E", "need": "ASD"},
            {"upn": "D7", "sen_provision": "N"},
        ]
    )
    everyone = [f"D{n}" for n in range(1, 8)]
    table = sen_support_to_plan([census], plans({2025: ["D2"], 2026: everyone}), KEY, reference)
    assert cells(table)[("ALL", None)] == (1, 1)


def test_a_child_of_two_schools_is_followed_once(make_census, reference: Reference):
    rows = [on_support("D1", need="MLD", urn="100003"), on_support("D1", urn="100001")]
    by_year = plans({2025: ["P"], 2026: ["D1"]})
    table = sen_support_to_plan([make_census(rows)], by_year, KEY, reference)
    assert cells(table)[("ALL", None)] == (1, 1)
    pd.testing.assert_frame_equal(
        table, sen_support_to_plan([make_census(rows[::-1])], by_year, KEY, reference)
    )


def test_a_year_needs_both_januaries_and_the_spring_census_before(
    make_census, reference: Reference
):
    spring = make_census([on_support("D1")])
    autumn = make_census([on_support("D1")], term="autumn")
    both = plans({2025: ["P"], 2026: ["D1"]})
    for censuses, held in (
        ([autumn], both),
        ([], both),
        ([spring], plans({2026: ["D1"]})),
        ([spring], plans({2025: ["P"]})),
        ([spring], both.iloc[:0]),
    ):
        assert sen_support_to_plan(censuses, held, KEY, reference).empty


def test_nobody_on_sen_support_is_told_as_nought_without_a_rate(make_census, reference: Reference):
    census = make_census([{"upn": "D1"}])
    table = sen_support_to_plan([census], plans({2025: ["P"], 2026: ["D1"]}), KEY, reference)
    assert cells(table) == {("ALL", None): (0, 0)}
    assert table["rate"].isna().all()


def test_another_key_recognises_nobody(make_census, reference: Reference):
    held = plans({2025: ["P"], 2026: ["D1"]})
    table = sen_support_to_plan([make_census([on_support("D1")])], held, KEY[::-1], reference)
    assert cells(table)[("ALL", None)] == (1, 0)


CHILD = st.builds(
    on_support,
    upn=st.sampled_from(["D1", "D2", "D3", "D4", "D5"]),
    need=st.sampled_from(["ASD", "SEMH", ""]),
    ncy=st.sampled_from(["R", "5", "X"]),
    urn=st.sampled_from(["100001", "100003"]),
)
UPNS = st.lists(st.sampled_from(["D1", "D2", "D3", "D4", "D5", "P"]), unique=True, min_size=1)


@pytest.mark.parametrize("total", ["need", "ncy"])
@settings(deadline=None, max_examples=25)
@given(rows=st.lists(CHILD, min_size=1, max_size=8), before=UPNS, after=UPNS)
def test_needs_and_year_groups_add_up_and_no_identifier_is_told(
    make_census, reference: Reference, total: str, rows, before, after
):
    table = sen_support_to_plan(
        [make_census(rows)], plans({2025: before, 2026: after}), KEY, reference
    )
    whole = table[(table["need"] == "ALL") & table["ncy"].isna()].iloc[0]
    followed = {row["upn"] for row in rows} - set(before)
    assert whole["on_sen_support"] == len(followed)
    assert whole["came_to_plan"] == len(followed & set(after))
    if total == "need":
        parts = table[(table["need"] != "ALL") & table["ncy"].isna()]
    else:
        parts = table[(table["need"] == "ALL") & table["ncy"].notna()]
    assert parts["came_to_plan"].sum() <= whole["came_to_plan"]
    known = [r for r in rows if r["ncy_code"] != "X"] if total == "ncy" else rows
    if len(known) == len(rows):
        assert parts["on_sen_support"].sum() == whole["on_sen_support"]
    assert not {"upn", "plan_id", "postcode"} & set(table.columns)

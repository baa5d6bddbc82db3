"""Who is who from January to January."""

from typing import Any

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from sufficiency.people.identity import identify
from sufficiency.privacy import pseudonyms

KEY = b"k" * 32
COLUMNS = ["persontableid", "upn", "uln", "name_key", "birth_date", "postcode"]


def people(*rows: tuple[str, str, str, str, str, str]) -> pd.DataFrame:
    """Frame of people; ids need not agree between years."""
    frame = pd.DataFrame(rows, columns=COLUMNS).astype("str")
    return frame.assign(birth_date=pd.to_datetime(frame["birth_date"]).astype("datetime64[us]"))


def person(own: str, upn: str = "", uln: str = "", name: str = "DEMO|A", born: str = "2014-03-01"):
    return (own, upn, uln, name, born, "ZZ1 1AA")


def linked(years: dict[int, pd.DataFrame]) -> Any:
    return identify(years, KEY)[0].set_index(["year", "persontableid"]).sort_index()


def test_upn_then_uln_then_fallback_and_each_method_is_said():
    told, links = identify(
        {
            2024: people(
                person("a", "U1", name="X|A"),
                person("b", "", "L2", name="X|B"),
                person("c", name="X|C"),
                person("d", "U4", name="X|D"),
            ),
            2025: people(
                person("1", "U1", name="Y|A"),
                person("2", "U2", "L2", name="Y|B"),
                person("3", "U3", name="X|C"),
                person("4", "U5", name="Y|D"),
            ),
        },
        KEY,
    )
    rows: Any = told.set_index(["year", "persontableid"])
    for old, new in (("a", "1"), ("b", "2"), ("c", "3")):
        assert rows.at[(2024, old), "plan_id"] == rows.at[(2025, new), "plan_id"]
    assert rows.at[(2024, "d"), "plan_id"] != rows.at[(2025, "4"), "plan_id"]
    methods = rows.loc[2025, "method"].to_dict()
    assert methods == {"1": "upn", "2": "uln", "3": "fallback", "4": "none"}
    assert set(rows.loc[2024, "method"]) == {""}
    assert links["plans"].tolist() == [1, 1, 1, 1]
    assert links["share"].tolist() == [0.25] * 4
    assert links["method"].tolist() == ["upn", "uln", "fallback", "none"]


def test_the_pseudonym_is_of_the_latest_upn_else_the_uln():
    rows = linked(
        {
            2024: people(person("a", "T1", "L1"), person("b", "", "L2", name="X|B")),
            2025: people(person("1", "U1", "L1"), person("2", "", "L2", name="X|B")),
        }
    )
    expected = pseudonyms(pd.Series(["U1", "L2"]), KEY, "person").tolist()
    assert rows.loc[2024, "plan_id"].tolist() == expected
    assert rows.loc[2025, "plan_id"].tolist() == expected


def test_two_people_of_a_year_are_never_joined_and_the_stronger_match_is_kept():
    rows = linked(
        {
            2024: people(person("a", "U1", "L1")),
            # The UPN says "1" is a, the ULN says "2" is.
            2025: people(person("1", "U1", "L9"), person("2", "U2", "L1", name="X|B")),
        }
    )
    assert rows.at[(2025, "1"), "plan_id"] == rows.at[(2024, "a"), "plan_id"]
    assert rows.at[(2025, "2"), "plan_id"] != rows.at[(2024, "a"), "plan_id"]
    assert rows.loc[2025, "method"].to_dict() == {"1": "upn", "2": "none"}


def test_a_chain_that_would_join_two_people_of_a_year_gives_way_in_one_place_only():
    rows = linked(
        {
            2023: people(person("a", "U1", "L1", name="X|A")),
            2024: people(person("b", "U2", "L1", name="X|B")),
            2025: people(
                person("c", "U2", "", name="X|C"),
                person("d", "U1", "", name="X|D"),
            ),
        }
    )
    assert rows.at[(2023, "a"), "plan_id"] == rows.at[(2025, "d"), "plan_id"]
    assert rows.at[(2024, "b"), "plan_id"] == rows.at[(2025, "c"), "plan_id"]
    assert rows.at[(2025, "c"), "plan_id"] != rows.at[(2025, "d"), "plan_id"]


def test_a_upn_held_by_two_people_links_by_birth_date_and_keeps_their_pseudonyms_apart():
    years = {
        year: people(person("a", "U1", born="2014-03-01"), person("b", "U1", born="2010-03-01"))
        for year in (2024, 2025)
    }
    rows = linked(years)
    for own in ("a", "b"):
        assert rows.at[(2024, own), "plan_id"] == rows.at[(2025, own), "plan_id"]
    assert rows.loc[2025, "plan_id"].is_unique
    assert rows.loc[2025, "method"].tolist() == ["upn", "upn"]


def test_an_identifier_that_passed_to_another_child_does_not_link():
    rows = linked(
        {
            2023: people(person("a", "U1", "L1", name="X|A"), person("b", "U2", name="X|B")),
            2024: people(
                person("c", "U1", "L1", name="X|C", born="2016-09-01"),
                person("d", "U2", name="Y|B"),
            ),
            2025: people(
                person("e", "U1", "L1", name="X|C", born="2016-09-01"),
                person("f", "U2", name="Y|B", born="2014-03-02"),
            ),
        }
    )
    assert rows["method"].to_dict() == {
        (2023, "a"): "",
        (2023, "b"): "",
        (2024, "c"): "none",
        (2024, "d"): "upn",
        (2025, "e"): "upn",
        (2025, "f"): "upn",
    }
    assert rows.at[(2023, "a"), "plan_id"] != rows.at[(2025, "e"), "plan_id"]
    plain = pseudonyms(pd.Series(["U1"]), KEY, "person").iloc[0]
    assert rows.at[(2025, "e"), "plan_id"] == plain
    assert rows.at[(2023, "b"), "plan_id"] == rows.at[(2025, "f"), "plan_id"]


def test_an_identifier_links_where_the_other_name_or_birth_date_is_not_known():
    years = {
        2024: people(person("a", "U1", name="X|A"), person("b", "U2", name="X|B")),
        2025: people(
            person("c", "U1", name="", born="2016-09-01"), person("d", "U2", name="X|D", born="")
        ),
    }
    assert linked(years).loc[2025, "method"].tolist() == ["upn", "upn"]


def test_people_without_a_forename_or_surname_are_not_linked_by_name():
    for name in ("X|", "|A", ""):
        rows = linked({2024: people(person("a", name=name)), 2025: people(person("b", name=name))})
        assert rows.at[(2025, "b"), "method"] == "none"


def test_people_who_cannot_be_told_apart_still_have_names_of_their_own():
    rows = linked({2025: people(*[("x" + str(n), "", "", "", "2014-03-01", "") for n in range(3)])})
    assert rows["plan_id"].is_unique
    assert (rows["plan_id"] != "").all()


def test_someone_away_for_a_year_keeps_the_pseudonym_and_is_new_in_that_step():
    rows = linked(
        {
            2023: people(person("a", "U1")),
            2024: people(person("b", "U2", name="X|B")),
            2025: people(person("a", "U1")),
        }
    )
    assert rows.at[(2023, "a"), "plan_id"] == rows.at[(2025, "a"), "plan_id"]
    assert rows.at[(2025, "a"), "method"] == "none"


row = st.tuples(
    st.sampled_from(["", "U1", "U2", "U3"]),
    st.sampled_from(["", "L1", "L2"]),
    st.sampled_from(["", "X|A", "X|B"]),
    st.sampled_from(["2014-03-01", "2013-01-01"]),
)


@settings(deadline=None, max_examples=15)
@given(st.lists(st.lists(row, max_size=5), min_size=1, max_size=4), st.randoms())
def test_no_two_people_of_a_year_share_a_pseudonym_whatever_the_identifiers(years, random):
    def frames(order):
        return {
            2022 + n: people(
                *order([(f"p{i}", *cells[:3], cells[3], "ZZ1 1AA") for i, cells in enumerate(rows)])
            )
            for n, rows in enumerate(years)
        }

    told, links = identify(frames(list), KEY)
    assert len(told) == sum(map(len, years))
    assert not told.duplicated(["year", "plan_id"]).any()
    assert (told["plan_id"] != "").all()
    other_key, _ = identify(frames(list), b"q" * 32)
    assert told["method"].equals(other_key["method"])
    same_people = [ids.groupby("plan_id", sort=False).ngroup() for ids in (told, other_key)]
    assert same_people[0].equals(same_people[1])
    shuffled, same_links = identify(frames(lambda rows: random.sample(rows, len(rows))), KEY)
    assert links.equals(same_links)
    order = ["year", "plan_id", "method"]
    assert (
        told[order].sort_values(order).to_numpy().tolist()
        == shuffled[order].sort_values(order).to_numpy().tolist()
    )

"""Two registers compared: every change once, whatever order the rows are in."""

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from sufficiency.findings import Findings
from sufficiency.places import (
    compare_registers,
    read_last_year,
    remember_register,
    remembered_register,
    write_csv,
    write_register,
)
from sufficiency.workspace import Settings, Workspace


def told(changes: pd.DataFrame) -> list[tuple[str, ...]]:
    columns = ["urn", "site_id", "change", "column", "before", "after"]
    return [tuple(row) for row in changes[columns].itertuples(index=False, name=None)]


def test_each_changed_cell_is_a_row_with_its_value_before_and_after(register):
    before = register({"commissioned_places": 10, "post16_places": pd.NA})
    after = register({"commissioned_places": 12, "post16_places": 4, "notes": "agreed in May"})

    changes = compare_registers(before, after, "last year's register")

    assert told(changes) == [
        ("100001", "main", "changed", "commissioned_places", "10", "12"),
        ("100001", "main", "changed", "post16_places", "", "4"),
        ("100001", "main", "changed", "notes", "", "agreed in May"),
    ]
    assert set(changes["compared_with"]) == {"last year's register"}
    assert set(changes["effective_from"]) == {"2024-09-01"}


def test_rows_that_are_new_or_gone_are_told_whole(register):
    base = {"urn": "2", "provision": "sen_unit", "commissioned_places": 8}
    unknown = {"urn": "3", "commissioned_places": pd.NA}

    changes = compare_registers(register({}, base), register({}, unknown), "last year's")

    assert told(changes) == [
        ("2", "main", "removed", "", "8 commissioned places", ""),
        ("3", "main", "added", "", "", "commissioned places not known"),
    ]


def test_a_period_that_ends_and_its_successor_are_one_change_and_one_new_row(register):
    before = register({"commissioned_places": 10})
    after = register(
        {"effective_from": "2025-09-01", "commissioned_places": 14},
        {"effective_to": "2025-08-31", "commissioned_places": 10},
    )

    assert told(compare_registers(before, after, "the starter")) == [
        ("100001", "main", "changed", "effective_to", "", "2025-08-31"),
        ("100001", "main", "added", "", "", "14 commissioned places"),
    ]


def test_a_row_carried_into_a_new_year_is_the_same_row_with_another_first_day(register):
    before = register({"effective_from": "2024-09-01", "designated_needs": "ASD"})
    after = register({"effective_from": "2025-09-01", "designated_needs": "ASD SLCN"})

    changes = compare_registers(before, after, "last year's register")

    assert changes["change"].tolist() == ["changed", "changed"]
    assert changes["column"].tolist() == ["designated_needs", "effective_from"]


def test_another_spelling_of_a_site_is_no_change(register):
    changes = compare_registers(
        register({"site_id": "Annexe 1"}), register({"site_id": "annexe1"}), "last year's"
    )

    assert changes.empty


def test_without_an_earlier_register_nothing_is_called_a_change(register):
    assert compare_registers(None, register({}), "last year's").empty


rows = st.lists(
    st.fixed_dictionaries(
        {
            "urn": st.sampled_from(["1", "2"]),
            "site_id": st.sampled_from(["main", "annexe"]),
            "designated_needs": st.sampled_from(["", "ASD", "ASD SEMH"]),
            "effective_from": st.sampled_from(["2024-09-01", "2025-09-01"]),
            "commissioned_places": st.sampled_from([5, 9, None]),
        }
    ),
    min_size=1,
    max_size=6,
)


@settings(deadline=None, max_examples=12)
@given(first=rows, second=rows, data=st.data())
def test_changes_add_up_mirror_each_other_and_do_not_depend_on_order(register, first, second, data):
    before, after = register(*first), register(*second)
    shuffled = data.draw(st.permutations(range(len(second))))

    changes = compare_registers(before, after, "x")
    back = compare_registers(after, before, "x")
    again = compare_registers(before, after.iloc[shuffled].reset_index(drop=True), "x")

    pd.testing.assert_frame_equal(changes, again)
    assert compare_registers(before, before, "x").empty
    kinds, mirrored = changes["change"].value_counts(), back["change"].value_counts()
    assert len(after) - len(before) == kinds.get("added", 0) - kinds.get("removed", 0)
    assert kinds.get("added", 0) == mirrored.get("removed", 0)
    assert kinds.get("changed", 0) == mirrored.get("changed", 0)
    place = ["urn", "site_id", "provision"]
    for key in {tuple(row) for row in before[place].to_numpy()}:
        held = [(frame[place] == list(key)).all(axis=1).sum() for frame in (before, after)]
        mine = changes[(changes[place] == list(key)).all(axis=1)]["change"]
        assert (mine == "added").sum() == max(held[1] - held[0], 0)
        assert (mine == "removed").sum() == max(held[0] - held[1], 0)


def workspace(tmp_path) -> Workspace:
    return Workspace(tmp_path, Settings(authority="999"))


def test_a_remembered_register_reads_back_the_same(tmp_path, register):
    table = register({"post16_places": 3, "ramp_years": 2, "beds": 4}, {"urn": "2"})

    assert remembered_register(workspace(tmp_path)) is None
    remember_register(workspace(tmp_path), table)

    again = remembered_register(workspace(tmp_path))
    assert again is not None
    pd.testing.assert_frame_equal(again, table)
    assert [p.name for p in (tmp_path / ".dagster").iterdir()] == ["last_register.csv"]


def test_writing_the_register_remembers_it_so_that_the_first_edit_is_seen(tmp_path, register):
    write_register(workspace(tmp_path), register({"commissioned_places": 10}))

    changes = compare_registers(
        remembered_register(workspace(tmp_path)), register({"commissioned_places": 11}), "the start"
    )

    assert told(changes) == [("100001", "main", "changed", "commissioned_places", "10", "11")]


def test_last_years_register_is_read_where_there_is_one_and_never_blocks(tmp_path, register):
    findings = Findings()
    assert read_last_year(workspace(tmp_path), findings) is None
    write_csv(register({}, {"urn": "2"}), tmp_path / "places_last_year.csv")
    text = (tmp_path / "places_last_year.csv").read_text("utf-8-sig").replace("2,main", "2,main", 1)
    spoilt = text.replace("2,main,Hill School,special", "2,main,Hill School,palace")
    (tmp_path / "places_last_year.csv").write_text(spoilt, encoding="utf-8")

    last = read_last_year(workspace(tmp_path), findings)

    assert last is not None
    assert last["urn"].tolist() == ["100001"]
    assert [(f.check, f.severity, f.source, f.row) for f in findings.items] == [
        ("register_unknown_provision", "warns", "places_last_year.csv", 3)
    ]
    assert "not compared" in findings.items[0].action


def test_names_that_last_year_left_blank_come_from_the_school_list(tmp_path, schools):
    header = "urn,provision,ncy_from,ncy_to,effective_from,commissioned_places,assumed"
    row = "100001,special,0,11,2024-09-01,10,no"
    (tmp_path / "places_last_year.csv").write_text(f"{header}\n{row}\n", encoding="utf-8")

    last = read_last_year(workspace(tmp_path), Findings(), schools({}))

    assert last is not None
    assert last[["name", "locality"]].to_numpy().tolist() == [["Hill School", "North"]]

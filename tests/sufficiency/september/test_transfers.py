"""Changes of phase on the authority on paper: who changes school, and who must be reviewed."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from sufficiency.contracts import SchoolsAttended, empty
from sufficiency.september import transfers
from sufficiency.september.school_ends import usual_shares
from sufficiency.terms import ALL

KEY = ["september", "transfer", "need_group", "setting_group", "locality"]


def made(paper: SimpleNamespace, **changed: pd.DataFrame) -> pd.DataFrame:
    tables = {**vars(paper), **changed}
    names = ("plans", "establishments", "schools_attended", "paths", "awaiting")
    return transfers(**{name: tables[name] for name in names}, base_year=paper.base_year)


def one(table: pd.DataFrame, *key: object) -> pd.Series:
    rows = table[(table[KEY] == list(key)).all(axis=1)]
    assert len(rows) == 1
    return rows.iloc[0]


def test_every_number_of_next_september_is_that_worked_out_on_paper(
    paper: SimpleNamespace,
) -> None:
    first = made(paper)
    first = first[(first["september"] == 2025) & (first["locality"] != ALL)]
    columns = [*KEY[1:], "children", "expected_mean", "to_specialist_mean", "awaiting", "basis"]
    # North's autism in Year 6: 3 at Oak (which goes on) and 2 in the base; a January later 2 are
    # in special schools (Year 7), so the base's 2 get 2/5 each. Elm ends with Year 11, Oak and
    # Yew go on, and all of Year 11 counts.
    expected = [
        ("infant_junior", "AUTCOM", "mainstream", "North", 2, 2.0, 2.0, 0, "schools"),
        ("primary_secondary", "AUTCOM", "other", "South", 1, 1.0, 0.0, 1, "usual"),
        ("primary_secondary", "AUTCOM", "rp_unit", "North", 2, 2.0, 0.8, 0, "schools"),
        ("primary_secondary", "AUTCOM", "rp_unit", "South", 1, 1.0, 0.0, 0, "schools"),
        ("secondary_post16", "COMPLEX", "special_state", "North", 2, 2.0, 0.0, 0, "schools"),
        ("secondary_post16", "SEMH", "mainstream", "North", 2, 2.0, 0.0, 0, "schools"),
        ("secondary_post16", "SEMH", "special_state", "South", 3, 3.0, 0.0, 0, "schools"),
    ]
    assert first[columns].to_numpy().tolist() == [pytest.approx(list(row)) for row in expected]


def test_statutory_days_and_year_groups_stand_on_every_row(paper: SimpleNamespace) -> None:
    table = made(paper)
    days = set(zip(table["transfer"], table["september"], table["review_by"], strict=True))
    assert ("primary_secondary", 2025, "2025-02-15") in days
    assert ("secondary_post16", 2026, "2026-03-31") in days
    assert (table["to_ncy"] == table["from_ncy"] + 1).all()


def test_bands_come_from_the_paths_of_the_row(paper: SimpleNamespace) -> None:
    more = paper.paths[(paper.paths["ncy"] == 11) & (paper.paths["need"] == "SLD")]
    more = more[(more["path"] == 1) & (more["year"] > 2025)].assign(count=5)
    row = one(made(paper, paths=pd.concat([paper.paths, more], ignore_index=True)),
              2026, "secondary_post16", "COMPLEX", "special_state", "North")  # fmt: skip
    # 2 in one future and 7 in the other.
    assert row["expected_mean"] == 4.5
    assert (row["expected_p10"], row["expected_p90"]) == (2.5, 6.5)


def test_children_move_towards_a_change_year_by_year(paper: SimpleNamespace) -> None:
    table = made(paper)
    # Ash's child in Year 5, Elm's in Year 10; Elm's four in Year 9 two years on.
    assert one(table, 2026, "primary_secondary", "AUTCOM", "rp_unit", "North")["children"] == 1
    assert one(table, 2026, "secondary_post16", "SEMH", "special_state", "North")["children"] == 1
    assert one(table, 2027, "secondary_post16", "SEMH", "special_state", ALL)["children"] == 4


def test_a_school_that_goes_on_makes_no_change_of_phase(paper: SimpleNamespace) -> None:
    table = made(paper)
    special = table[(table["transfer"] == "primary_secondary")]
    assert "special_state" not in set(special["setting_group"])


def test_middle_schools_change_where_their_ages_end(paper: SimpleNamespace) -> None:
    schools = paper.schools_attended
    middle = schools["urn"] == "400002"
    age_to = schools["age_to"].mask(middle, 13)
    table = made(paper, schools_attended=schools.assign(age_to=age_to))
    row = one(table, 2025, "middle_secondary", "SEMH", "mainstream", "North")
    assert (row["children"], row["from_ncy"], row["review_by"]) == (1, 8, "2025-02-15")


def test_all_of_the_authority_is_the_sum_of_its_homes(paper: SimpleNamespace) -> None:
    table = made(paper)
    numbers = ["children", "expected_mean", "to_specialist_mean", "awaiting"]
    whole = table[table["locality"] == ALL].set_index(KEY[:-1])[numbers]
    parts = table[table["locality"] != ALL].groupby(KEY[:-1])[numbers].sum()
    pd.testing.assert_frame_equal(
        whole.astype(float).sort_index(), parts.astype(float).sort_index(), check_names=False
    )


def test_open_data_says_usual_transfers_and_no_children(paper: SimpleNamespace) -> None:
    plans = paper.plans.assign(establishment="", basis="modelled")
    table = made(paper, plans=plans, schools_attended=empty(SchoolsAttended))
    assert (table["basis"] == "usual").all()
    assert table["children"].isna().all()
    # Pupils a year group: Fir Infant 80 / 3, Ash 190 / 7. The infant's share of Year 2:
    row = one(table, 2025, "infant_junior", "AUTCOM", "mainstream", "North")
    assert row["expected_mean"] == pytest.approx(2 * (80 / 3) / (80 / 3 + 190 / 7))


def test_without_a_school_list_children_change_after_year_6_and_year_11(
    paper: SimpleNamespace,
) -> None:
    shares = usual_shares(paper.establishments.iloc[:0], [-1, 2, 6, 11])
    assert {ncy: shares["mainstream", ncy] for ncy in (-1, 2, 6, 11)} == {
        -1: 1.0,
        2: 0.0,
        6: 1.0,
        11: 1.0,
    }


def test_who_may_change_is_not_counted_as_if_sure(paper: SimpleNamespace) -> None:
    # Two in Year 2 of an unknown school: as is usual here, about half of Year 2 change.
    there = paper.plans["establishment"] == "400001"
    plans = paper.plans.assign(establishment=paper.plans["establishment"].mask(there, ""))
    row = one(made(paper, plans=plans), 2025, "infant_junior", "AUTCOM", "mainstream", "North")
    assert pd.isna(row["children"])
    assert row["basis"] == "usual"


def test_where_the_forecast_ends_nothing_is_said_of_the_january_after(
    paper: SimpleNamespace,
) -> None:
    table = made(paper, paths=paper.paths[paper.paths["year"] <= 2026])
    assert set(table["september"]) == {2025, 2026}
    last = table["september"] == 2026
    assert table.loc[last, "to_specialist_mean"].isna().all()
    assert table.loc[~last, "to_specialist_mean"].notna().all()


def test_specialist_places_of_children_who_join_are_not_counted_as_transfers(
    paper: SimpleNamespace,
) -> None:
    # A January later North's two of Year 2 are in special schools or bases. Two more autism plans
    # begin in mainstream in Year 3 meanwhile: four share the two places alike, so one goes to the
    # two.
    paths = paper.paths
    later = (paths["year"] == 2026) & (paths["ncy"] == 3) & (paths["locality"] == "North")
    joined = paths[later & (paths["need"] == "ASD")].assign(setting="MSLA", count=2)
    joined = joined.drop_duplicates(["path", "year", "ncy", "need", "locality"])
    more = pd.concat([paths, joined], ignore_index=True)
    key = (2025, "infant_junior", "AUTCOM", "mainstream", "North")
    assert one(made(paper), *key)["to_specialist_mean"] == 2.0
    assert one(made(paper, paths=more), *key)["to_specialist_mean"] == 1.0


def test_the_order_of_rows_changes_nothing(paper: SimpleNamespace) -> None:
    turned = {
        name: getattr(paper, name).iloc[::-1].reset_index(drop=True)
        for name in ("plans", "establishments", "schools_attended", "paths", "awaiting")
    }
    pd.testing.assert_frame_equal(made(paper, **turned), made(paper))


def test_more_never_go_to_specialist_places_than_change(paper: SimpleNamespace) -> None:
    rng = np.random.default_rng(7)
    paths = paper.paths.assign(count=rng.integers(1, 9, len(paper.paths)))
    table = made(paper, paths=paths)
    assert (table["to_specialist_mean"] <= table["expected_mean"] + 1e-9).all()


def test_a_child_without_a_school_changes_where_nearly_all_pupils_here_do(
    paper: SimpleNamespace,
) -> None:
    # An all-through school of 14 year groups with 28 pupils, 2 a year: Ash has 27 of 29 in Year 6.
    through = paper.establishments[paper.establishments["urn"] == "400002"]
    through = through.assign(urn="9", age_from=4, age_to=18, on_roll=28)
    schools = pd.concat([paper.establishments, through], ignore_index=True)
    row = one(made(paper, establishments=schools), 2025, "primary_secondary", "AUTCOM", "other",
              "South")  # fmt: skip
    assert (row["children"], row["expected_mean"]) == (1, 1.0)
    half = pd.concat([paper.establishments, through.assign(on_roll=380)], ignore_index=True)
    row = one(made(paper, establishments=half), 2025, "primary_secondary", "AUTCOM", "other",
              "South")  # fmt: skip
    assert pd.isna(row["children"])
    assert row["expected_mean"] == pytest.approx(0.5)

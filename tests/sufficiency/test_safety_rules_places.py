"""The domain handbook's safety rules (section 12) on places and who sits in them, row by row."""

from typing import Any

import pandas as pd
import pytest

from sufficiency.council.schemes import why_not_counted
from sufficiency.findings import Findings
from sufficiency.gaps import gap_table
from sufficiency.places import occupancy, places
from sufficiency.september import september_board
from sufficiency.terms import lookup

OAK, ELM, ASH = "100001", "100002", "100003"


def split(paper, findings=None, basis="commissioned", years=3, **changed):
    tables = {**vars(paper), **changed}
    return places(
        tables["register"], tables["plans"], paper.base_year, years, basis, findings or Findings(),
        classes=tables["classes"], imports=tables["imports"],
    )  # fmt: skip


def full(paper, **changed) -> Any:
    names = ("register", "plans", "classes", "imports", "pupils", "second_placements",
             "placement_months")  # fmt: skip
    tables = {name: changed.get(name, getattr(paper, name)) for name in names}
    table = occupancy(**tables, base_year=2025, nursery_fte=0.5, findings=Findings())
    return table.set_index(["urn", "site_id", "pool"])


def gap_at(paper, year=2025, **changed) -> Any:
    gap = gap_table(paper.paths, split(paper, **changed), "person", 0.5)
    gap = gap[(gap["view"] == "placements") & (gap["locality"] == "ALL") & (gap["year"] == year)]
    return gap.set_index(["provision", "need_group", "phase"])


def where(register, urn, site="main"):
    return (register["urn"] == urn) & (register["site_id"] == site)


def test_place_usable_is_at_most_commissioned_and_the_basis_is_printed(paper):
    larger = paper.classes.assign(places=paper.classes["places"] * 9)
    rows = full(paper, classes=larger)
    assert (rows["usable"] <= rows["commissioned"]).all()
    rows = full(paper)
    whole = rows[rows["physical"].notna()]
    assert (whole["commissioned"] <= whole["physical"]).all()
    assert rows.loc[(OAK, "main", "ALL"), ["usable", "commissioned", "physical"]].tolist() == [
        29, 30, 32,
    ]  # fmt: skip
    register = split(paper, basis="usable").query("kind == 'register'")
    # Ash lists no class, so its places are those commissioned.
    assert register[register["urn"] == ASH]["capacity_basis"].unique().tolist() == ["commissioned"]
    assert "usable" in set(register[register["urn"] == OAK]["capacity_basis"])


def test_demand_v_occupancy_a_second_placement_is_apart_and_never_added(paper):
    none = paper.second_placements.iloc[:0]
    with_it, without = full(paper), full(paper, second_placements=none)
    ash = (ASH, "main", "ALL")
    assert with_it.loc[ash, "second_placements"] == 1
    assert without.loc[ash, "second_placements"] == 0
    for column in ("on_roll", "with_plan", "fte", "occupancy"):
        assert with_it.loc[ash, column] == without.loc[ash, column]


def test_demand_v_occupancy_a_nursery_pupil_is_one_person_and_half_a_place(paper):
    more = paper.pupils.iloc[[-1]].assign(
        establishment=OAK, base="", sen_provision="K", ncy=-1, pupils=2
    )
    register = paper.register.copy()
    register.loc[where(register, OAK), "ncy_from"] = -1
    pupils = pd.concat([paper.pupils, more], ignore_index=True)
    rows = full(paper, pupils=pupils, register=register)
    nursery = rows.loc[(OAK, "main", "nursery")]
    assert (nursery["on_roll"], nursery["fte"]) == (2, 1.0)


def test_over_number_stays_visible_and_never_raises_capacity(paper):
    elm = full(paper).loc[(ELM, "main", "ALL")]
    assert (elm["on_roll"], elm["commissioned"], elm["over_number"]) == (13, 12, 1)
    assert elm["occupancy"] > 100
    table = split(paper)
    now = table[(table["urn"] == ELM) & (table["kind"] == "register") & (table["year"] == 2025)]
    assert now["places"].sum() == 12
    assert gap_at(paper).loc[("special", "SEMH", "secondary"), "gap_mean"] == 1


def test_no_plan_in_a_place_is_an_occupancy_row_of_its_own_and_no_demand(paper):
    rows = full(paper)
    assert rows.loc[(OAK, "main", "ALL"), "assessment"] == 1
    assert rows.loc[(ASH, "main", "ALL"), "sen_support"] == 1
    base = gap_at(paper).loc[("resourced_provision", "AUTCOM", "primary")]
    # Six residents of seven places are no room: the seventh holds a pupil on SEN support.
    assert (base["demand_mean"], base["of_which_without_plan"], base["gap_mean"]) == (6, -1, 0)


@pytest.mark.parametrize("setting", ["AP", "HOSP"])
def test_ap_hospital_have_no_gap_even_with_a_register_row(paper, setting):
    school = paper.register[where(paper.register, ASH)].assign(
        urn="500001", provision="ap", commissioned_places=91, ncy_from=7, ncy_to=11, on_roll=91
    )
    register = pd.concat([paper.register, school], ignore_index=True)
    paths = paper.paths.assign(
        setting=paper.paths["setting"].astype("str").replace("MSAC", setting)
    )
    gap = gap_table(paths, split(paper, register=register), "person", 0.5)
    rows = gap[gap["provision"] == "ap"]
    assert rows["demand_mean"].max() > 0
    assert rows[["gap_mean", "p_shortage", "expected_shortage"]].isna().all(axis=None)


def test_residential_beds_are_another_capacity_and_the_day_place_counts_once(paper):
    more = paper.register.copy()
    more.loc[where(more, OAK), "beds"] = 40
    assert split(paper, register=more).equals(split(paper))
    board = paper.plans.copy()
    board.loc[board.index[(board["establishment"] == OAK)][:3], "residential"] = "yes"
    rows, before = full(paper, plans=board), full(paper)
    assert rows.loc[(OAK, "main", "ALL"), ["beds", "beds_used"]].tolist() == [4, 3]
    assert rows["fte"].equals(before["fte"])


@pytest.mark.parametrize("phase", ["primary", "secondary"])
def test_post_16_in_special_schools_never_offsets_the_younger(paper, phase):
    more = paper.register.copy()
    oak = where(more, OAK)
    more.loc[oak, ["commissioned_places", "post16_places"]] = [130, 106]
    more.loc[oak, "physical_capacity"] = 132
    before, after = gap_at(paper), gap_at(paper, register=more)
    assert after.loc[("special", "AUTCOM", "post_16"), "places"] > 50
    cell = ("special", "AUTCOM", phase)
    assert after.loc[cell, "places"] == before.loc[cell, "places"]
    assert after.loc[cell, "gap_mean"] == before.loc[cell, "gap_mean"]


def test_children_of_other_authorities_are_a_warning_where_not_known(paper):
    unknown = paper.register.assign(
        other_la_places=pd.array([pd.NA] * len(paper.register), dtype="Int32")
    )
    findings, known = Findings(), Findings()
    table = split(paper, findings, register=unknown, imports=None)
    # Elm and Oak's main site have pupils whom nothing explains: no row says how many are imports.
    assert not table["urn"].where(table["kind"] == "imports").eq(ELM).any()
    assert table["name"].str.contains("imports not known").any()
    assert any("imports not known" in item.message for item in findings.items)
    table = split(paper, known)
    assert -table[(table["kind"] == "imports") & (table["year"] == 2025)]["places"].sum() == 5
    assert not any("imports not known" in item.message for item in known.items)


def test_satellites_are_one_school_whose_sites_sum_to_it(paper):
    rows = full(paper)
    sites = rows.xs("ALL", level="pool").loc[OAK]
    assert sorted(sites.index) == ["annexe", "main"]
    # 28 residents, 2 imports and 1 without a plan at the school, whichever site they attend.
    assert sites["on_roll"].sum() == 31
    assert sites["with_plan"].sum() == 28
    assert sites["locality"].to_dict() == {"main": "North", "annexe": "South"}


def test_mixed_designation_is_one_pool_shown_as_flexible(paper):
    table = split(paper).query("kind == 'register' and year == 2025")
    assert set(table[(table["urn"] == OAK) & (table["site_id"] == "main")]["flexible"]) == {"yes"}
    assert set(table[table["site_id"] == "annexe"]["flexible"]) == {"no"}
    # Two more with SLD need a place, two with autism leave: room in the same row serves either.
    paths = paper.paths.copy()
    later = (paths["setting"] == "SPLA") & (paths["locality"] == "North") & (paths["year"] > 2025)
    paths.loc[later & (paths["need"] == "SLD") & (paths["ncy"] == 6), "count"] += 2
    paths.loc[later & (paths["need"] == "ASD") & (paths["ncy"] == 3), "count"] -= 2
    gap = gap_table(paths, split(paper), "person", 0.5)
    gap = gap[(gap["view"] == "placements") & (gap["locality"] == "ALL") & (gap["year"] == 2026)]
    cells: Any = gap.set_index(["provision", "need_group", "phase"])
    severe = cells.loc[("special", "COMPLEX", "primary")]
    autism = cells.loc[("special", "AUTCOM", "primary")]
    room = autism["places"] - autism["demand_mean"]
    short = severe["demand_mean"] - severe["places"]
    assert room > 0
    assert short > 0
    assert severe["flexible_mean"] == -autism["flexible_mean"] == min(room, short)
    assert severe["gap_mean"] == short - min(room, short)


def test_unapproved_schemes_are_never_counted(paper):
    proposed = paper.register.copy()
    proposed.loc[proposed["change_status"] == "approved", "change_status"] = "proposed"

    def elm(table):
        rows = table[(table["urn"] == ELM) & (table["kind"] == "register")]
        return rows.groupby("year")["places"].sum().to_dict()

    assert elm(split(paper))[2028] == 18
    assert all(number <= 12 for number in elm(split(paper, register=proposed)).values())
    scheme = pd.Series(
        {"stage": "approved", "capital_secured": "yes", "statutory_process": "decided"}
    )
    assert why_not_counted(scheme) == ""
    for column, value in (("stage", "proposed"), ("capital_secured", "part"),
                          ("statutory_process", "consulting")):  # fmt: skip
        assert why_not_counted(pd.Series({**scheme, column: value}))


def test_post_16_places_of_september_are_apart_from_year_7(paper):
    names = ("register", "classes", "plans", "moves", "imports", "pupils", "awaiting")
    tables = {name: getattr(paper, name) for name in names}
    board = september_board(**tables, base_year=2025, findings=Findings())
    assert not ((board["ncy_from"] <= 11) & (board["ncy_to"] >= 12)).any()
    assert lookup("phases", "pool")["post_16"] == "post_16"

"""The register beside the school census, GIAS and SEN2; pupils of other authorities."""

from typing import Any

import pandas as pd

from sufficiency.contracts import TABLES, empty
from sufficiency.findings import Findings
from sufficiency.places.evidence import imports_table, register_check

OAK, ELM, ASH = "100001", "100002", "100003"


def beside(tables, findings=None, **instead) -> Any:
    names = ("register", "establishments", "pupils", "plans", "imports")
    own: dict[str, Any] = {name: instead.get(name, getattr(tables, name)) for name in names}
    return register_check(**own, base_year=2025, findings=findings)


def test_every_column_of_the_check_of_the_authority_on_paper(paper):
    table = beside(paper)
    columns = [
        "urn", "site_id", "name", "provision", "register_roll", "census_roll", "census_plans",
        "gias_roll", "gias_capacity", "sen2_plans", "imports", "without_plan", "difference",
        "verdict",
    ]  # fmt: skip
    rows = table[columns].astype("object").where(table[columns].notna(), None)
    assert table["year"].eq(2025).all()
    # Oak's sites are not told apart: 26 + 5 = 31 = 28 residents + 2 imports + 1 without a plan.
    assert rows.to_numpy().tolist() == [
        [OAK, "ALL", "Oak School", "special", 31, 31, 30, 31, 32, 28, 2, 1, 0, "agrees"],
        [ELM, "main", "Elm School", "special", 13, 13, 13, 13, 12, 10, 3, 0, 0, "agrees"],
        [ASH, "main", "Ash Primary (resourced provision)", "resourced_provision", 7, 7, 6, None,
         None, 6, 0, 1, 0, "agrees"],
    ]  # fmt: skip


def test_a_roll_that_the_census_does_not_bear_out_differs_and_is_said(paper):
    rolls = paper.register["on_roll"].mask(paper.register["urn"] == ELM, 20)
    findings = Findings()
    table = beside(paper, findings, register=paper.register.assign(on_roll=rolls))
    assert table.set_index("urn")["verdict"].to_dict() == {
        OAK: "agrees", ELM: "differs", ASH: "agrees",
    }  # fmt: skip
    (found,) = findings.items
    assert (found.check, found.severity, found.count) == ("register_roll_differs", "warns", 1)
    assert "Elm School" in found.message
    assert found.action


def test_two_children_apart_agree_and_three_differ(paper):
    def without(number):
        gone = paper.plans.index[paper.plans["establishment"] == ELM][:number]
        table = beside(paper, plans=paper.plans.drop(index=gone)).set_index("urn")
        return table.loc[ELM, "difference"], table.loc[ELM, "verdict"]

    assert without(2) == (2, "agrees")
    assert without(3) == (3, "differs")


def test_what_is_not_known_is_no_difference(paper):
    register = paper.register.assign(other_la_places=pd.NA).astype({"other_la_places": "Int32"})
    nothing = {"pupils": empty(TABLES["pupils"]), "imports": empty(TABLES["imports"])}
    table = beside(paper, register=register, **nothing)
    assert table["imports"].isna().all()
    assert table["difference"].isna().all()
    assert table["verdict"].eq("not_known").all()


def test_a_roll_unlike_that_of_gias_is_said_where_there_is_no_census(paper):
    findings = Findings()
    schools = paper.establishments.copy()
    schools["on_roll"] = schools["on_roll"].mask(schools["urn"] == ELM, 30)
    beside(paper, findings, establishments=schools, pupils=empty(TABLES["pupils"]))
    assert [found.check for found in findings.items] == ["register_roll_differs_from_gias"]


def test_residents_in_a_base_that_the_register_lacks_are_said(paper):
    findings = Findings()
    beside(paper, findings, register=paper.register[paper.register["urn"] != ASH])
    (found,) = findings.items
    assert (found.check, found.count) == ("placements_not_on_register", 6)
    assert "Ash Primary" in found.message


def test_the_census_tells_imports_where_no_file_does_and_none_is_a_row_of_none(paper):
    made = imports_table(empty(TABLES["imports"]), paper.pupils, paper.register, 2025)
    columns = ["urn", "site_id", "provision", "home_authority", "ncy", "need", "pupils", "source"]
    rows = made[columns].astype("object").where(made[columns].notna(), None)
    assert rows.to_numpy().tolist() == [
        [OAK, "main", "special", "unknown", 9, "ASD", 2, "school census"],
        [ELM, "main", "special", "unknown", 9, "SEMH", 3, "school census"],
        [ASH, "main", "resourced_provision", "unknown", None, "ALL", 0, "school census"],
    ]


def test_the_councils_own_imports_come_before_the_census_school_by_school(paper):
    own = paper.imports[paper.imports["urn"] == OAK].assign(pupils=4)
    made: Any = imports_table(own, paper.pupils, paper.register, 2025).set_index("urn")
    assert made["pupils"].to_dict() == {OAK: 4, ELM: 3, ASH: 0}
    assert made.loc[OAK, ["home_authority", "source"]].tolist() == ["998", "imports.csv"]


def test_without_file_or_census_imports_are_not_known(paper):
    nothing = empty(TABLES["imports"])
    assert imports_table(nothing, empty(TABLES["pupils"]), paper.register, 2025).empty
    assert imports_table(nothing, paper.pupils, paper.register, 2024).empty


def test_another_term_is_not_the_census_of_the_base_year(paper):
    summer = paper.pupils.assign(term="summer")
    assert imports_table(empty(TABLES["imports"]), summer, paper.register, 2025).empty

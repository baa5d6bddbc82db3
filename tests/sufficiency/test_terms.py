"""Terms: codes agree with each other, and dates and phases read as planners say them."""

from datetime import date

import pandas as pd
import pytest

from sufficiency import terms


def test_every_need_has_a_group_and_every_setting_a_known_provision() -> None:
    assert set(terms.lookup("needs", "need_group").values()) <= set(terms.codes("need_groups"))
    provisions = {p for p in terms.lookup("settings", "provision").values() if p}
    assert provisions <= set(terms.codes("provisions"))
    groups = set(terms.lookup("settings", "setting_group").values())
    assert groups == set(terms.codes("setting_groups"))
    assert set(terms.lookup("ees_settings", "setting")) <= set(terms.codes("settings"))
    assert set(terms.lookup("establishment_types", "setting").values()) <= set(
        terms.codes("settings")
    )


def test_need_groups_are_those_agreed() -> None:
    needs = terms.table("needs")
    agreed = {
        "AUTCOM": {"ASD", "SLCN"},
        "SEMH": {"SEMH"},
        "LEARN": {"MLD", "SPLD"},
        "COMPLEX": {"SLD", "PMLD", "MSI", "DS"},
        "PHYS": {"PD"},
        "SENS": {"HI", "VI"},
        "OTHER": {"OTH", "NSA", "UNKNOWN"},
    }
    found = {group: set(rows["need"]) for group, rows in needs.groupby("need_group")}
    assert found == agreed


def test_non_maintained_special_is_state_funded_in_scap_but_not_in_dsg() -> None:
    assert terms.lookup("settings", "scap")["SPNM"] == "SS"
    assert terms.lookup("settings", "dsg")["SPNM"] == "nmss_independent"
    assert terms.lookup("settings", "lsrp")["SPNM"] == "nmss_independent"


def test_down_syndrome_is_a_need_code_only_from_autumn_2025() -> None:
    assert "DS" not in set(terms.table("needs", date(2025, 1, 16))["need"])
    assert "DS" in set(terms.table("needs", date(2026, 1, 15))["need"])


def test_old_and_new_words_for_bases_both_stand_in_the_vocabulary() -> None:
    words = terms.table("vocabulary").set_index("term")
    assert words.loc["sen_unit", "old_word"] == "SEN unit"
    assert words.loc["sen_unit", "new_word"] == "specialist base"
    assert words.loc["support_base", "new_word"] == "support base"


def test_a_census_year_is_printed_with_its_academic_year() -> None:
    assert terms.census_label(2027) == "January 2027 (2026/27)"
    assert terms.census_label(2000) == "January 2000 (1999/00)"


@pytest.mark.parametrize(
    ("ncy", "phase"),
    [(-4, "early_years"), (-1, "early_years"), (0, "primary"), (6, "primary"), (7, "secondary"),
     (11, "secondary"), (12, "post_16"), (14, "post_16"), (15, "post_19"), (20, "post_19")],
)  # fmt: skip
def test_phases_change_where_the_handbook_says(ncy: int, phase: str) -> None:
    assert list(terms.phase_of_ncy(pd.Series([ncy]))) == [phase]


def test_a_school_year_begins_on_1_september() -> None:
    days = pd.Series(["2025-08-31", "2025-09-01", "2026-03-02", ""])
    assert terms.school_year(days).tolist()[:3] == [2024, 2025, 2025]
    assert pd.isna(terms.school_year(days).iloc[3])

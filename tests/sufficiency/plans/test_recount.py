"""The recount finds every published cell that the plans table does not keep."""

from dataclasses import replace

import pandas as pd
import pytest

from sufficiency.plans.margins import Margins
from sufficiency.plans.recount import differences


@pytest.fixture
def published() -> Margins:
    # Three plans: ASD aged 7 in SPLA, ASD aged 8 in MSLA, HI aged 8 in MSLA.
    return Margins(
        authority="839",
        year=2025,
        total=3,
        need_age=pd.DataFrame({7: [1, 0], 8: [1, 1]}, index=["ASD", "HI"]),
        need_setting=pd.DataFrame({"MSLA": [1, 1], "SPLA": [1, 0]}, index=["ASD", "HI"]),
        age_setting=pd.DataFrame({"MSLA": [0, 2], "SPLA": [1, 0]}, index=[7, 8]),
        need=pd.Series({"ASD": 2, "HI": 1}),
        age=pd.Series({7: 1, 8: 2}),
        setting=pd.Series({"MSLA": 2, "SPLA": 1}),
    )


def plans(*rows: tuple[str, int, str]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["need", "age", "setting"])


RIGHT = (("ASD", 7, "SPLA"), ("ASD", 8, "MSLA"), ("HI", 8, "MSLA"))


def test_a_table_that_keeps_every_count_has_no_difference(published: Margins) -> None:
    assert differences(plans(*RIGHT), published).empty


def test_two_needs_swapped_between_ages_are_found_though_every_total_holds(
    published: Margins,
) -> None:
    swapped = plans(("HI", 7, "SPLA"), ("ASD", 8, "MSLA"), ("ASD", 8, "MSLA"))
    found = differences(swapped, published)
    rows = set(found.itertuples(index=False, name=None))
    assert {("need_age", "HI", "7", 0, 1), ("need_age", "ASD", "8", 1, 2)} <= rows
    assert set(found["dimension"]) == {"need_age", "need_setting"}


def test_a_plan_in_a_setting_that_was_not_published_is_found(published: Margins) -> None:
    moved = plans(("ASD", 7, "SPLA"), ("ASD", 8, "MSLA"), ("HI", 8, "AP"))
    found = differences(moved, published)
    assert ("need_setting", "HI", "AP", 0, 1) in set(found.itertuples(index=False, name=None))
    assert ("age_setting", "8", "AP", 0, 1) in set(found.itertuples(index=False, name=None))


def test_a_lost_plan_breaks_the_total(published: Margins) -> None:
    found = differences(plans(*RIGHT[:2]), published)
    assert ("total", "all", "", 3, 2) in set(found.itertuples(index=False, name=None))


def test_a_count_that_was_not_published_is_not_compared(published: Margins) -> None:
    withheld = published.need_age
    assert withheld is not None
    withheld = withheld.astype(float)
    withheld.loc["HI", 8] = None
    table = plans(*RIGHT)
    assert differences(table, replace(published, need_age=withheld)).empty

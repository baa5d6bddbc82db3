"""Person level against the published counts."""

import pandas as pd

from sufficiency.people.published import against_published

NAMES = ["authority", "year", "dimension", "key", "value", "status"]


def published(*rows: tuple) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=NAMES).assign(level="authority", second_key="")


def plans(*rows: tuple[str, str, int], year: int = 2025) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["need", "setting", "age"])
    return frame.assign(year=year).astype({"year": "int32", "age": "int32"})


def compared(past: pd.DataFrame, *rows: tuple, tolerance: float = 0.02) -> dict:
    table = against_published(past, published(*rows), "999", tolerance)
    keys = zip(table["dimension"], table["key"], strict=True)
    cells = table[["person", "published", "difference", "stated"]].to_numpy().tolist()
    return dict(zip(keys, map(tuple, cells), strict=True))


def test_codes_and_ages_that_a_release_lacks_are_counted_where_it_counts_them():
    past = plans(("DS", "FE6", 1), ("OTH", "FE", 2), ("ASD", "MSLA", 21), ("ASD", "MSLA", 20))
    found = compared(
        past,
        ("999", 2025, "total", "all", 4.0, "ok"),
        ("999", 2025, "need", "OTH", 2.0, "ok"),
        ("999", 2025, "need", "ASD", 2.0, "ok"),
        ("999", 2025, "setting", "FE", 2.0, "ok"),
        ("999", 2025, "setting", "MSLA", 2.0, "ok"),
        ("998", 2025, "age", "20", 3.0, "ok"),
        ("999", 2025, "age", "2", 2.0, "ok"),
        ("999", 2025, "age", "20", 2.0, "ok"),
    )
    assert found == {
        ("total", "all"): (4, 4, 0, "no"),
        ("need", "ASD"): (2, 2, 0, "no"),
        ("need", "OTH"): (2, 2, 0, "no"),
        ("age", "2"): (2, 2, 0, "no"),
        ("age", "20"): (2, 2, 0, "no"),
        ("setting", "FE"): (2, 2, 0, "no"),
        ("setting", "MSLA"): (2, 2, 0, "no"),
    }


def test_the_last_age_of_the_release_is_that_of_all_authorities():
    found = compared(
        plans(("ASD", "MSLA", 25)),
        ("998", 2025, "age", "25", 3.0, "ok"),
        ("999", 2025, "age", "20", 7.0, "ok"),
    )
    assert found == {("age", "20"): (0, 7, -7, "yes"), ("age", "25"): (1, 0, 1, "no")}


def test_a_difference_is_stated_over_the_share_and_from_five_plans():
    ages = [("ASD", "MSLA", 5)] * 104 + [("ASD", "MSLA", 6)] * 105 + [("ASD", "MSLA", 7)] * 305
    found = compared(
        plans(*ages),
        *(("999", 2025, "age", key, value, "ok") for key, value in (("5", 100.0), ("6", 100.0))),
        ("999", 2025, "age", "7", 300.0, "ok"),
    )
    assert {key[1]: cells[3] for key, cells in found.items()} == {"5": "no", "6": "yes", "7": "no"}


def test_what_is_withheld_or_not_published_is_not_compared():
    found = compared(
        plans(("ASD", "MSLA", 5)),
        ("999", 2025, "need", "ASD", None, "suppressed"),
        ("999", 2025, "need", "MLD", 0.0, "zero"),
        ("999", 2024, "total", "all", 4.0, "ok"),
        ("998", 2025, "total", "all", 4.0, "ok"),
    )
    assert found == {("need", "MLD"): (0, 0, 0, "no")}


def test_nothing_in_common_gives_an_empty_table():
    assert against_published(plans(("ASD", "MSLA", 5)), published(), "999", 0.02).empty

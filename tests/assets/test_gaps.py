"""The gap page says nothing about shortage before places are confirmed."""

import pandas as pd

from assets.gaps import special_line

YEARS = [2025, 2026]


def line(assumed: str) -> tuple[str, str]:
    demand = pd.DataFrame(
        {
            "view": "placements", "provision": "special", "need_group": "ALL", "phase": "ALL",
            "locality": "ALL", "year": YEARS, "p10": [10.0, 11.0], "p50": [10.0, 12.0],
            "p90": [10.0, 14.0],
        }
    )  # fmt: skip
    balance = pd.DataFrame(
        {
            "scenario": "unmitigated", "view": "placements", "provision": "special", "year": YEARS,
            "register_places": pd.array([11, 11], dtype="Int32"),
            "exports": pd.array([2, 2], dtype="Int32"),
            "imports": pd.array([-3, -3], dtype="Int32"),
            "net_export": pd.array([None, None], dtype="Int32"),
            "unreconciled": pd.array([0, 0], dtype="Int32"),
            "without_plan": pd.array([None, None], dtype="Int32"),
        }
    )  # fmt: skip
    register = pd.DataFrame({"provision": ["special"], "assumed": [assumed]})
    return special_line(balance, demand, register)


def test_confirmed_places_are_drawn_dashed() -> None:
    picture, words = line("no")
    assert "stroke-dasharray" in picture
    assert words.endswith("places dashed")


def test_assumed_places_are_not_drawn() -> None:
    picture, words = line("yes")
    assert "stroke-dasharray" not in picture
    assert words.endswith("places not confirmed")


def test_the_small_picture_is_short_enough_to_be_shown_at_once() -> None:
    picture, words = line("no")
    assert len(picture) + len(words) < 990

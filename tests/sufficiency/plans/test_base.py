"""The January a forecast starts from."""

import pandas as pd
import pytest

from sufficiency.errors import MarginError
from sufficiency.plans.base import choose_base

FULL = ("total", "need_age", "need_setting", "age_setting")


def published(years: dict[int, tuple[str, ...]]) -> pd.DataFrame:
    rows = [
        ("839", "Here", "authority", year, dimension, "ASD", "7", 3.0, "ok")
        for year, dimensions in years.items()
        for dimension in dimensions
    ]
    columns = [
        "authority", "authority_name", "level", "year", "dimension", "key", "second_key", "value",
        "status",
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def test_without_returns_it_is_the_latest_published_in_full_detail() -> None:
    stock = published({2024: FULL, 2025: FULL, 2026: ("total",)})
    assert choose_base(stock, (), "839") == 2025


def test_a_return_needs_only_a_published_total_to_be_the_base() -> None:
    stock = published({2025: FULL, 2026: ("total",)})
    assert choose_base(stock, (2025, 2026), "839") == 2026


def test_a_return_of_a_january_not_yet_published_is_not_the_base() -> None:
    assert choose_base(published({2025: FULL}), (2024, 2026), "839") == 2025


def test_a_return_serves_where_no_january_is_published_in_full_detail() -> None:
    stock = published({2024: ("total",), 2025: ("total",)})
    assert choose_base(stock, (2024,), "839") == 2024
    with pytest.raises(MarginError):
        choose_base(stock, (), "839")


def test_the_settings_decide_where_they_say_so() -> None:
    stock = published({2023: ("total",), 2025: FULL})
    assert choose_base(stock, (2025,), "839", 2023) == 2023


def test_a_january_that_no_file_holds_cannot_be_chosen() -> None:
    with pytest.raises(MarginError, match="base_census = 2030"):
        choose_base(published({2025: FULL}), (2025,), "839", 2030)

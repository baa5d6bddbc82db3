"""Text is read as dates, flags and numbers in every style a format writes."""

from datetime import date, datetime, timedelta

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sufficiency.sen2.values import read_date, read_flag, read_number, typed_column

STYLES = (
    "%Y-%m-%d",
    "%Y-%m-%dT%H:%M:%S",
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%dT%H:%M:%SZ",
    "%Y/%m/%d",
    "%d/%m/%Y",
    "%d-%m-%Y",
    "%d.%m.%Y",
    "%Y%m%d",
)
MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()  # noqa: SIM905
quick = settings(deadline=None, max_examples=25)


@quick
@given(st.dates(date(1930, 1, 1), date(2099, 12, 31)))
def test_every_style_of_a_date_gives_the_same_date(day):
    number = (day - date(1899, 12, 30)).days
    texts = [day.strftime(style) for style in STYLES]
    texts += [f"{day.year}-{MONTHS[day.month - 1]}-{day.day:02d} 00:00:00"]
    texts += [f"{day.day} {MONTHS[day.month - 1].upper()} {day.year}"]
    texts += [str(number), f"{number}.0", f" {day.isoformat()} "]
    read, unreadable = typed_column(pd.Series(texts, dtype="str"), "date")
    assert not unreadable.any()
    assert (read == pd.Timestamp(day)).all()
    assert read.dtype == "datetime64[us]"


@quick
@given(st.datetimes(datetime(1930, 1, 1), datetime(2099, 12, 31)))
def test_a_datetime_keeps_its_time_and_a_date_drops_it(moment):
    moment = moment.replace(microsecond=0)
    serial = (moment - datetime(1899, 12, 30)) / timedelta(days=1)
    texts = pd.Series([moment.isoformat(), f"{serial:.9f}"], dtype="str")
    assert (typed_column(texts, "datetime")[0] == pd.Timestamp(moment)).all()
    assert (typed_column(texts, "date")[0] == pd.Timestamp(moment).normalize()).all()


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2022-Sep-28 00:00:00", date(2022, 9, 28)),
        ("2022-SEPT-08", date(2022, 9, 8)),
        ("28 September 2022", date(2022, 9, 28)),
        ("03/04/2022", date(2022, 4, 3)),
        ("44832", date(2022, 9, 28)),
        ("2024-02-29", date(2024, 2, 29)),
    ],
)
def test_dates_are_read_day_first_with_english_months(text, day):
    stated = read_date(text)
    assert stated is not None
    assert stated.date() == day


@pytest.mark.parametrize(
    "text",
    [
        "2023-02-29",
        "31/04/2022",
        "13/13/2022",
        "28/09/22",
        "0001-01-01",
        "2022-Sxp-28",
        "2022",
        "=TODAY()",
        "#N/A",
        "soon",
        "2022-09-28 25:00:00",
        "-",
    ],
)
def test_what_is_no_date_is_missing_and_marked(text):
    read, unreadable = typed_column(pd.Series([text, "", "  "], dtype="str"), "date")
    assert read.isna().all()
    assert list(unreadable) == [True, False, False]


@quick
@given(st.sampled_from(["1", "1.0", "true", "TRUE", "Yes", "y", " 1 "]), st.booleans())
def test_flags_are_read_in_every_spelling(yes, spaced):
    assert read_flag(f" {yes}" if spaced else yes) is True
    read, unreadable = typed_column(pd.Series([yes, "0", "false", "No", "", "2"]), "flag")
    assert read.dtype == "boolean"
    assert read.tolist() == [True, False, False, False, pd.NA, pd.NA]
    assert list(unreadable) == [False] * 5 + [True]


@quick
@given(st.integers(-(10**17), 10**17))
def test_whole_numbers_are_read_as_written_or_as_a_float(number):
    texts = pd.Series([str(number), f"{number}.0", f" {number} ", f"{number}.5"], dtype="str")
    read, unreadable = typed_column(texts, "number")
    assert read[:3].tolist() == [number] * 3
    assert list(unreadable) == [False, False, False, True]
    assert read_number("1e3") is None


@quick
@given(
    st.lists(st.text(max_size=12), max_size=8),
    st.sampled_from(["date", "datetime", "flag", "number", "code", "text", "urn", "id"]),
)
def test_any_text_is_a_value_or_missing_and_marked(texts, kind):
    column = pd.Series(texts, dtype="str", index=range(5, 5 + len(texts)), name="column")
    read, unreadable = typed_column(column, kind)
    assert list(read.index) == list(unreadable.index) == list(column.index)
    assert not (unreadable & read.notna()).any()
    blank = column.str.strip() == ""
    assert not (unreadable & blank).any()
    if kind in ("code", "text", "urn", "id"):
        assert read.dtype == "str"
        assert not unreadable.any()
    else:
        assert (read.isna() == (unreadable | blank)).all()


def test_codes_are_in_upper_case_and_reference_numbers_lose_a_spreadsheets_fraction():
    codes = typed_column(pd.Series([" asd ", "zz1  1aa", "2.0", "true"], dtype="str"), "code")[0]
    assert codes.tolist() == ["ASD", "ZZ1 1AA", "2", "1"]
    numbers = typed_column(pd.Series(["113000.0", " 113000", "x.0"], dtype="str"), "urn")[0]
    assert numbers.tolist() == ["113000", "113000", "x.0"]
    assert typed_column(pd.Series([" O'Demo "], dtype="str"), "text")[0].tolist() == ["O'Demo"]

"""Turn the text of a cell into a date, a flag or a whole number, or say that it cannot be.

Every format writes values in its own way: Blade exports `2022-Sep-28 00:00:00` and `true`, COLLECT
`2022-09-28` and `1`, spreadsheets a day number and `1.0` (domain handbook 1.2). The same text is
read the same way wherever it stands.
"""

import re
from collections.abc import Callable
from datetime import datetime, timedelta

import numpy as np
import pandas as pd

MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
FLAGS = {
    **dict.fromkeys(("1", "1.0", "true", "t", "yes", "y"), True),
    **dict.fromkeys(("0", "0.0", "false", "f", "no", "n"), False),
}
CODES_OF_FLAGS = {"TRUE": "1", "FALSE": "0"}
SPREADSHEET_DAY_0 = datetime(1899, 12, 30)
FIRST_YEAR, LAST_YEAR = 1900, 2100

_TIME = r"(?:[T ]+(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?\s*(?:Z|[+-]\d{2}:?\d{2})?)?"
_YEAR_FIRST = re.compile(r"(\d{4})([-/.])(\d{1,2}|[A-Za-z]{3,9})\2(\d{1,2})" + _TIME)
_DAY_FIRST = re.compile(r"(\d{1,2})([-/. ])(\d{1,2}|[A-Za-z]{3,9})\2(\d{4})" + _TIME)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_DAY_NUMBER = re.compile(r"\d{5}(?:\.\d+)?")
_WHOLE = re.compile(r"([+-]?\d{1,18})(?:\.0*)?")
_WHOLE_FLOAT = re.compile(r"\d+\.0+")


def read_date(text: str) -> datetime | None:
    """Return the date (and time, if any) that a text states, or None if it states none.

    Understood: year first or day first with `-`, `/` or `.` between, months as numbers or English
    names, `20220928`, and a spreadsheet's day number of five digits. A year has four digits and
    lies from 1900 to 2100; month first is never assumed.
    """
    text = text.strip()
    if found := _YEAR_FIRST.fullmatch(text):
        year, _, month, day, *time = found.groups()
    elif found := _DAY_FIRST.fullmatch(text):
        day, _, month, year, *time = found.groups()
    elif found := _COMPACT.fullmatch(text):
        year, month, day = found.groups()
        time = []
    elif _DAY_NUMBER.fullmatch(text):
        seconds = round(float(text) * 86_400)
        return SPREADSHEET_DAY_0 + timedelta(seconds=seconds)
    else:
        return None
    number = int(month) if month.isdigit() else _month(month)
    try:
        stated = datetime(int(year), number, int(day), *_clock(time))
    except ValueError:
        return None
    return stated if FIRST_YEAR <= stated.year <= LAST_YEAR else None


def _clock(time: list[str]) -> tuple[int, int, int]:
    hour, minute, second = (int(part or 0) for part in [*time, *([""] * 3)][:3])
    return hour, minute, second


def _month(name: str) -> int:
    """Return the number of an English month name or its first letters, 0 if it is none."""
    name = name.lower()
    return next((n for n, month in enumerate(MONTHS, 1) if month.startswith(name)), 0)


def read_flag(text: str) -> bool | None:
    """Return yes or no, or None if the text is neither."""
    return FLAGS.get(text.strip().lower())


def read_number(text: str) -> int | None:
    """Return a whole number, or None; `2.0` is 2, `2.5` is none."""
    found = _WHOLE.fullmatch(text.strip())
    return int(found.group(1)) if found else None


def typed_column(texts: pd.Series, kind: str) -> tuple[pd.Series, pd.Series]:
    """Return a column as its kind, and where a text could not be read (and so is missing).

    Args:
        texts: Text, `""` where missing.
        kind: A kind of `fields.csv`.

    Returns:
        The typed column (`datetime64[us]`, `boolean`, `Int64`, else `str`) and a mask, both with
        the index of `texts`. Text of kind `code` is in upper case with single spaces; numbers kept
        as text lose a spreadsheet's `.0`.
    """
    codes, uniques = pd.factorize(texts)
    known = [str(text) for text in uniques]
    if kind in ("date", "datetime"):
        return _read_column(texts, codes, known, _date_of(kind), "datetime64[us]")
    if kind == "flag":
        return _read_column(texts, codes, known, read_flag, "boolean")
    if kind == "number":
        return _read_column(texts, codes, known, read_number, "Int64")
    clean = pd.array([_clean(text, kind) for text in known], dtype="str")
    values = clean.take(codes) if len(known) else clean
    return pd.Series(values, index=texts.index, name=texts.name), _none(texts)


def _date_of(kind: str) -> Callable[[str], datetime | None]:
    if kind == "datetime":
        return read_date

    def day(text: str) -> datetime | None:
        stated = read_date(text)
        return stated and stated.replace(hour=0, minute=0, second=0)

    return day


def _read_column(
    texts: pd.Series,
    codes: np.ndarray,
    known: list[str],
    read: Callable[[str], object],
    dtype: str,
) -> tuple[pd.Series, pd.Series]:
    read_values = [read(text) for text in known]
    wrong = np.array(
        [
            value is None and text.strip() != ""
            for text, value in zip(known, read_values, strict=True)
        ],
        dtype=bool,
    )
    typed = pd.Series(read_values, dtype=dtype)
    if not known:
        return pd.Series(typed.array, index=texts.index, name=texts.name), _none(texts)
    return (
        pd.Series(typed.array.take(codes), index=texts.index, name=texts.name),
        pd.Series(wrong[codes], index=texts.index),
    )


def _none(texts: pd.Series) -> pd.Series:
    return pd.Series(False, index=texts.index, dtype=bool)


def _clean(text: str, kind: str) -> str:
    if kind == "text":
        return text.strip()
    text = " ".join(text.split())
    if kind in ("id", "urn"):
        return text.split(".", 1)[0] if _WHOLE_FLOAT.fullmatch(text) else text
    text = text.upper()
    if _WHOLE_FLOAT.fullmatch(text):
        return text.split(".", 1)[0]
    return CODES_OF_FLAGS.get(text, text)

"""Cells of a council file brought to one spelling, typed, and refused where not understood."""

import math
import re
from collections.abc import Callable
from datetime import date

import pandas as pd

from sufficiency.council.declaration import MODELS, Column, columns_of
from sufficiency.council.problems import Problems
from sufficiency.spelling import date_text, need_codes, number_text, provision_code, yes_no
from sufficiency.terms import ALL, codes

SEPTEMBERS = (2000, 2060)
NCY_LIMITS = (-4, 21)
MOST = 100_000
MOST_POUNDS = 1e10
MOST_MONTHS = 240
OLDEST_AGE = 25
MOST_CHILDREN = 10
YEARS_OF_DATES = (1990, 2060)

Kind = tuple[Callable[[str], str], Callable[[str], str]]
"""How a kind of cell is spelt, and what it must be (empty text: it is)."""


def understood(cells: pd.DataFrame, file: str, problems: Problems) -> pd.DataFrame:
    """Return the cells in one spelling, blanks filled with defaults, rows with problems noted.

    Args:
        cells: Text cells by spreadsheet row (see `cells.file_cells`).
        file: File name without `.csv`.
        problems: Receives a blocking problem for each cell that is blank but required, or not
            of its kind.

    Returns:
        Text cells; a cell with a problem is left as it was.
    """
    result = cells.copy()
    for column in columns_of(file):
        spell, wanted = _kind(column)
        told = result[column.column].map(spell).astype("str")
        blank = told == ""
        if column.required:
            problems.block(
                "council_cell_blank",
                told.index[blank],
                f"{column.column} is blank",
                f"Fill it in: {column.meaning}",
                column.column,
            )
        told = told.where(~blank, column.default)
        wrong = told.map(lambda text, rule=wanted: rule(text) if text else "").astype("str")
        for must in dict.fromkeys(wrong[wrong != ""]):
            problems.block(
                "council_unknown_value",
                told.index[wrong == must],
                f"{column.column} {{value}} is not understood",
                must,
                column.column,
                cells[column.column],
            )
        result[column.column] = told
    return result


def typed(cells: pd.DataFrame, file: str) -> pd.DataFrame:
    """Return understood cells with the numbers of the file's contract as numbers."""
    frame = cells.copy()
    schema = MODELS[file].to_schema()
    for name, column in schema.columns.items():
        if name in frame.columns and str(column.dtype) in ("int32", "Int32", "float64"):
            numbers = pd.to_numeric(frame[name].replace("", None))
            frame[name] = numbers.astype(float if str(column.dtype) == "float64" else "Int32")
    return frame


def _kind(column: Column) -> Kind:
    kind, _, rest = column.kind.partition(":")
    if kind == "code":
        return _code_kind(rest)
    if kind == "choice":
        allowed = rest.split("|")
        spell = yes_no if {"yes", "no"} <= {*allowed} else _word
        return spell, _one_of(allowed)
    return KINDS[kind]


def _code_kind(rest: str) -> Kind:
    table = rest.rstrip("?").removesuffix(f"+{ALL}")
    allowed = [*codes(table), *([ALL] if rest.endswith(f"+{ALL}") else [])]
    names = {_word(code): code for code in allowed}
    first = provision_code if table == "provisions" else (lambda text: text)
    return lambda text: names.get(_word(first(text)), text), _one_of(allowed)


def _word(text: str) -> str:
    return re.sub(r"[\s\-]+", "_", text.strip().lower())


def _one_of(allowed: list[str]) -> Callable[[str], str]:
    return lambda text: "" if text in allowed else f"Use one of: {', '.join(allowed)}."


def _is_number(text: str, low: float, high: float, whole: bool) -> bool:
    try:
        value = float(text)
    except ValueError:
        return False
    return math.isfinite(value) and low <= value <= high and not (whole and value != int(value))


def _number(low: float, high: float, what: str, whole: bool = True) -> Callable[[str], str]:
    return lambda text: "" if _is_number(text, low, high, whole) else f"Put {what}."


def _pounds(text: str) -> str:
    return number_text(re.sub(r"^(£|GBP)\s*", "", text))


def _share(text: str) -> str:
    per_cent = re.fullmatch(r"(\d+(?:\.\d+)?)\s*%", text)
    return f"{float(per_cent[1]) / 100:.10g}" if per_cent else text


def _september(text: str) -> str:
    """Return the year of a September: 2026, 2026/27, September 2026 and 01/09/2026 are 2026."""
    plain = re.fullmatch(r"(?:sept?(?:ember)?\.?\s*)?(\d{4})(?:\s*[/-]\s*\d{2})?", text.lower())
    if plain:
        return plain[1]
    day = date_text(text)
    return day[:4] if re.fullmatch(r"\d{4}-09-\d\d", day) else number_text(text)


def _census(text: str) -> str:
    """Return the year of a January: 2027, January 2027 and the school year 2026/27 are 2027."""
    school_year = re.fullmatch(r"(\d{4})\s*[/-]\s*(?:20)?(\d{2})", text)
    if school_year and (int(school_year[1]) + 1) % 100 == int(school_year[2]):
        return str(int(school_year[1]) + 1)
    plain = re.fullmatch(r"(?:jan(?:uary)?\.?\s*)?(\d{4})", text.lower())
    return plain[1] if plain else number_text(text)


def _financial_year(text: str) -> str:
    found = re.fullmatch(r"(\d{4})\s*[/-]\s*(?:20)?(\d{2})", text)
    return f"{found[1]}-{found[2]}" if found else text


def _is_financial_year(text: str) -> str:
    found = re.fullmatch(r"(\d{4})-(\d{2})", text)
    right = found is not None and (int(found[1]) + 1) % 100 == int(found[2])
    return "" if right else "Write a financial year as 2025-26."


def _is_date(text: str) -> str:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or day.isoformat() != text:
        return "Write dates as DD/MM/YYYY or YYYY-MM-DD."
    first, last = YEARS_OF_DATES
    return "" if first <= day.year <= last else f"Put a day from {first} to {last}."


def _authority(text: str) -> str:
    return text.lower().removesuffix(".0")


def _is_authority(text: str) -> str:
    known = text == "unknown" or re.fullmatch(r"\d{3}", text)
    return "" if known else "Put the three-digit DfE code of the authority, or unknown."


def _are_needs(text: str) -> str:
    known = codes("needs")
    if all(word in known for word in text.split()):
        return ""
    return f"Use codes from this list, separated by spaces: {' '.join(known)}."


def _same(text: str) -> str:
    return text


def _anything(text: str) -> str:
    return ""


KINDS: dict[str, Kind] = {
    "text": (_same, _anything),
    "child_id": (_same, _anything),
    "locality": (_same, _anything),
    "site": (_same, _anything),
    "urn": (lambda text: text.removesuffix(".0"), _anything),
    "whole": (number_text, _number(0, MOST, "a whole number, 0 or more")),
    "months": (number_text, _number(0, MOST_MONTHS, f"whole months, 0 to {MOST_MONTHS}")),
    "ncy": (number_text, _number(*NCY_LIMITS, "a year group from -4 to 21: 0 is Reception")),
    "money": (_pounds, _number(0, MOST_POUNDS, "pounds, 0 or more", whole=False)),
    "share": (_share, _number(0, 1, "a share from 0 to 1, such as 0.4, or 40%", whole=False)),
    "date": (date_text, _is_date),
    "september": (_september, _number(*SEPTEMBERS, "the year of the September, such as 2027")),
    "census": (_census, _number(*SEPTEMBERS, "the year of the January census, such as 2027")),
    "age": (number_text, _number(0, OLDEST_AGE, f"an age from 0 to {OLDEST_AGE}")),
    "yield": (_same, _number(0, MOST_CHILDREN, "children a dwelling, such as 0.25", whole=False)),
    "financial_year": (_financial_year, _is_financial_year),
    "authority": (_authority, _is_authority),
    "needs": (need_codes, _are_needs),
}

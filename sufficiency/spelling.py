"""One spelling for each value of a file that a planner saves, whatever program saved it.

A spreadsheet program rewrites dates, numbers and yes/no when it saves. What cannot be understood
is left as it is, so that a rule can name it.
"""

import re
from datetime import date

from sufficiency.terms import lookup


def column_name(text: str) -> str:
    """Return a column's name in lower case with underscores, without a byte-order mark."""
    return re.sub(r"[\s\-]+", "_", text.replace("\ufeff", "").strip().lower())


def number_text(text: str) -> str:
    """Return a number without thousands commas or needless decimals, else the text itself."""
    thousands = re.fullmatch(r"-?\d{1,3}(,\d{3})+(\.\d+)?", text)
    try:
        value = float(text.replace(",", "") if thousands else text)
    except ValueError:
        return text
    if value != value or abs(value) > 1e12:
        return text
    return f"{value:.3f}".rstrip("0").rstrip(".") if value else "0"


def date_text(text: str) -> str:
    """Return a date written DD/MM/YYYY or YYYY-MM-DD as YYYY-MM-DD, else the text itself."""
    day = re.sub(r"[T ]00:00(:00(\.0+)?)?$", "", text)
    british = re.fullmatch(r"(\d{1,2})[/.](\d{1,2})[/.](\d{4})", day)
    iso = re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})", day)
    try:
        if british:
            return date(int(british[3]), int(british[2]), int(british[1])).isoformat()
        if iso:
            return date(int(iso[1]), int(iso[2]), int(iso[3])).isoformat()
    except ValueError:
        return text
    return text


def yes_no(text: str) -> str:
    """Return y, true and 1 as yes, n, false and 0 as no, else the text in lower case."""
    known = {"y": "yes", "true": "yes", "1": "yes", "n": "no", "false": "no", "0": "no"}
    return known.get(text.lower(), text.lower())


def need_codes(text: str) -> str:
    """Return need codes in capitals, each once, in order, separated by one space."""
    return " ".join(sorted({word for word in re.split(r"[\s,;/+|]+", text.upper()) if word}))


def provision_code(text: str) -> str:
    """Return the code of a provision given by code or name, else the text as a code is spelt."""
    word = re.sub(r"[\s\-]+", "_", text.lower())
    names = {re.sub(r"[\s\-]+", "_", v.lower()): k for k, v in lookup("provisions", "name").items()}
    return names.get(word, word)

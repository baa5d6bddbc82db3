"""Turn a census's text into dates, flags, year groups and codes; say what could not be read."""

import pandas as pd

from sufficiency.pupil_census.columns import of_kind
from sufficiency.sen2.values import typed_column

YEAR_GROUPS = {
    "N1": ("N1", -2),
    "N2": ("N2", -1),
    "R": ("R", 0),
    "RECEPTION": ("R", 0),
    **{str(n): (str(n), n) for n in range(15)},
}


def year_groups(text: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Return year group codes in one spelling, and NCY as a number (Int64).

    `Year 7`, `Y7`, `07` and `7.0` are 7. NCY is missing for X (no year group followed) and for
    any other code; such a code is kept as found, in upper case.
    """
    codes, unique = pd.factorize(text.str.upper())
    words = pd.Series(unique, dtype="str")
    plain = words.str.replace(r"^(?:YEAR|YR|Y)[ _]*(?=\d)", "", regex=True)
    plain = plain.str.replace(r"\.0$", "", regex=True).str.replace(r"^0+(?=\d)", "", regex=True)
    spelled = [YEAR_GROUPS.get(p, (w, None))[0] for p, w in zip(plain, words, strict=True)]
    number = pd.array([YEAR_GROUPS.get(p, ("", None))[1] for p in plain], dtype="Int64")
    code = pd.Series(pd.Series(spelled, dtype="str").to_numpy()[codes], index=text.index)
    ncy = pd.Series(number.take(codes), index=text.index)
    return code.astype("str"), ncy


def school_numbers(text: pd.DataFrame, authority: str) -> pd.Series:
    """Return seven-digit LAESTAB, from itself or from authority and establishment number.

    Args:
        text: Columns laestab, la and estab.
        authority: Used where an establishment number of up to four digits comes without its own.
    """
    given = text["laestab"].where(text["laestab"] != "", text["estab"])
    digits = given.str.replace(r"\.0$", "", regex=True).str.replace(r"\D", "", regex=True)
    la = text["la"].str.replace(r"\.0$", "", regex=True)
    la = la.where(la.str.fullmatch(r"\d{3}"), authority)
    short = digits.str.len().between(1, 4)
    return digits.mask(short, la + digits.str.zfill(4))


def typed(text: pd.DataFrame, authority: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the pupils and the values that are not of their kind.

    Args:
        text: Every canonical column of the alias table as text, and file, sheet, row.
        authority: Three-digit DfE code.

    Returns:
        As `PupilCensus.pupils` and `PupilCensus.unreadable`.
    """
    where = text[["file", "sheet", "row"]]
    columns: dict[str, pd.Series] = {}
    unreadable = []
    for kind in ("date", "flag"):
        for column in of_kind(kind):
            columns[column], bad = typed_column(text[column], kind)
            unreadable.append(where[bad].assign(column=column, kind=kind))
    code, ncy = year_groups(text["ncy_code"])
    need, second_need = _ranked(text)
    pupils = pd.DataFrame(
        {
            "upn": _compact(text["upn"]),
            "uln": _compact(text["uln"]),
            "laestab": school_numbers(text, authority),
            "urn": text["urn"].str.replace(r"\.0$", "", regex=True),
            "birth_date": columns["birth_date"],
            "sex": _sex(text["sex"]),
            "postcode": text["postcode"].str.upper(),
            "ncy": ncy,
            "ncy_code": code,
            "enrol_status": text["enrol_status"].str.upper(),
            "entry_date": columns["entry_date"],
            "leaving_date": columns["leaving_date"],
            "sen_provision": text["sen_provision"].str.upper(),
            "need": need,
            "second_need": second_need,
            "unit": columns["unit"],
            "rp": columns["rp"],
        }
    )
    bad = pd.concat(unreadable, ignore_index=True)
    bad = bad[["column", "file", "sheet", "row", "kind"]]
    return pupils.join(where), bad


def _compact(text: pd.Series) -> pd.Series:
    return text.str.upper().str.replace(r"\s+", "", regex=True)


def _sex(text: pd.Series) -> pd.Series:
    word = text.str.upper()
    return word.replace({"FEMALE": "F", "MALE": "M"})


def _ranked(text: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Return primary and secondary need, turned round where their ranks say so."""
    first, second = text["need"].str.upper(), text["second_need"].str.upper()
    turned = text["need_rank"].isin(["2", "2.0"]) & text["second_need_rank"].isin(["1", "1.0"])
    return first.mask(turned, second), second.mask(turned, first)

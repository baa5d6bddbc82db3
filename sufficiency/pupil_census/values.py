"""Turn a census's text into dates, flags, year groups and codes; say what could not be read."""

import pandas as pd

from sufficiency import terms
from sufficiency.pupil_census.columns import of_kind
from sufficiency.sen2.fields import code_list
from sufficiency.sen2.values import typed_column

URN = r"\d{6}"
LAESTAB = r"\d{7}"
SCHOOL_NUMBERS = {
    "urn": rf"{URN}(?:\.0)?",
    "laestab": r"(?:\d{3}[-/ ]?\d{4}|\d{1,4})(?:\.0)?",
    "estab": r"(?:\d{3}[-/ ]?\d{4}|\d{1,4})(?:\.0)?",
}
NOT_A_CODE = "?"
OTHER_CODES = {
    "enrol_status": ("C", "M", "S", "G", "F"),
    "sen_provision": ("N", "K", "E", "A", "P", "S"),
    "sex": ("F", "M", "U"),
}
YEAR_GROUPS = {
    "N1": ("N1", -2),
    "N2": ("N2", -1),
    "R": ("R", 0),
    "RECEPTION": ("R", 0),
    "X": ("X", None),
    "": ("", None),
    **{str(n): (str(n), n) for n in range(15)},
}


def year_groups(text: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Return year group codes in one spelling, and NCY as a number (Int64).

    `Year 7`, `Y7`, `07` and `7.0` are 7. NCY is missing for X (no year group followed) and for
    any other code, which is not kept, as it may be a name: it is `?`.
    """
    codes, unique = pd.factorize(text.str.upper())
    words = pd.Series(unique, dtype="str")
    plain = words.str.replace(r"^(?:YEAR|YR|Y)[ _]*(?=\d)", "", regex=True)
    plain = plain.str.replace(r"\.0$", "", regex=True).str.replace(r"^0+(?=\d)", "", regex=True)
    spelled = [YEAR_GROUPS.get(p, (NOT_A_CODE, None))[0] for p in plain]
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
    known = {c: text[c].str.fullmatch(SCHOOL_NUMBERS[c]) for c in ("laestab", "estab")}
    given = text["laestab"].where(known["laestab"], "")
    given = given.where(text["laestab"] != "", text["estab"].where(known["estab"], ""))
    digits = given.str.replace(r"\.0$", "", regex=True).str.replace(r"\D", "", regex=True)
    la = text["la"].str.replace(r"\.0$", "", regex=True)
    la = la.where(la.str.fullmatch(r"\d{3}"), authority)
    short = digits.str.len().between(1, 4)
    return digits.mask(short, la + digits.str.zfill(4))


def unreadable_schools(text: pd.DataFrame) -> dict[str, pd.Series]:
    """Return, for each column that names a school, which cells are filled with no such number.

    Args:
        text: Columns urn, laestab and estab.
    """
    return {
        column: (text[column] != "") & ~text[column].str.fullmatch(pattern)
        for column, pattern in SCHOOL_NUMBERS.items()
    }


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
    known_needs = (*terms.codes("needs"), *code_list("sentype"))
    pupils = pd.DataFrame(
        {
            "upn": _compact(text["upn"]),
            "uln": _compact(text["uln"]),
            "laestab": school_numbers(text, authority),
            "urn": _urns(text["urn"]),
            "birth_date": columns["birth_date"],
            "sex": _coded(_sex(text["sex"]), OTHER_CODES["sex"]),
            "postcode": text["postcode"].str.upper(),
            "ncy": ncy,
            "ncy_code": code,
            "enrol_status": _coded(text["enrol_status"], OTHER_CODES["enrol_status"]),
            "entry_date": columns["entry_date"],
            "leaving_date": columns["leaving_date"],
            "sen_provision": _coded(text["sen_provision"], OTHER_CODES["sen_provision"]),
            "need": _coded(need, known_needs),
            "second_need": _coded(second_need, known_needs),
            "unit": columns["unit"],
            "rp": columns["rp"],
        }
    )
    bad = pd.concat(unreadable, ignore_index=True)
    bad = bad[["column", "file", "sheet", "row", "kind"]]
    return pupils.join(where), bad


def _urns(text: pd.Series) -> pd.Series:
    number = text.str.replace(r"\.0$", "", regex=True)
    return number.where(number.str.fullmatch(URN), "")


def _coded(text: pd.Series, codes: tuple[str, ...]) -> pd.Series:
    """Return codes in capitals; what is no code may be a name or an identifier, and is `?`."""
    code = text.str.upper()
    return code.where(code.isin(["", *codes]), NOT_A_CODE)


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

"""Which term of which year a census is of, told by column endings, cells or names."""

import re

import pandas as pd

from sufficiency.pupil_census.model import Term

TermOfYear = tuple[int, Term]
TERM_WORDS: dict[str, Term] = {"aut": "autumn", "spr": "spring", "sum": "summer"}
MONTHS: dict[Term, int] = {"autumn": 10, "spring": 1, "summer": 5}
NTH_THURSDAY: dict[Term, int] = {"autumn": 1, "spring": 3, "summer": 3}
FIRST_YEAR, LAST_YEAR = 2010, 2045
THURSDAY = 3
# A word of a name only where no other word begins with it: Springfield is not a term.
WORD = re.compile(
    r"(autumn|spring|summer)(?=[^a-z]|term|census|$)|(?<![a-z])(aut|spr|sum)(?=[^a-z]|$)"
)
SHORT_YEAR = re.compile(r"(?<![a-z])(?:aut|spr|sum)(\d\d)(?!\d)")
SCHOOL_YEAR = re.compile(r"(?<!\d)(20\d\d)[-_/ ]?(?:20)?(\d\d)(?!\d)")
CALENDAR_YEAR = re.compile(r"(?<!\d)(20\d\d)(?:-?(?:0[1-9]|1[0-2])-?(?:[0-2]\d|3[01]))?(?!\d)")


def census_day(year: int, term: Term) -> pd.Timestamp:
    """Return the census day: first Thursday of October, third of January or third of May.

    Args:
        year: January census year of the school year.
        term: autumn, spring or summer.
    """
    first = pd.Timestamp(year - 1 if term == "autumn" else year, MONTHS[term], 1)
    days = (THURSDAY - first.weekday()) % 7 + 7 * (NTH_THURSDAY[term] - 1)
    return (first + pd.Timedelta(days=days)).as_unit("us")


def suffix_term(suffix: str) -> TermOfYear:
    """Return the term of a column ending such as `spr26`, `aut_25` or `summer2026`."""
    term = TERM_WORDS[suffix[:3]]
    return _january(int(suffix[-2:]) + 2000, term), term


def day_term(day: pd.Timestamp) -> TermOfYear:
    """Return the term whose census a day in it belongs to: September begins a school year."""
    if day.month >= 9:
        return day.year + 1, "autumn"
    return day.year, "spring" if day.month <= 3 else "summer"


def name_term(name: str) -> TermOfYear | None:
    """Return the term and year that a name tells, or None where it tells none or two.

    `school_census_spring_2025`, `SPR25`, `Autumn 2024`, and with a school year instead of a
    calendar year `autumn 2024-25` or `summer_202425`.
    """
    text = name.lower()
    terms: set[Term] = {TERM_WORDS[(word[1] or word[2])[:3]] for word in WORD.finditer(text)}
    school: set[int] = set()
    for found in SCHOOL_YEAR.finditer(text):
        if (int(found[1]) + 1) % 100 == int(found[2]):
            school.add(int(found[1]) + 1)
            text = text.replace(found[0], " ")
    calendar = {int(year) for year in CALENDAR_YEAR.findall(text)}
    calendar |= {int(year) + 2000 for year in SHORT_YEAR.findall(text)}
    if len(terms) != 1 or len(school) > 1 or (not school and len(calendar) != 1):
        return None
    term = terms.pop()
    year = school.pop() if school else _january(calendar.pop(), term)
    return (year, term) if FIRST_YEAR <= year <= LAST_YEAR else None


def _january(calendar_year: int, term: Term) -> int:
    return calendar_year + 1 if term == "autumn" else calendar_year

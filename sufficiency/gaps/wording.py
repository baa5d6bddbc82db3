"""Numbers and probabilities in words, the same words in every headline."""

from collections.abc import Sequence

import pandas as pd

from sufficiency.terms import lookup

WORDS = (
    (0.95, "almost certain"),
    (0.8, "very likely"),
    (0.65, "likely"),
    (0.5, "more likely than not"),
    (0.35, "about as likely as not"),
    (0.2, "less likely than not"),
    (0.05, "unlikely"),
    (0.0, "very unlikely"),
)
NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def certainty(probability: float) -> str:
    """Return a probability in words, for example `very likely` from 0.8."""
    return next(word for least, word in WORDS if probability >= least)


def direction(row: pd.Series) -> str:
    """Return the likelier change of a demand row since the base census, and how sure it is."""
    if row["p_rise"] >= 0.5:
        return f"{certainty(float(row['p_rise']))} to rise"
    if row["p_fall"] >= 0.5:
        return f"{certainty(float(row['p_fall']))} to fall"
    stays = 1.0 - float(row["p_rise"]) - float(row["p_fall"])
    if stays >= 0.5:
        return f"{certainty(stays)} to stay as it is"
    return "as likely to rise as to fall"


def whole(value: float) -> str:
    """Return a number without decimals, thousands apart."""
    return f"{round(float(value)):,}"


def counted(value: float, one: str, many: str = "") -> str:
    """Return a whole number with its noun: `1 place`, `2 places`."""
    return f"{whole(value)} {one if round(float(value)) == 1 else many or one + 's'}"


def in_words(number: int, one: str) -> str:
    """Return a small count in words with its noun: `two groups`."""
    said = NUMBERS[number] if number < len(NUMBERS) else f"{number:,}"
    return f"{said} {one if number == 1 else one + 's'}"


def at_most_none(gap: float) -> str:
    """Return one end of a band of shortage; room is not told, because it meets no other gap."""
    return whole(gap) if round(float(gap)) > 0 else "none"


def listed(parts: Sequence[str]) -> str:
    """Return parts joined as in a sentence: `a`, `a and b`, `a, b and c`."""
    *most, last = parts
    return f"{', '.join(most)} and {last}" if most else last


def group_and_phase(row: pd.Series) -> str:
    """Return the need group and phase of a row for people: `Physical disability, primary`."""
    group = lookup("need_groups", "name")[str(row["need_group"])]
    return f"{group}, {lookup('phases', 'name')[str(row['phase'])].lower()}"


def mid_sentence(name: str) -> str:
    """Return a name as it stands within a sentence: `special school`, `SEN unit`."""
    return name if name[:2].isupper() else f"{name[:1].lower()}{name[1:]}"

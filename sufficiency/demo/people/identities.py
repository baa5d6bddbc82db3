"""Identifiers that cannot be anybody's: numbers with wrong check letters, numbered names."""

import numpy as np
import pandas as pd

LETTERS = np.array(list("ABCDEFGHJKLMNPQRTUVWXYZ"))
WITHOUT_UPN, OF_WHOM_ULN = 0.015, 0.5
REASON_UNDER_SIX, REASON_SCHOOL, REASON_COLLEGE = "UN1", "UN2", "UN9"


def upns(numbers: np.ndarray) -> np.ndarray:
    """Return 13-character pupil numbers of authority 999 whose check letter is wrong by one.

    The right letter is the sum of each digit times its place (2 to 13), modulo 23.
    """
    digits = numbers[:, None] // 10 ** np.arange(8, -1, -1) % 10
    check = (9 * (2 + 3 + 4) + (digits * np.arange(5, 14)).sum(axis=1)) % 23
    body = pd.Series(numbers).astype(str).str.zfill(9).to_numpy(dtype=str)
    return np.char.add(np.char.add(LETTERS[(check + 1) % 23], "999"), body)


def ulns(numbers: np.ndarray) -> np.ndarray:
    """Return ten-digit learner numbers whose check digit is wrong by one.

    The right digit is 10 less the sum of each digit times 10 down to 2, modulo 11.
    """
    first = np.array([list(f"9{n:08d}") for n in numbers], dtype=str).reshape(-1, 9).astype(int)
    rest = (first * np.arange(10, 1, -1)).sum(axis=1) % 11
    wrong = (10 - rest + 1) % 10
    return np.array(
        [f"9{n:08d}{d}" for n, d in zip(numbers, wrong, strict=True)], dtype=str
    ).reshape(-1)


def names(numbers: np.ndarray) -> np.ndarray:
    """Return names such as `Demo000123`."""
    return ("Demo" + pd.Series(numbers).astype(str).str.zfill(6)).to_numpy(dtype=str)


def identities(
    people: pd.DataFrame, never_at_census: np.ndarray, rng: np.random.Generator
) -> pd.DataFrame:
    """Return people with upn, uln, surname and forename; a few have no upn, some neither.

    Args:
        people: One row a person: person, birth, sex.
        never_at_census: Of each, whether no school that makes the census ever has had them; only
            these may lack a pupil number.
        rng: Random numbers.
    """
    number = people["person"].to_numpy()
    chance = WITHOUT_UPN * len(people) / max(int(never_at_census.sum()), 1)
    lacks = never_at_census & (rng.random(len(people)) < chance)
    learner = rng.random(len(people)) < np.where(lacks, OF_WHOM_ULN, 0.1)
    return people.assign(
        upn=np.where(lacks, "", upns(number)),
        uln=np.where(learner, ulns(number), ""),
        surname=names(number),
        forename=names(number + 500_000),
    )


def no_upn_reason(upn: pd.Series, age: pd.Series) -> np.ndarray:
    """Return the code of why there is no pupil number, empty where there is one."""
    by_age = np.where(age < 6, REASON_UNDER_SIX, np.where(age < 16, REASON_SCHOOL, REASON_COLLEGE))
    return np.where(upn != "", "", by_age)

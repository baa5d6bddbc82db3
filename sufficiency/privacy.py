"""Pseudonyms with a secret key, and whether an identifier could be a real one.

Belongs here: the key, keyed hashes of UPNs, ULNs and request ids, and the check digits that tell a
made-up identifier from one that may belong to a child.

Does not belong here: who is who from year to year (`people.identity`), and disclosure control.
"""

import hmac
import os
import re
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd

from sufficiency.errors import SufficiencyError

VARIABLE = "SUFFICIENCY_KEY"
HOW_TO_MAKE = (
    "Make a key file with: sufficiency key FILE, keep it outside the outputs and name it in "
    f"sufficiency.toml (key_file); or set the environment variable {VARIABLE} to the key."
)
MOVE_OUT = (
    "Move the key file to a folder that only you may open, outside the workspace's folders, and "
    "name its new place in sufficiency.toml (key_file). Do not make another key: it would give "
    "every child another pseudonym."
)
LET_IT_BE_READ = "Name a file that you may read in sufficiency.toml (key_file)."
INTO_A_FILE = (
    "Write the key into a file that only you may read, and name that file in sufficiency.toml "
    "(key_file)."
)
KEY_DIGITS = 64
FEWEST_DIGITS = 32
MOST_DIGITS = 1024
FEWEST_DIFFERENT = 6
PSEUDONYM_DIGITS = 16
UPN_LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"
UPN_PATTERN = f"[{UPN_LETTERS}][0-9]{{11}}[0-9{UPN_LETTERS}]"
UPN_WEIGHTS = np.arange(2, 14)
ULN_WEIGHTS = np.arange(10, 1, -1)
Kind = Literal["person", "request"]


class PrivacyError(SufficiencyError):
    """The key of the pseudonyms is missing, too weak or in the wrong place.

    Attributes:
        problem: What is wrong.
        action: What to do about it.
    """

    def __init__(self, problem: str, action: str = HOW_TO_MAKE) -> None:
        """Keep what is wrong apart from what to do; the error's text is both."""
        super().__init__(f"{problem} {action}")
        self.problem = problem
        self.action = action


class Key(bytes):
    """A key that does not show itself when printed, logged or formatted."""

    def __repr__(self) -> str:
        return "Key(not shown)"

    def __str__(self) -> str:
        return "Key(not shown)"


def load_key(
    environment: Mapping[str, str], key_file: Path | None, forbidden: tuple[Path, ...] = ()
) -> bytes:
    """Return the key of the pseudonyms: from the environment, else from the key file.

    Args:
        environment: Searched for `SUFFICIENCY_KEY`, which comes before the file.
        key_file: File that holds the key as text, or None.
        forbidden: Folders that others may be given, where a key file must not lie.

    Raises:
        PrivacyError: There is no key, it is empty, unreadable or too weak (fewer than 32
            hexadecimal digits, or hardly any that differ), or its file lies in a forbidden folder.
            The message never holds any of the key.
    """
    if VARIABLE in environment:
        return _key(environment[VARIABLE], f"The environment variable {VARIABLE}")
    if key_file is None:
        raise PrivacyError("There is no key to make pseudonyms with.")
    name = key_file_name(key_file)
    _refuse_inside(key_file, forbidden, MOVE_OUT)
    try:
        with key_file.open("rb") as handle:
            content = handle.read(2 * MOST_DIGITS)
    except OSError as err:
        raise PrivacyError(
            f"The key file {name} cannot be opened ({err.strerror}).",
            HOW_TO_MAKE if isinstance(err, FileNotFoundError) else LET_IT_BE_READ,
        ) from None
    try:
        text = content.decode("ascii")
    except UnicodeDecodeError:
        text = "not hexadecimal"
    return _key(text, f"The key file {name}")


def make_key(path: Path, forbidden: tuple[Path, ...] = ()) -> None:
    """Write a new random key of 256 bits to a file that only its owner may read.

    Raises:
        PrivacyError: The file is there already (its key may be in use, so it is never written
            over), lies in a forbidden folder, or cannot be written.
    """
    name = key_file_name(path)
    _refuse_inside(path, forbidden, "Choose a folder outside it.")
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise PrivacyError(
            f"{name} is there already and is left as it is: plans that were linked with its "
            "key can only be linked again with the same key.",
            "Choose another name for a new key.",
        ) from None
    except OSError as err:
        raise PrivacyError(
            f"The key file {name} cannot be written ({err.strerror}).",
            "Choose a folder that exists and that you may write to.",
        ) from None
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(secrets.token_hex(KEY_DIGITS // 2) + "\n")


def pseudonyms(values: pd.Series, key: bytes, kind: Kind) -> pd.Series:
    """Return the keyed hash of each value on the same index; an empty or missing value gives "".

    The first 16 hexadecimal digits of HMAC-SHA-256 over `kind:value`: the same value and key give
    the same pseudonym in every year, and two kinds never share one. Of 700,000 people two would
    share a pseudonym with a probability of about 1 in 75 million (birthday bound on 64 bits).

    Args:
        values: Text, already in the one form that is to be linked (for a UPN: no spaces, upper
            case).
        key: What `load_key` returned.
        kind: `person` or `request`.
    """
    codes, unique = pd.factorize(values.fillna("").astype("str"))
    hashed = [
        hmac.digest(key, f"{kind}:{value}".encode(), "sha256").hex()[:PSEUDONYM_DIGITS]
        if value
        else ""
        for value in unique
    ]
    found = np.array(hashed, dtype=object)[codes] if len(unique) else []
    return pd.Series(found, index=values.index, dtype="str", name=values.name)


def valid_upn(upns: pd.Series) -> pd.Series:
    """Return whether each UPN has 13 characters and the right check letter.

    The check letter is number sum(character x weight) mod 23 of the 23 letters without I, O and S;
    the weights of characters 2 to 13 are 2 to 13. A temporary UPN ends in a letter, which counts
    as its place in that alphabet. Method: DfE guide to UPNs, as marked unverified in the domain
    handbook.

    Args:
        upns: Text in any case, spaces around it allowed.
    """
    text = upns.fillna("").astype("str").str.strip().str.upper()
    well_formed = text.str.fullmatch(UPN_PATTERN)
    valid = pd.Series(False, index=upns.index, name=upns.name)
    if well_formed.any():
        characters = _characters(text[well_formed])
        values = np.array([UPN_LETTERS.find(chr(c)) if c > 57 else c - 48 for c in range(91)])
        numbers = values[characters]
        check = (numbers[:, 1:] * UPN_WEIGHTS).sum(axis=1) % len(UPN_LETTERS)
        valid[well_formed] = check == numbers[:, 0]
    return valid


def valid_uln(ulns: pd.Series) -> pd.Series:
    """Return whether each ULN has ten digits and the right check digit.

    The first nine digits are weighted 10 to 2; the remainder of their sum by 11 is never 0, and
    10 less the remainder is the tenth digit. Method: Learning Records Service, as marked
    unverified in the domain handbook.

    Args:
        ulns: Text, spaces around it allowed.
    """
    text = ulns.fillna("").astype("str").str.strip()
    well_formed = text.str.fullmatch("[0-9]{10}")
    valid = pd.Series(False, index=ulns.index, name=ulns.name)
    if well_formed.any():
        digits = _characters(text[well_formed]) - ord("0")
        remainder = (digits[:, :9] * ULN_WEIGHTS).sum(axis=1) % 11
        valid[well_formed] = (remainder != 0) & (digits[:, 9] == 10 - remainder)
    return valid


def _characters(text: pd.Series) -> np.ndarray:
    """Return the code points of texts of one length: one row a text, one column a character."""
    fixed = text.to_numpy(dtype=f"U{len(text.iloc[0])}")
    return fixed.view(np.uint32).reshape(len(fixed), -1).astype(np.int64)


def _key(text: str, where: str) -> Key:
    """Return the key written in hexadecimal; errors say where it stands, never what it is."""
    digits = re.sub(r"\s+", "", text)
    if not digits:
        raise PrivacyError(f"{where} is empty, so there is no key.")
    if len(digits) > MOST_DIGITS:
        raise PrivacyError(f"{where} holds far more than a key.")
    if not re.fullmatch(r"[0-9A-Fa-f]+", digits) or len(digits) % 2:
        raise PrivacyError(
            f"{where} does not hold a key: a key is written in pairs of hexadecimal digits "
            "(0 to 9, a to f)."
        )
    if len(digits) < FEWEST_DIGITS:
        raise PrivacyError(
            f"{where} holds a key that is too short: it has {len(digits)} hexadecimal digits and "
            f"needs {FEWEST_DIGITS} or more."
        )
    if len(set(digits.lower())) < FEWEST_DIFFERENT:
        raise PrivacyError(
            f"{where} holds a key that is easily guessed: hardly any of its digits differ."
        )
    return Key(bytes.fromhex(digits))


def key_file_name(path: Path) -> str:
    """Return the name of a key file, which messages may hold.

    Raises:
        PrivacyError: The name holds 32 hexadecimal digits or more: it is a key, not a name.
    """
    if re.search(rf"[0-9A-Fa-f]{{{FEWEST_DIGITS}}}", re.sub(r"[\s:_-]", "", path.name)):
        raise PrivacyError("key_file holds a key, not the name of a file.", INTO_A_FILE)
    return path.name


def _refuse_inside(path: Path, forbidden: tuple[Path, ...], action: str) -> None:
    for folder in forbidden:
        if path.resolve().is_relative_to(folder.resolve()):
            raise PrivacyError(
                f"The key file {path.name} lies in the folder {folder.name}, whose files may be "
                "handed on or seen: nobody may get the key with the tables.",
                action,
            )

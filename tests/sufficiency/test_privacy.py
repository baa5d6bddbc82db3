"""The key, the pseudonyms made with it, and identifiers that could be real."""

import os
import stat
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sufficiency.privacy import (
    UPN_LETTERS,
    VARIABLE,
    PrivacyError,
    load_key,
    make_key,
    pseudonyms,
    valid_uln,
    valid_upn,
)

DIGITS = "00112233445566778899aabbccddeeff"
KEY = bytes.fromhex(DIGITS)


def text(*values: str) -> pd.Series:
    return pd.Series(list(values), dtype="str")


def test_key_comes_from_the_environment_before_the_file(tmp_path: Path):
    file = tmp_path / "pseudonym.key"
    file.write_text("ff" + DIGITS)
    assert load_key({VARIABLE: f" {DIGITS}\n"}, file) == KEY
    assert load_key({}, file) == b"\xff" + KEY


def test_key_may_be_broken_over_lines_and_written_in_capitals(tmp_path: Path):
    file = tmp_path / "pseudonym.key"
    file.write_text(f"{DIGITS[:16].upper()}\r\n {DIGITS[16:]}\r\n")
    assert load_key({}, file) == KEY


def test_no_key_says_how_to_make_one():
    with pytest.raises(PrivacyError, match=r"sufficiency key FILE.*SUFFICIENCY_KEY"):
        load_key({}, None)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("", "is empty"),
        ("  \n", "is empty"),
        (DIGITS[:30], "too short: it has 30"),
        ("correct horse battery staple and more", "does not hold a key"),
        (DIGITS + "a", "does not hold a key"),
        ("ab" * 32, "easily guessed"),
        (DIGITS * 40, "far more than a key"),
    ],
)
def test_key_that_cannot_be_one_is_refused_without_showing_it(
    tmp_path: Path, written: str, said: str
):
    file = tmp_path / "pseudonym.key"
    file.write_text(written)
    for load in (lambda: load_key({VARIABLE: written}, None), lambda: load_key({}, file)):
        with pytest.raises(PrivacyError, match=said) as refused:
            load()
        assert not written.strip() or written.strip() not in str(refused.value)
        assert refused.value.__cause__ is None


def test_key_file_that_is_missing_or_not_text_is_refused(tmp_path: Path):
    with pytest.raises(PrivacyError, match=r"absent\.key cannot be opened"):
        load_key({}, tmp_path / "absent.key")
    with pytest.raises(PrivacyError, match="cannot be opened"):
        load_key({}, tmp_path)
    (tmp_path / "picture.key").write_bytes(b"\xff\xd8\xff" * 40)
    with pytest.raises(PrivacyError, match="does not hold a key"):
        load_key({}, tmp_path / "picture.key")


def test_key_file_inside_a_folder_that_is_handed_on_is_refused(tmp_path: Path):
    outputs = tmp_path / "outputs"
    (outputs / "run").mkdir(parents=True)
    inside = outputs / "run" / "pseudonym.key"
    with pytest.raises(PrivacyError, match=r"lies in the folder outputs.*Choose a folder outside"):
        make_key(inside, (outputs,))
    assert not inside.exists()
    inside.write_text(DIGITS)
    roundabout = tmp_path / "keys" / ".." / "outputs" / "run" / "pseudonym.key"
    for path in (inside, roundabout):
        with pytest.raises(PrivacyError, match="lies in the folder outputs"):
            load_key({}, path, (tmp_path / "inputs", outputs))


def test_a_key_pasted_in_place_of_a_file_name_is_never_shown(tmp_path: Path):
    for pasted in (
        DIGITS,
        DIGITS.upper() + "00ff",
        " ".join(DIGITS[n : n + 4] for n in range(0, 32, 4)),
    ):
        for use in (lambda p: load_key({}, p), make_key):
            with pytest.raises(
                PrivacyError, match="holds a key, not the name of a file"
            ) as refused:
                use(tmp_path / pasted)
            assert pasted[:8] not in str(refused.value)
            assert "into a file" in refused.value.action


def test_a_file_in_a_folder_with_a_long_number_is_not_taken_for_a_key(tmp_path: Path):
    folder = tmp_path / DIGITS
    folder.mkdir()
    make_key(folder / "pseudonym.key")
    assert load_key({}, folder / "pseudonym.key")


def test_advice_tells_a_key_that_is_missing_from_one_in_the_wrong_place(tmp_path: Path):
    with pytest.raises(PrivacyError) as missing:
        load_key({}, tmp_path / "absent.key")
    assert "Make a key file" in missing.value.action
    inside = tmp_path / "inputs" / "pseudonym.key"
    inside.parent.mkdir()
    inside.write_text(DIGITS)
    with pytest.raises(PrivacyError) as misplaced:
        load_key({}, inside, (tmp_path / "inputs",))
    assert misplaced.value.action.startswith("Move the key file")
    assert "Make a key" not in str(misplaced.value)


def test_made_key_can_be_loaded_and_only_its_owner_may_read_it(tmp_path: Path):
    file = tmp_path / "pseudonym.key"
    make_key(file)
    assert len(load_key({}, file)) == 32
    if os.name == "posix":
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_two_made_keys_differ(tmp_path: Path):
    make_key(tmp_path / "one.key")
    make_key(tmp_path / "two.key")
    assert load_key({}, tmp_path / "one.key") != load_key({}, tmp_path / "two.key")


def test_a_key_is_never_written_over(tmp_path: Path):
    file = tmp_path / "pseudonym.key"
    file.write_text(DIGITS)
    with pytest.raises(PrivacyError, match="is there already"):
        make_key(file)
    assert file.read_text() == DIGITS


def test_key_in_a_folder_that_is_not_there_says_so(tmp_path: Path):
    with pytest.raises(PrivacyError, match="cannot be written"):
        make_key(tmp_path / "nowhere" / "pseudonym.key")


def test_key_does_not_show_itself():
    key = load_key({VARIABLE: DIGITS}, None)
    shown = f"{key} {key!r} {[key]}"
    assert DIGITS not in shown
    assert "\\x" not in shown


def test_pseudonym_is_the_start_of_the_keyed_hash_of_kind_and_value():
    # printf 'person:A839200125001' | openssl dgst -sha256 -mac HMAC -macopt hexkey:0011..eeff
    found = pseudonyms(text("A839200125001"), KEY, "person")
    assert found.tolist() == ["53adfe0bc9137b71"]


def test_pseudonyms_differ_by_kind_and_key_and_keep_the_index():
    values = pd.Series(["Demo1", "", None, "Demo1"], index=[7, 3, 5, 1], dtype="str", name="upn")
    person = pseudonyms(values, KEY, "person")
    assert person.index.tolist() == [7, 3, 5, 1]
    assert person.tolist()[1:3] == ["", ""]
    assert person[7] == person[1] != ""
    assert person[7] != pseudonyms(values, KEY, "request")[7]
    assert person[7] != pseudonyms(values, KEY[::-1], "person")[7]
    assert pseudonyms(text(), KEY, "person").tolist() == []


@settings(deadline=None, max_examples=25)
@given(st.lists(st.text(max_size=12), max_size=20, unique=True))
def test_pseudonyms_tell_values_apart_and_hold_nothing_of_them(values: list[str]):
    found = pseudonyms(text(*values), KEY, "person")
    filled = [p for value, p in zip(values, found, strict=True) if value]
    assert len(set(filled)) == len(filled)
    assert all(len(p) == 16 and set(p) <= set("0123456789abcdef") for p in filled)


def test_upn_is_valid_with_its_check_letter_only():
    # A UPN that public test suites use: 8x2 + 1x4 + 2x5 + 1x10 + 1x13 = 53, 53 mod 23 = 7: H.
    upns = text("H801200001001", " h801200001001 ", "A801200001001", "H80120000100", "", "H8O1")
    assert valid_upn(upns).tolist() == [True, True, False, False, False, False]


def test_temporary_upn_ends_in_a_letter_that_counts_as_its_place():
    # 1x4 + 8x5 + 1x9 + 7x10 + 1x12 + 0x13 (A is 0) = 135, and 135 mod 23 = 20, which is X.
    assert valid_upn(text("X00180001701A")).tolist() == [True]
    assert valid_upn(text("X00180001701B", "X00180001701S")).tolist() == [False, False]


def test_exactly_one_letter_of_the_alphabet_fits_each_number():
    # Authority 000 is nobody's. 9x12 + 1x13 = 121; 121 mod 23 = 6, which is G.
    candidates = text(*(f"{letter}000000000091" for letter in UPN_LETTERS))
    assert candidates[valid_upn(candidates)].tolist() == ["G000000000091"]


def test_uln_is_valid_with_its_check_digit_only():
    # Nine digits ending in 4, weighted 2: 8 mod 11 = 8, and 10 - 8 = 2.
    ulns = text("0000000042", "0000000043", "000000042", "0000000000", "", "00000000x2")
    assert valid_uln(ulns).tolist() == [True, False, False, False, False, False]


def test_uln_whose_remainder_is_nought_is_never_valid():
    # 1x8 + 1x3 = 11, remainder 0.
    ulns = text(*(f"001000010{digit}" for digit in range(10)))
    assert not valid_uln(ulns).any()


def test_validity_keeps_the_index_and_takes_no_values():
    upns = pd.Series(["H801200001001", None], index=[9, 4], dtype="str")
    assert valid_upn(upns).to_dict() == {9: True, 4: False}
    assert valid_uln(text()).tolist() == []

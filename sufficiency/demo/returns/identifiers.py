"""Pupil numbers that can belong to no one."""

CHECK_LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"
NOWHERE = "999"


def synthetic_upn(serial: int) -> str:
    """Return a UPN of the right shape whose check letter is wrong, so that it can be no one's.

    Args:
        serial: Up to nine digits.
    """
    digits = f"{NOWHERE}{serial:09d}"
    return CHECK_LETTERS[(_remainder(digits) + 1) % 23] + digits


def valid_upn(serial: int) -> str:
    """Return a UPN that validates; authority 999 exists nowhere, so that it is no one's either."""
    digits = f"{NOWHERE}{serial:09d}"
    return CHECK_LETTERS[_remainder(digits)] + digits


def _remainder(digits: str) -> int:
    return sum(int(digit) * weight for weight, digit in enumerate(digits, start=2)) % 23


def valid_uln(serial: int) -> str:
    """Return a ULN whose check digit is right: ten digits, the first nine weighted 10 to 2.

    Args:
        serial: Up to five digits; those that would need a check digit of two digits are passed
            over, so that neighbours may share one.
    """
    while True:
        digits = f"9999{serial:05d}"
        left = sum(int(d) * w for d, w in zip(digits, range(10, 1, -1), strict=True)) % 11
        if left:
            return f"{digits}{10 - left}"
        serial += 1

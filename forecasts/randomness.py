"""Keyed random numbers: each is looked up by what it is for, never drawn in sequence.

A number depends only on (seed, path, year, purpose, slot), where a slot is a plan or a joiner. So
the order of rows does not matter, and a scenario that adds joiners of one need leaves every other
number as it was. The mixing function is the public-domain SplitMix64 finaliser (Steele, Lea and
Flood 2014), applied twice.
"""

from collections.abc import Iterable
from enum import IntEnum
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

Slots = NDArray[np.uint64]

WORD = (1 << 64) - 1
GOLDEN = 0x9E3779B97F4A7C15
FIRST_MULTIPLIER = 0xBF58476D1CE4E5B9
SECOND_MULTIPLIER = 0x94D049BB133111EB
TO_UNIT = 2.0**-53


class Purpose(IntEnum):
    """What a random number decides. New purposes go at the end: the values are part of the key."""

    OWN_SHOCK = 1
    COMMON_SHOCK = 2
    OWN_SETTING_SHOCK = 3
    COMMON_SETTING_SHOCK = 4
    LEAVE = 5
    MOVE = 6
    JOIN = 7
    JOIN_SETTING = 8
    CHANGE_NEED = 9


def stream(seed: int, path: int, year: int, purpose: Purpose) -> int:
    """Return the 64-bit key of one stream: everything but the slot."""
    state = 0
    for part in (seed, path, year, int(purpose)):
        state = _mixed(state ^ _mixed((part + GOLDEN) & WORD))
    return state


def uniforms(key: int, slots: Slots) -> NDArray[np.float64]:
    """Return one number above 0 and below 1 a slot, of one stream."""
    mixed = _mix(slots ^ np.uint64(key))
    mixed = _mix(mixed + np.uint64(_mixed(key ^ GOLDEN)))
    return ((mixed >> np.uint64(11)).astype(np.float64) + 0.5) * TO_UNIT


def normals(key: int, slots: Slots) -> NDArray[np.float64]:
    """Return one standard normal number a slot, of one stream."""
    return ndtri(uniforms(key, slots))


def plan_slots(plan_ids: Iterable[str]) -> Slots:
    """Return the slot of each plan: a hash of its id, so that other plans do not change it."""
    digests = b"".join(blake2b(name.encode(), digest_size=8).digest() for name in plan_ids)
    return np.frombuffer(digests, dtype="<u8").astype(np.uint64)


def joiner_slots(year: int, cells: NDArray[np.int64], numbers: NDArray[np.int64]) -> Slots:
    """Return the slot of each joiner: its year, its cell, and its number within the cell."""
    key = np.uint64(_mixed(year ^ GOLDEN))
    mixed = _mix(cells.astype(np.uint64) ^ key)
    return _mix(mixed + numbers.astype(np.uint64))


def poisson(rates: NDArray[np.float64], chances: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return Poisson counts by inverting the distribution at given chances.

    A higher rate at the same chance never gives a smaller count, which keeps scenarios paired.
    """
    counts = np.zeros(len(rates), dtype=np.int64)
    left = np.flatnonzero(chances > np.exp(-rates))
    rate, chance = rates[left], chances[left]
    term = np.exp(-rate)
    below = term.copy()
    number = 0
    while len(left):
        number += 1
        term = term * rate / number
        below = below + term
        more = (chance > below) & (number < rate + 40.0 * np.sqrt(rate) + 40.0)
        counts[left[~more]] = number
        left, rate, chance = left[more], rate[more], chance[more]
        term, below = term[more], below[more]
    return counts


def _mixed(value: int) -> int:
    value = ((value ^ (value >> 30)) * FIRST_MULTIPLIER) & WORD
    value = ((value ^ (value >> 27)) * SECOND_MULTIPLIER) & WORD
    return value ^ (value >> 31)


def _mix(values: Slots) -> Slots:
    mixed = values ^ (values >> np.uint64(30))
    mixed *= np.uint64(FIRST_MULTIPLIER)
    mixed ^= mixed >> np.uint64(27)
    mixed *= np.uint64(SECOND_MULTIPLIER)
    mixed ^= mixed >> np.uint64(31)
    return mixed

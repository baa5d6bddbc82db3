"""Keyed random numbers: each is looked up by what it is for, never drawn in sequence.

A number depends only on (seed, path, year, purpose, slot), where a slot is a plan or a joiner. So
the order of rows and the number of threads do not matter, and a scenario that adds joiners of one
need leaves every other number as it was. The mixing function is the public-domain SplitMix64
finaliser (Steele, Lea and Flood 2014). Compiled, so that the kernel of the
simulation looks up the same numbers.

What happens to a plan in a year is decided by parts of one 64-bit word, looked up once: one part a
purpose, none of which says anything of the others.
"""

from collections.abc import Iterable
from enum import IntEnum
from hashlib import blake2b

import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy.special import ndtri

from forecasts.wide import Floats

Slots = NDArray[np.uint64]

GOLDEN = np.uint64(0x9E3779B97F4A7C15)
FIRST_MULTIPLIER = np.uint64(0xBF58476D1CE4E5B9)
SECOND_MULTIPLIER = np.uint64(0x94D049BB133111EB)
FIRST_SHIFT, SECOND_SHIFT, THIRD_SHIFT = np.uint64(30), np.uint64(27), np.uint64(31)
TO_53_BITS = np.uint64(11)
TO_UNIT = 2.0**-53
TO_31_BITS, LOW_31_BITS = np.uint64(33), np.uint64(2**31 - 1)
CERTAIN = 2.0**31


class Purpose(IntEnum):
    """What a random number decides. New purposes go at the end: the values are part of the key.

    PLAN is for all that befalls one plan in a year: leaving, another need, another setting.
    """

    OWN_SHOCK = 1
    COMMON_SHOCK = 2
    OWN_SETTING_SHOCK = 3
    COMMON_SETTING_SHOCK = 4
    PLAN = 5
    JOIN = 7
    JOIN_SETTING = 8
    OWN_NEED_SHOCK = 10
    COMMON_NEED_SHOCK = 11
    TOTAL_TAIL = 12
    SETTING_TAIL = 13
    NEED_TAIL = 14
    LEAVE_RATE = 15
    JOIN_RATE = 16
    MOVE_RATE = 17
    PLACE_RATE = 18
    LEAVE_DRIFT = 19
    JOIN_DRIFT = 20
    PLACE_DRIFT = 21


@njit(cache=True, nogil=True, error_model="numpy")
def mixed(value):
    """Return a 64-bit number in which each bit depends on all bits of another."""
    value = np.uint64(value)
    value = (value ^ (value >> FIRST_SHIFT)) * FIRST_MULTIPLIER
    value = (value ^ (value >> SECOND_SHIFT)) * SECOND_MULTIPLIER
    return value ^ (value >> THIRD_SHIFT)


@njit(cache=True, nogil=True, error_model="numpy")
def stream(seed, path, year, purpose):
    """Return the 64-bit key of one stream: everything but the slot."""
    state = mixed(mixed(np.uint64(seed) + GOLDEN))
    state = mixed(state ^ mixed(np.uint64(path) + GOLDEN))
    state = mixed(state ^ mixed(np.uint64(year) + GOLDEN))
    return mixed(state ^ mixed(np.uint64(purpose) + GOLDEN))


@njit(cache=True, nogil=True, error_model="numpy")
def uniform(key, slot):
    """Return the number above 0 and below 1 of one slot of a stream."""
    return (np.float64(mixed(slot * GOLDEN + key) >> TO_53_BITS) + 0.5) * TO_UNIT


@njit(cache=True, nogil=True, error_model="numpy")
def leaving_part(word):
    """Return the part of a plan's word that decides whether it leaves: 31 bits."""
    return np.uint32(word >> TO_31_BITS)


@njit(cache=True, nogil=True, error_model="numpy")
def moving_part(word):
    """Return the part of a plan's word that decides its next setting: 31 bits."""
    return np.uint32(word & LOW_31_BITS)


@njit(cache=True, nogil=True, error_model="numpy")
def recording_part(word):
    """Return the part of a plan's word that decides its next need: 31 bits."""
    return np.uint32((word * FIRST_MULTIPLIER) >> TO_31_BITS)


@njit(cache=True, nogil=True, error_model="numpy")
def uniforms(key, slots):
    """Return one number above 0 and below 1 a slot, of one stream."""
    drawn = np.empty(len(slots))
    for place in range(len(slots)):
        drawn[place] = uniform(key, slots[place])
    return drawn


@njit(cache=True, nogil=True, error_model="numpy")
def table(seed, paths, first_year, years, purpose, columns):
    """Return numbers above 0 and below 1, path x year x column: the slot is the column."""
    drawn = np.empty((paths, years, columns))
    for path in range(paths):
        for year in range(years):
            key = stream(seed, path, first_year + year, purpose)
            for column in range(columns):
                drawn[path, year, column] = uniform(key, np.uint64(column))
    return drawn


@njit(cache=True, nogil=True, error_model="numpy")
def first_slot(year, cell):
    """Return where the slots of a year's joiners of one cell start."""
    return mixed(np.uint64(cell) ^ mixed(np.uint64(year) ^ GOLDEN))


@njit(cache=True, nogil=True, error_model="numpy")
def slot_of_joiner(start, number):
    """Return the slot of a joiner by its number within its cell (`first_slot`)."""
    return mixed(start + np.uint64(number))


def mirrored_normals(
    seed: int, paths: int, first_year: int, years: int, purpose: Purpose, columns: int
) -> Floats:
    """Return standard normal numbers, path x year x column; odd paths mirror the even before.

    Mirrored pairs keep means over paths where they should be with few paths.
    """
    pairs = table(seed, (paths + 1) // 2, first_year, years, int(purpose), columns)
    drawn = ndtri(pairs)
    return np.stack([drawn, -drawn], axis=1).reshape(-1, years, columns)[:paths]


def plan_slots(plan_ids: Iterable[str]) -> Slots:
    """Return the slot of each plan: a hash of its id, so that other plans do not change it."""
    digests = b"".join(blake2b(name.encode(), digest_size=8).digest() for name in plan_ids)
    return np.frombuffer(digests, dtype="<u8").astype(np.uint64)

"""Westmere's classes: each site's places over the year groups that are taught together."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from sufficiency.demo.people import rates
from sufficiency.demo.people.rates import YEARS
from sufficiency.demo.people.world import World
from sufficiency.places.capacity import before, capacity, first_year, ramped
from sufficiency.places.mix import NCYS, SITE, split_whole
from sufficiency.places.periods import in_force
from sufficiency.terms import lookup

WITH_CLASSES = ("special", "sen_unit", "resourced_provision")
BANDS = ((-2, -1), (0, 2), (3, 4), (5, 6), (7, 9), (10, 11), (12, 14))
"""Year groups that share classes, as NCY."""
POST_16_FROM = 12
LARGEST, LETTERS = 10, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
SEPTEMBERS = tuple(range(2024, 2030))
COLUMNS = ["urn", "site_id", "provision", "class_name", "ncy_from", "ncy_to", "needs", "places",
           "assessment", "september_from", "september_to"]  # fmt: skip


def classes(world: World, register: pd.DataFrame) -> pd.DataFrame:
    """Return `classes.csv`: the classes of every special school and base, September by September.

    Classes of a site add up to its commissioned places in each September until growth that is
    decided has ended; each pool has its own, and assessment places are a class of their own. Year
    groups get classes like the plan holders of the school, halfway to those of a year later.

    Args:
        world: The world.
        register: Westmere's register; proposed rows have no classes.
    """
    counted = register[
        (register["change_status"] != "proposed") & register["provision"].isin(WITH_CLASSES)
    ]
    rows: list[dict[str, object]] = []
    held = _held(world)
    none = np.zeros(len(NCYS))
    for _, site in counted.groupby(SITE, sort=True):
        school = (str(site["urn"].iloc[0]), str(site["provision"].iloc[0]))
        rows.extend(_of_site(site, held.get(school, none)))
    return pd.DataFrame(rows, columns=pd.Index(COLUMNS))


def _held(world: World) -> dict[tuple[str, str], np.ndarray]:
    """Return plan holders by NCY of each school and provision, now and moved up, halved."""
    plans = world.course.plans
    plans = plans[(plans["year"] == YEARS[-1]) & (plans["school"] >= 0)]
    of_state = rates.states()["setting"].map(lookup("settings", "provision")).to_numpy(dtype=str)
    placed = pd.DataFrame(
        {
            "urn": world.places.schools["urn"].to_numpy(dtype=str)[plans["school"]],
            "provision": of_state[plans["state"]],
            "ncy": plans["age"].to_numpy() - 4,
        }
    )
    held = {}
    for (urn, provision), own in placed.groupby(["urn", "provision"]):  # pyright: ignore[reportGeneralTypeIssues]
        now = np.bincount(own["ncy"] - NCYS[0], minlength=len(NCYS)).astype(float)
        held[str(urn), str(provision)] = (now + np.roll(now, 1)) / 2
    return held


def _of_site(site: pd.DataFrame, held: np.ndarray) -> Iterator[dict[str, object]]:
    """Yield the classes of one site: those that always run, then those added or closed."""
    bands = _bands(site.iloc[0])
    places = np.array([_places(site, bands, held, september) for september in SEPTEMBERS])
    kept = site["assessment_places"].fillna(0).astype(int).iloc[0]
    shared = {**site.iloc[0][SITE].to_dict(), "needs": ""}
    running = np.flatnonzero(places.sum(axis=1))
    first, last = int(running[0]), int(running[-1])
    closes = SEPTEMBERS[last] if last < len(SEPTEMBERS) - 1 else ""
    letters = {band: iter(LETTERS) for band in bands}
    for number, band in enumerate(bands):
        own = places[first : last + 1, number]
        spans = [(int(own.min()), first, closes)]
        for step in range(1, len(own)):
            change = int(own[step] - own[step - 1])
            added = (change, first + step, closes)
            closed = (-change, first, SEPTEMBERS[first + step - 1])
            spans += [added] if change > 0 else [closed] if change < 0 else []
        for size, start, end in spans:
            for part in _class_sizes(size):
                yield {
                    **shared,
                    "class_name": f"{_name(band)} {next(letters[band])}",
                    "ncy_from": band[0],
                    "ncy_to": band[1],
                    "places": part,
                    "assessment": "no",
                    "september_from": SEPTEMBERS[start],
                    "september_to": end,
                }
    if kept:
        band = next(band for band in bands if 0 <= band[0] < POST_16_FROM)
        yield {
            **shared,
            "class_name": "Assessment",
            "ncy_from": band[0],
            "ncy_to": band[1],
            "places": kept,
            "assessment": "yes",
            "september_from": SEPTEMBERS[first],
            "september_to": closes,
        }


def _bands(row: pd.Series) -> list[tuple[int, int]]:
    clipped = [(max(a, int(row["ncy_from"])), min(b, int(row["ncy_to"]))) for a, b in BANDS]
    return [(a, b) for a, b in clipped if a <= b]


def _places(
    site: pd.DataFrame, bands: list[tuple[int, int]], held: np.ndarray, september: int
) -> np.ndarray:
    """Return the places of each band from a September, without those kept for assessment."""
    open_then = site[in_force(site, september + 1)]
    if open_then.empty:
        return np.zeros(len(bands), dtype=int)
    row = open_then.iloc[0]
    now, earlier = capacity(row, "commissioned"), before(site, row)
    if pd.notna(row["ramp_years"]):
        was = None if earlier is None else capacity(earlier, "commissioned")
        now = ramped(now, was, september + 1, first_year(row), int(row["ramp_years"]))
    pool = np.array([_pool(band, now.pools) for band in bands])
    # One more a year group, so that none is left without a place.
    wanted = np.array([held[(a <= NCYS) & (b >= NCYS)].sum() + b - a + 1 for a, b in bands])
    kept = 0 if pd.isna(row["assessment_places"]) else int(row["assessment_places"])
    sizes = {**now.pools, "": (now.total or 0) - sum(now.pools.values()) - kept}
    made = np.zeros(len(bands), dtype=int)
    for name, size in sizes.items():
        inside = pool == name
        if inside.any():
            made[inside] = split_whole(size, wanted[inside])
    return made


def _pool(band: tuple[int, int], pools: dict[str, int]) -> str:
    of_band = "nursery" if band[1] < 0 else "post_16" if band[0] >= POST_16_FROM else ""
    return of_band if of_band in pools else ""


def _class_sizes(places: int) -> list[int]:
    many = -(-places // LARGEST)
    return [places // many + (n < places % many) for n in range(many)]


def _name(band: tuple[int, int]) -> str:
    if band[1] < 0:
        return "Nursery"
    words = ["Reception" if ncy == 0 else f"Year {ncy}" for ncy in band]
    return words[0] if band[0] == band[1] else f"{words[0]} to {words[1]}"

"""What would have been published of the made-up panel, in the shape of the real releases.

As in the real releases: totals and settings every January; age bands to 2022, no ages in 2023,
single years of age from 2024; needs at the last census only; new plans, requests and assessments
pending every calendar year; ceased plans in the last two.
"""

import numpy as np
import pandas as pd

from sufficiency.contracts import Population, PublishedFlows, PublishedStock, checked
from sufficiency.demo.panel.people import PanelWorld
from sufficiency.demo.panel.process import REGIONS
from sufficiency.demo.panel.rates import AGE_CLASSES, AGES, NEEDS, SETTINGS
from sufficiency.demo.sharing import generator

LAST_BANDS, FIRST_AGES, FIRST_AGE_FLOWS = 2022, 2024, 2023
YOUNGEST, OPEN_AGE = 2, 20
MID_YEARS = (2019, 2020, 2023)
PENDING_SHARE = 0.35
BANDS = tuple(f"{low}-{high}" for low, high in AGE_CLASSES)
Counts = np.ndarray
Key = tuple[str, str, str]


def published_stock(world: PanelWorld, base_year: int) -> pd.DataFrame:
    """Return `PublishedStock` of every authority, region and England up to one January."""
    frames = []
    for year in range(int(world.plans["year"].min()), base_year + 1):
        counts = _counts(world, world.plans[world.plans["year"] == year])
        parts = _sums(counts, year, year == base_year, FIRST_AGES)
        frames.append(_rows(world, parts).assign(year=year))
    table = pd.concat(frames, ignore_index=True).assign(source="made up")
    return checked(PublishedStock, table[list(PublishedStock.to_schema().columns)], "stock")


def published_flows(world: PanelWorld, base_year: int) -> pd.DataFrame:
    """Return `PublishedFlows` of calendar years before one January."""
    true, frames = world.process, []
    rng = generator(world.seed, "panel: requests")
    first_seen = world.plans.groupby("person")["year"].transform("min") == world.plans["year"]
    joined = world.plans[first_seen]
    for year in range(int(world.plans["year"].min()) + 1, base_year + 1):
        new = _counts(world, joined[joined["year"] == year])
        new[:, OPEN_AGE] += new[:, OPEN_AGE + 1 :].sum(axis=1)
        new[:, OPEN_AGE + 1 :] = 0
        flows = {"new_plans": _sums(new, year, year == base_year, FIRST_AGE_FLOWS, OPEN_AGE)}
        asked = rng.poisson(true.asked[true.at(year)])
        pending = rng.poisson(PENDING_SHARE * true.asked[true.at(year)])
        flows["requests"] = {("total", "all", ""): asked.astype(float)}
        flows["requests_refused"] = {("total", "all", ""): np.round(asked * 0.25)}
        flows["assessments_pending"] = {("total", "all", ""): pending.astype(float)}
        if year >= FIRST_AGES:
            flows["ceased_plans"] = _ceased(world, year)
        frames += [
            _rows(world, parts).assign(flow=flow, year=year) for flow, parts in flows.items()
        ]
    table = pd.concat(frames, ignore_index=True).assign(source="made up")
    table["calendar_year"] = table["year"] - 1
    return checked(PublishedFlows, table[list(PublishedFlows.to_schema().columns)], "flows")


def population(world: PanelWorld, base_year: int) -> pd.DataFrame:
    """Return `Population` of every authority: mid-year estimates before one January."""
    true = world.process
    mids = [year for year in MID_YEARS if year < base_year]
    persons = np.stack([true.residents[true.at(mid + 1)] for mid in mids])
    mid, place, age = np.indices(persons.shape)
    table = pd.DataFrame(
        {
            "area": np.array(true.authorities)[place.ravel()],
            "area_type": "authority",
            "year": np.array(mids)[mid.ravel()],
            "age": age.ravel(),
            "persons": persons.ravel().round(),
            "source": "made up",
            "projected": "observed",
        }
    )
    return checked(Population, table, "population")


def _counts(world: PanelWorld, plans: pd.DataFrame) -> Counts:
    """Plans by authority, age, need and setting; under 3 at age 2."""
    shape = (len(world.process.authorities), AGES, len(NEEDS), len(SETTINGS))
    columns = ("authority", "age", "need", "setting")
    cell = np.ravel_multi_index([plans[name].to_numpy() for name in columns], shape)
    made = np.bincount(cell, minlength=int(np.prod(shape))).reshape(shape).astype(float)
    made[:, YOUNGEST] += made[:, :YOUNGEST].sum(axis=1)
    made[:, :YOUNGEST] = 0.0
    return made


def _ceased(world: PanelWorld, year: int) -> dict[Key, Counts]:
    gone = world.ceased[world.ceased["year"] == year]
    counts = _counts(world, gone.assign(age=np.minimum(gone["age"] + 1, OPEN_AGE)))
    made = _totals(counts)
    for age in range(YOUNGEST, OPEN_AGE + 1):
        made["age", str(age), ""] = counts[:, age].sum(axis=(1, 2))
    return made


def _totals(counts: Counts) -> dict[Key, Counts]:
    made: dict[Key, Counts] = {("total", "all", ""): counts.sum(axis=(1, 2, 3))}
    for number, setting in enumerate(SETTINGS):
        made["setting", setting, ""] = counts[..., number].sum(axis=(1, 2))
    return made


def _sums(
    counts: Counts, year: int, last: bool, first_ages: int, oldest: int = AGES - 1
) -> dict[Key, Counts]:
    """Published sums of one year: (dimension, key, second key) -> one value an authority."""
    made = _totals(counts)
    if year <= LAST_BANDS:
        for band, (low, high) in zip(BANDS, AGE_CLASSES, strict=True):
            made["age_band", band, ""] = counts[:, low : high + 1].sum(axis=(1, 2, 3))
    ages = range(YOUNGEST, oldest + 1) if year >= first_ages else ()
    for age in ages:
        made["age", str(age), ""] = counts[:, age].sum(axis=(1, 2))
        for number, setting in enumerate(SETTINGS):
            made["age_setting", str(age), setting] = counts[:, age, :, number].sum(axis=1)
    if last:
        for n, need in enumerate(NEEDS):
            made["need", need, ""] = counts[:, :, n].sum(axis=(1, 2))
            for age in ages:
                made["need_age", need, str(age)] = counts[:, age, n].sum(axis=1)
            for number, setting in enumerate(SETTINGS):
                made["need_setting", need, setting] = counts[:, :, n, number].sum(axis=1)
    return made


def _rows(world: PanelWorld, parts: dict[Key, Counts]) -> pd.DataFrame:
    """One row an area and key: authorities, then regions, then England."""
    true = world.process
    in_region = (true.region[None] == np.arange(len(REGIONS))[:, None]).astype(float)
    local = np.stack(list(parts.values()))
    values = np.hstack([local, local @ in_region.T, local.sum(axis=1, keepdims=True)])
    names = np.array(REGIONS)
    area = [*true.authorities, *(f"E12{n:06d}" for n in range(len(REGIONS))), "ENG"]
    level = ["authority"] * len(true.authorities) + ["region"] * len(REGIONS) + ["national"]
    title = [*(f"Place {code}" for code in true.authorities), *REGIONS, "England"]
    region = [*names[true.region], *REGIONS, ""]
    keys = pd.DataFrame(list(parts), columns=["dimension", "key", "second_key"])
    table = keys.loc[keys.index.repeat(len(area))].reset_index(drop=True)
    many = len(keys)
    value = values.ravel()
    return table.assign(
        authority=np.tile(area, many),
        authority_name=np.tile(title, many),
        region=np.tile(region, many),
        level=np.tile(level, many),
        value=value,
        status=np.where(value == 0, "zero", "ok"),
    )

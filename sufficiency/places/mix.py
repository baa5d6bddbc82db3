"""In which proportions a provision's places fall over need group x phase.

The mix is the base-year plan holders of the provision by need and year group, restricted to what
the register row is designated for. Where enough plan holders are known to be at the very school,
theirs is used instead; where a whole school's roll by phase is known, phases follow that roll.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd

from sufficiency.places.starter import ROLL_COLUMNS, provision_of_school
from sufficiency.terms import codes, lookup, table

NCYS = np.arange(-4, 22)
ENOUGH_KNOWN_THERE = 10
ROLL_OF_PHASE = {"post_19": "post_16"}

Roll = dict[str, float]


@dataclass(frozen=True)
class Mix:
    """Base-year plan holders by need and NCY: one array (need, NCY) a provision or school."""

    of_provision: dict[str, np.ndarray]
    of_school: dict[tuple[str, str], np.ndarray]

    def provision(self, name: str) -> np.ndarray:
        """Return plan holders of a provision by need and NCY, zeros if there are none."""
        return self.of_provision.get(name, np.zeros((len(codes("needs")), len(NCYS))))

    def cells(self, name: str) -> np.ndarray:
        """Return plan holders of a provision by need group and phase."""
        groups, phases = folds()
        return groups.T @ self.provision(name) @ phases


@cache
def folds() -> tuple[np.ndarray, np.ndarray]:
    """Return 0/1 tables need -> need group and NCY -> phase, in the order of the terms."""
    group = lookup("needs", "need_group")
    of_group = [[group[n] == g for g in codes("need_groups")] for n in codes("needs")]
    spans = table("phases")
    first, last = spans["ncy_from"].astype(int).to_numpy(), spans["ncy_to"].astype(int).to_numpy()
    of_phase = (NCYS[:, None] >= first) & (NCYS[:, None] <= last)
    return np.array(of_group, dtype=float), of_phase.astype(float)


def plan_mix(plans: pd.DataFrame, base_year: int) -> Mix:
    """Return base-year plan holders by need and NCY, for each provision and each known school."""
    base = plans[plans["year"] == base_year]
    provision = base["setting"].map(lookup("settings", "provision"))
    need = pd.Index(codes("needs")).get_indexer(pd.Index(base["need"]))
    ncy = base["ncy"].to_numpy(dtype=int) - NCYS[0]
    located = pd.DataFrame(
        {
            "urn": base["establishment"].to_numpy(),
            "provision": provision.to_numpy(),
            "need": need,
            "ncy": ncy,
        }
    )
    located = located[located["provision"] != ""]
    of_provision = {str(p): _counts(f) for p, f in located.groupby("provision")}
    known = located[located["urn"] != ""]
    of_school = {
        (str(urn), str(p)): _counts(f)
        for (urn, p), f in known.groupby(["urn", "provision"])  # pyright: ignore[reportGeneralTypeIssues]
    }
    return Mix(of_provision, of_school)


def _counts(plans: pd.DataFrame) -> np.ndarray:
    counts = np.zeros((len(codes("needs")), len(NCYS)))
    np.add.at(counts, (plans["need"].to_numpy(), plans["ncy"].to_numpy()), 1)
    return counts


def roll_by_phase(establishments: pd.DataFrame | None) -> dict[tuple[str, str], Roll]:
    """Return pupils on roll by phase of each whole school with a provision, where published."""
    if establishments is None:
        return {}
    provision = provision_of_school(establishments)
    schools = establishments.assign(provision=provision)
    schools = schools[provision.ne("") & schools[list(ROLL_COLUMNS.values())].notna().any(axis=1)]
    return {
        (str(s["urn"]), str(s["provision"])): {
            phase: float(s[column]) if pd.notna(s[column]) else 0.0
            for phase, column in ROLL_COLUMNS.items()
        }
        for _, s in schools.iterrows()
    }


def _allowed(row: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """Return which needs and NCYs a register row may serve; no designation means all needs."""
    named = str(row["designated_needs"]).split()
    accepted = {*named, *str(row["acceptable_needs"]).split()}
    needs = np.array([not named or n in accepted for n in codes("needs")])
    taught = range(int(row["ncy_from"]), int(row["ncy_to"]) + 1)
    return needs, np.isin(NCYS, taught)


def covered_cells(row: pd.Series) -> np.ndarray:
    """Return which need group x phase cells a register row may serve."""
    needs, ncys = _allowed(row)
    groups, phases = folds()
    return np.outer(needs @ groups > 0, ncys @ phases > 0)


def row_weights(row: pd.Series, mix: Mix, roll: Roll | None) -> tuple[np.ndarray, bool]:
    """Return a row's weights over need group x phase, and whether any plan holder told them.

    Args:
        row: A register row.
        mix: Base-year plan holders.
        roll: The school's pupils by phase, where it is known and this row is the whole school.

    The school's own mix needs plan holders for half of its roll, or for 10. The row's capacity has
    no say, so that a change of capacity changes no proportion.
    """
    needs, ncys = _allowed(row)
    groups, phases = folds()
    own = mix.of_school.get((str(row["urn"]), str(row["provision"])))
    needed = ENOUGH_KNOWN_THERE if pd.isna(row["on_roll"]) else max(int(row["on_roll"]) / 2, 1)
    enough = own is not None and own.sum() >= min(ENOUGH_KNOWN_THERE, needed)
    holders = own if own is not None and enough else mix.provision(str(row["provision"]))
    within = groups.T @ (holders * np.outer(needs, ncys)) @ phases
    found = bool(within.sum() > 0)
    spread = np.outer(needs @ groups > 0, ncys @ phases)
    weights = within if found else spread
    return (_to_roll(weights, spread, roll) if roll else weights), found


def _to_roll(weights: np.ndarray, spread: np.ndarray, roll: Roll) -> np.ndarray:
    """Return the weights scaled so that phases follow the roll, needs within a phase kept.

    A phase with pupils but no plan holder takes the needs of the whole row. Pupils in phases that
    the row does not cover are left out.
    """
    needs = weights.sum(axis=1, keepdims=True)
    result = np.zeros_like(weights)
    bands = [ROLL_OF_PHASE.get(phase, phase) for phase in codes("phases")]
    for band in dict.fromkeys(bands):
        inside = np.array([b == band for b in bands])
        part = weights * inside
        if part.sum() == 0:
            part = needs * (spread.max(axis=0) * inside)
        if part.sum() > 0:
            result += roll.get(band, 0.0) * part / part.sum()
    return result if result.sum() > 0 else weights


def split_whole(total: int, weights: np.ndarray) -> np.ndarray:
    """Return whole numbers in proportion to the weights that sum to the total exactly.

    Places are given out one by one, each to the cell with the largest weight over one more than
    twice what it has, the earlier cell first where they tie (the Sainte-Lague or Webster method).
    So a larger total never lowers a cell, which largest remainders cannot promise (the Alabama
    paradox). All-zero weights count as equal; a negative total gives negative numbers.
    """
    flat = np.asarray(weights, dtype=float).ravel()
    flat = flat if flat.sum() > 0 else np.ones_like(flat)
    cells = np.flatnonzero(flat > 0)
    # A subnormal weight may underflow when divided; scaling keeps every quotient in order.
    scaled = flat[cells] / flat[cells].max()
    quotients = scaled[:, None] / (2 * np.arange(abs(total)) + 1)
    order = np.argsort(-quotients, axis=None, kind="stable")[: abs(total)]
    given = np.bincount(order // max(abs(total), 1), minlength=len(cells))
    whole = np.zeros(len(flat), dtype=int)
    whole[cells] = np.sign(total) * given
    return whole.reshape(np.shape(weights))


def cell_rows(
    shared: Mapping[str, object], numbers: np.ndarray, kept: np.ndarray
) -> list[dict[str, object]]:
    """Return one record a kept need group x phase cell, with what its rows share."""
    groups, phases = codes("need_groups"), codes("phases")
    return [
        {**shared, "need_group": groups[g], "phase": phases[p], "places": int(numbers[g, p])}
        for g, p in zip(*np.nonzero(kept), strict=True)
    ]

"""In which proportions a provision's places fall over need x NCY, and so need group x phase.

Recorded need is not designation, so a row's places follow the plan holders who are recorded there
wherever enough of them are known. Else the mix is that of the whole provision, restricted to what
the row is designated for. The planner's own shares (`need_mix.csv`) come before both.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd

from sufficiency.places.periods import last_days
from sufficiency.places.starter import ROLL_COLUMNS, provision_of_school
from sufficiency.terms import ALL, codes, lookup, table

NCYS = np.arange(-4, 22)
ENOUGH_KNOWN_THERE = 10
ROLL_OF_PHASE = {"post_19": "post_16"}
SITE = ["urn", "site_id", "provision"]

Roll = dict[str, float]
Shares = dict[tuple[str, str, str], dict[str, dict[str, float]]]
"""The planner's shares: register site -> phase (or ALL) -> need -> share."""


@dataclass(frozen=True)
class Mix:
    """Base-year plan holders by need and NCY: one array (need, NCY) a provision, school or site."""

    of_provision: dict[str, np.ndarray]
    of_school: dict[tuple[str, str], np.ndarray]
    of_site: dict[tuple[str, str, str], np.ndarray]

    def provision(self, name: str) -> np.ndarray:
        """Return plan holders of a provision by need and NCY, zeros if there are none."""
        return self.of_provision.get(name, np.zeros((len(codes("needs")), len(NCYS))))

    def cells(self, name: str) -> np.ndarray:
        """Return plan holders of a provision by need group and phase."""
        return fold(self.provision(name))


@dataclass(frozen=True)
class RowMix:
    """How one register row's places fall over needs and NCYs.

    Attributes:
        weights: By (need, NCY), in any unit.
        covered: Need group x phase cells that the row may serve.
        observed: Plan holders recorded there by (need, NCY), within its year groups.
        designated: Which needs the row takes.
        chosen_by: observed, provision or planner.
        found: Whether any plan holder or planner told the weights; else they are even.
    """

    weights: np.ndarray
    covered: np.ndarray
    observed: np.ndarray
    designated: np.ndarray
    chosen_by: str
    found: bool


@cache
def folds() -> tuple[np.ndarray, np.ndarray]:
    """Return 0/1 tables need -> need group and NCY -> phase, in the order of the terms."""
    group = lookup("needs", "need_group")
    of_group = [[group[n] == g for g in codes("need_groups")] for n in codes("needs")]
    spans = table("phases")
    first, last = spans["ncy_from"].astype(int).to_numpy(), spans["ncy_to"].astype(int).to_numpy()
    of_phase = (NCYS[:, None] >= first) & (NCYS[:, None] <= last)
    return np.array(of_group, dtype=float), of_phase.astype(float)


def fold(weights: np.ndarray) -> np.ndarray:
    """Return numbers by (need, NCY) added up to (need group, phase)."""
    groups, phases = folds()
    return groups.T @ weights @ phases


def plan_mix(attending: pd.DataFrame) -> Mix:
    """Return base-year plan holders by need and NCY, of each provision, school and site.

    Args:
        attending: What `attendance.attending` returned.
    """
    there = attending[attending["urn"] != ""]
    return Mix(
        {str(p): _counts(f) for p, f in attending.groupby("provision")},
        {(str(u), str(p)): _counts(f) for (u, p), f in there.groupby(["urn", "provision"])},  # pyright: ignore[reportGeneralTypeIssues]
        {(str(u), str(s), str(p)): _counts(f) for (u, s, p), f in there.groupby(SITE)},  # pyright: ignore[reportGeneralTypeIssues]
    )


def _counts(plans: pd.DataFrame) -> np.ndarray:
    counts = np.zeros((len(codes("needs")), len(NCYS)))
    need = pd.Index(codes("needs")).get_indexer(pd.Index(plans["need"]))
    np.add.at(counts, (need, plans["ncy"].to_numpy(dtype=int) - NCYS[0]), plans["plans"].to_numpy())
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


def given_shares(need_mix_given: pd.DataFrame | None) -> Shares:
    """Return the planner's shares by register site, phase and need."""
    shares: Shares = {}
    if need_mix_given is not None:
        for _, row in need_mix_given.iterrows():
            site = (str(row["urn"]), str(row["site_id"]), str(row["provision"]))
            shares.setdefault(site, {}).setdefault(str(row["phase"]), {})[str(row["need"])] = float(
                row["share"]
            )
    return shares


def site_key(row: pd.Series) -> tuple[str, str, str]:
    """Return the school, site and provision of a register row."""
    return str(row["urn"]), str(row["site_id"]), str(row["provision"])


def allowed(row: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """Return which needs and NCYs a register row may serve; no designation means all needs."""
    named = str(row["designated_needs"]).split()
    accepted = {*named, *str(row["acceptable_needs"]).split()}
    needs = np.array([not named or n in accepted for n in codes("needs")])
    taught = range(int(row["ncy_from"]), int(row["ncy_to"]) + 1)
    return needs, np.isin(NCYS, taught)


def row_mixes(
    register: pd.DataFrame,
    mix: Mix,
    shares: Shares,
    rolls: Mapping[tuple[str, str], Roll],
    alone: frozenset[tuple[str, str]],
) -> list[RowMix]:
    """Return the mix of each register row, in its order.

    Args:
        register: Register rows.
        mix: Base-year plan holders.
        shares: The planner's own shares.
        rolls: Pupils by phase of whole schools.
        alone: Schools and provisions of one row at the base census, which their roll describes.
    """
    others = _needs_beside(register, mix)
    mixes = []
    for (_, row), beside in zip(register.iterrows(), others, strict=True):
        key = (str(row["urn"]), str(row["provision"]))
        roll = rolls.get(key) if key in alone else None
        mixes.append(_row_mix(row, mix, beside, roll, shares.get(site_key(row))))
    return mixes


def _needs_beside(register: pd.DataFrame, mix: Mix) -> list[np.ndarray]:
    """Return the needs that rows beside each row take, at its site or else at its whole school.

    Rows are beside each other if their periods overlap. A row is beside itself.
    """
    keys = [site_key(row) for _, row in register.iterrows()]
    takes = [allowed(row)[0] for _, row in register.iterrows()]
    start = register["effective_from"].to_list()
    end = last_days(register).to_list()
    of_school: dict[tuple[str, str], list[int]] = {}
    for n, (urn, _, provision) in enumerate(keys):
        of_school.setdefault((urn, provision), []).append(n)
    result = []
    for n, (urn, site, provision) in enumerate(keys):
        there = (
            takes[m]
            for m in of_school[urn, provision]
            if (keys[m][1] == site or keys[n] not in mix.of_site)
            and start[m] <= end[n]
            and end[m] >= start[n]
        )
        result.append(np.any(list(there), axis=0))
    return result


def _row_mix(
    row: pd.Series,
    mix: Mix,
    other_needs: np.ndarray,
    roll: Roll | None,
    given: dict[str, dict[str, float]] | None,
) -> RowMix:
    """Return a row's mix. Its capacity has no say, so that more places change no proportion."""
    needs, ncys = allowed(row)
    own = _own(row, mix)
    # A recorded need that no row there is designated for is still a child in a place.
    there = np.zeros_like(mix.provision("")) if own is None else own * ncys
    within = there * (needs | ~other_needs)[:, None]
    chosen_by = "observed" if _enough(row, own) and within.sum() > 0 else "provision"
    even = _even(needs, ncys)
    if chosen_by == "observed":
        weights, found = within, True
    else:
        weights = mix.provision(str(row["provision"])) * np.outer(needs, ncys)
        found = bool(weights.sum() > 0)
        weights = weights if found else even
        weights = _to_roll(weights, even, roll) if roll else weights
    if given:
        weights, chosen_by, found = _to_shares(weights, ncys, given), "planner", True
    covered = (fold(np.outer(needs, ncys)) > 0) | (fold(weights) > 0)
    return RowMix(weights, covered, there, needs, chosen_by, found)


def _own(row: pd.Series, mix: Mix) -> np.ndarray | None:
    """Return the plan holders of the row's site or, where it has none, of its school."""
    urn, site, provision = site_key(row)
    return mix.of_site.get((urn, site, provision), mix.of_school.get((urn, provision)))


def _enough(row: pd.Series, own: np.ndarray | None) -> bool:
    """Return whether plan holders of half of the residents on roll, or 10, are known there."""
    if own is None:
        return False
    needed = ENOUGH_KNOWN_THERE
    if pd.notna(row["on_roll"]):
        others = row[["occupants_without_plan", "other_la_places"]].fillna(0).sum()
        needed = max((int(row["on_roll"]) - int(others)) / 2, 1)
    return bool(own.sum() >= min(ENOUGH_KNOWN_THERE, needed))


def _even(needs: np.ndarray, ncys: np.ndarray) -> np.ndarray:
    """Return weights that are equal for every need group and year group that a row may serve."""
    groups, _ = folds()
    size = groups @ (needs @ groups)
    return np.outer(np.divide(needs, size, out=np.zeros(len(needs)), where=size > 0), ncys)


def _to_roll(weights: np.ndarray, even: np.ndarray, roll: Roll) -> np.ndarray:
    """Return the weights scaled so that phases follow the roll, needs within a phase kept.

    A phase with pupils but no plan holder takes the needs of the whole row. Pupils in phases that
    the row does not cover are left out.
    """
    needs = weights.sum(axis=1, keepdims=True)
    result = np.zeros_like(weights)
    of_phase = folds()[1]
    bands = np.array([ROLL_OF_PHASE.get(phase, phase) for phase in codes("phases")])
    for band in dict.fromkeys(bands):
        inside = of_phase[:, bands == band].sum(axis=1)
        part = weights * inside
        if part.sum() == 0:
            part = needs * (even.max(axis=0) * inside)
        if part.sum() > 0:
            result += roll.get(str(band), 0.0) * part / part.sum()
    return result if result.sum() > 0 else weights


def _to_shares(
    weights: np.ndarray, ncys: np.ndarray, given: Mapping[str, Mapping[str, float]]
) -> np.ndarray:
    """Return the weights with the planner's shares of needs, phase by phase, phases kept.

    What the shares leave of a phase stays with the needs that are not named, as they were; where
    there are none, or the shares exceed 1, the shares are taken in proportion.
    """
    result = weights.copy()
    of_phase = folds()[1]
    for position, phase in enumerate(codes("phases")):
        shares = given.get(phase, given.get(ALL))
        inside = of_phase[:, position] * ncys
        total = (weights * inside).sum()
        if shares is None or total == 0:
            continue
        wanted = np.array([shares.get(need, 0.0) for need in codes("needs")])
        named = np.array([need in shares for need in codes("needs")])
        rest = (weights * inside).sum(axis=1) * ~named
        left = max(1 - wanted.sum(), 0.0)
        if rest.sum() > 0:
            wanted = wanted + left * rest / rest.sum()
        if wanted.sum() > 0:
            ages = (weights * inside).sum(axis=0) / total
            result = result * (1 - inside) + total * np.outer(wanted / wanted.sum(), ages)
    return result


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

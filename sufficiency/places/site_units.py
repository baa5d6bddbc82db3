"""A school, site and provision at the base census: who is there, by need group and phase.

Belongs here: adding up the register rows of a site, laying imports over its cells, and what its
roll leaves unexplained. Who lives where is in `flows`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sufficiency.places.mix import SITE, fold, plan_mix, site_key, split_whole
from sufficiency.terms import ALL, codes, lookup, table

Key = tuple[str, str, str]
ORDER = ["urn", "site_id", "provision", "ncy_from", "ncy_to", "designated_needs", "effective_from"]


@dataclass(frozen=True)
class RegisterRow:
    """One register row in force at the base census.

    Attributes:
        row: The register row.
        weights: How its places fall over need group x phase.
        roll: Pupils on roll less those without a plan, by cell; None where not known.
    """

    row: pd.Series
    weights: np.ndarray
    roll: np.ndarray | None

    @property
    def key(self) -> Key:
        """School, site and provision."""
        return site_key(self.row)


@dataclass(frozen=True)
class Unit:
    """The rows of one school, site and provision together, in cells of need group x phase.

    Attributes:
        key: School, site and provision.
        rows: Its register rows.
        weights: How its places fall over the cells.
        attending: Residents with a plan who attend, by recorded need and age.
        imports: Pupils of other authorities, None where not known.
        roll: Pupils on roll less those without a plan, split like its places; None: not known.
    """

    key: Key
    rows: pd.DataFrame
    weights: np.ndarray
    attending: np.ndarray
    imports: np.ndarray | None
    roll: np.ndarray | None

    @property
    def locality(self) -> str:
        """Locality of the site."""
        return str(self.rows["locality"].iloc[0])

    @property
    def name(self) -> str:
        """Name, for people."""
        return str(self.rows["name"].iloc[0])

    @property
    def imported(self) -> int:
        """Pupils of other authorities as far as known."""
        return 0 if self.imports is None else int(self.imports.sum())

    @property
    def on_roll(self) -> np.ndarray:
        """Plan holders on roll; where the roll is not known, those recorded and imports."""
        if self.roll is not None:
            return self.roll
        return split_whole(int(self.attending.sum()) + self.imported, self.weights)

    @property
    def unreconciled(self) -> np.ndarray:
        """Plan holders recorded there less what the roll leaves for them, spread like the roll."""
        left = int(self.attending.sum()) - (int(self.on_roll.sum()) - self.imported)
        on_roll = np.maximum(self.on_roll, 0)
        return split_whole(left, on_roll if on_roll.sum() > 0 else self.weights)

    @property
    def mismatch(self) -> np.ndarray:
        """Plan holders recorded there less the roll left for them, by cell; sums to zero."""
        imported = np.zeros_like(self.attending) if self.imports is None else self.imports
        return self.attending - (self.on_roll - imported + self.unreconciled)


def units_of(
    sites: Sequence[RegisterRow], held: pd.DataFrame, listed: Mapping[Key, list[pd.Series]]
) -> list[Unit]:
    """Return the sites of the register with who is there, ordered by school and site.

    Args:
        sites: Register rows of one provision.
        held: Who attends which site, of that provision.
        listed: Rows of the imports table by site.

    Imports of a site are those listed; where its school lists none, those of the register; where
    the register has none either, none if residents make up the whole roll, else not known.
    """
    there = plan_mix(held).of_site
    schools_listed = {(urn, provision) for urn, _, provision in listed}
    of_unit: dict[Key, list[RegisterRow]] = {}
    for site in sorted(sites, key=lambda s: tuple(str(v) for v in s.row[ORDER])):
        of_unit.setdefault(site_key(site.row), []).append(site)
    units = []
    for key, parts in sorted(of_unit.items()):
        rows = pd.DataFrame([part.row for part in parts])
        weights = np.sum([_share(part) for part in parts], axis=0)
        known = [part.roll for part in parts if part.roll is not None]
        roll = np.sum(known, axis=0) if len(known) == len(parts) else None
        recorded = there.get(key)
        attending = np.zeros(weights.shape) if recorded is None else fold(recorded)
        imported = None
        if (key[0], key[2]) in schools_listed:
            imported = _cells_of(listed.get(key, []), weights)
        elif rows["other_la_places"].notna().all():
            imported = split_whole(int(rows["other_la_places"].sum()), weights)
        elif roll is not None and roll.sum() <= attending.sum():
            imported = np.zeros(weights.shape, dtype=int)
        units.append(Unit(key, rows, weights, attending.astype(int), imported, roll))
    return units


def _share(site: RegisterRow) -> np.ndarray:
    """Return a row's weights scaled to its size, so that rows of one site can be added."""
    total = site.weights.sum()
    size = site.row["on_roll"] if pd.notna(site.row["on_roll"]) else site.row["commissioned_places"]
    scale = 1.0 if pd.isna(size) else max(float(size), 1.0)
    return site.weights * (scale / total if total > 0 else 1.0)


def listed_imports(
    imports: pd.DataFrame | None, keys: Iterable[Key]
) -> tuple[dict[Key, list[pd.Series]], int]:
    """Return the rows of the imports table by register site, and pupils at none of the sites.

    Args:
        imports: Imports table, or None where it was not supplied.
        keys: School, site and provision of the register rows. Pupils at a site of a school that
            the register does not have are counted at its main site.
    """
    listed: dict[Key, list[pd.Series]] = {}
    lost = 0
    if imports is None or imports.empty:
        return listed, lost
    keys = sorted(set(keys))
    ordered = imports.sort_values([*SITE, "ncy", "need", "home_authority"], kind="stable")
    for _, row in ordered.iterrows():
        key = site_key(row)
        if key not in keys:
            same = [k for k in keys if (k[0], k[2]) == (key[0], key[2])]
            if not same:
                lost += int(row["pupils"])
                continue
            key = next((k for k in same if k[1] == "main"), same[0])
        listed.setdefault(key, []).append(row)
    return listed, lost


def _cells_of(rows: Iterable[pd.Series], weights: np.ndarray) -> np.ndarray:
    """Return imports by cell; what a row does not say of need or year group is as at the site."""
    result = np.zeros(weights.shape, dtype=int)
    group = lookup("needs", "need_group")
    spans = table("phases")
    first, last = spans["ncy_from"].astype(int), spans["ncy_to"].astype(int)
    for row in rows:
        inside = np.ones(weights.shape)
        if row["need"] != ALL:
            inside *= np.array([g == group[str(row["need"])] for g in codes("need_groups")])[
                :, None
            ]
        if pd.notna(row["ncy"]):
            inside *= ((first <= int(row["ncy"])) & (last >= int(row["ncy"]))).to_numpy()
        likely = weights * inside
        result += split_whole(int(row["pupils"]), likely if likely.sum() > 0 else inside)
    return result

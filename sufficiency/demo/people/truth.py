"""What is true of Westmere's people: the counts and rates that estimates are held against."""

import numpy as np
import pandas as pd

from sufficiency.demo.authorities import WESTMERE
from sufficiency.demo.authorities import YEARS as PANEL_YEARS
from sufficiency.demo.people import rates
from sufficiency.demo.people.fitting import fitted
from sufficiency.demo.people.rates import AGES, NEEDS, YEARS
from sufficiency.demo.people.world import World
from sufficiency.demo.residents import expected
from sufficiency.people.flows import CEASE_REASONS


def truth(world: World) -> dict[str, pd.DataFrame]:
    """Return what an exact reading of the returns must find.

    Returns:
        Each with a count in `plans`; years are the January at the end of the step.

        - flows: year, flow, age, need, setting, to_need, to_setting, reason, as in `PlanFlows`
        - stock: year, need, setting, ncy, locality (former district, or outside)
        - joiners: year, age, need, setting, locality, reason (new_plan or transfer_in)
        - leavers: year, age (at the end), need, setting, reason (code)
        - movers: year, age, need, setting, to_setting, to_need (setting changed; need and setting
          as they stood before, to_need empty where need stayed)
        - need_changes: year, age, need, setting, to_need (need changed, setting did not)
        - stayers: year, age, need, setting (neither changed)
    """
    plans = _labelled(world.course.plans, world)
    first = plans.drop_duplicates("person")
    new = first[first["year"] > YEARS[0]]
    reason = np.where(new["transferla"] == "", "new_plan", "transfer_in")
    pairs = plans.merge(
        plans[["person", "year", "need", "setting"]].assign(year=plans["year"] + 1),
        on=["person", "year"],
        suffixes=("_now", ""),
    ).rename(columns={"need_now": "to_need", "setting_now": "to_setting"})
    moved = pairs["setting"] != pairs["to_setting"]
    changed = pairs["need"] != pairs["to_need"]
    cell = ["year", "age", "need", "setting"]
    gone = _labelled(world.course.ceased, world)
    flows = {
        "joiner": new.assign(reason=reason),
        "leaver": gone.assign(reason=gone["reason"].map(CEASE_REASONS)),
        "mover": pairs[moved].assign(to_need=pairs["to_need"].where(changed, "")),
        "need_change": pairs[changed & ~moved].assign(to_setting=""),
        "stayer": pairs[~moved & ~changed].assign(to_need="", to_setting=""),
    }
    return {
        "flows": _flows(flows),
        "stock": _counted(plans, ["year", "need", "setting", "ncy", "locality"]),
        "joiners": _counted(new.assign(reason=reason), [*cell, "locality", "reason"]),
        "leavers": _counted(gone, [*cell, "reason"]),
        "movers": _counted(
            pairs[moved].assign(to_need=pairs["to_need"].where(changed, "")),
            [*cell, "to_setting", "to_need"],
        ),
        "need_changes": _counted(pairs[changed & ~moved], [*cell, "to_need"]),
        "stayers": _counted(pairs[~moved & ~changed], cell),
    }


def true_rates(world: World) -> dict[str, pd.DataFrame]:
    """Return the chances that the people were made with.

    Returns:
        - leave: year (January at the end), age (then), column, setting, rate; at 26 all leave
        - move: age (at the end), column, setting, to_column, to_setting, rate (of those who stay)
        - need_change: need, to_need, rate
        - join: year, expected (joiners, transfers in among them; the drawn number makes the total)
        - join_cells: age, need, share (of a year's joiners), rate (per 1,000 residents of the age
          in 2024)
        - join_settings: age, need, column, setting, share (of the joiners of that age and need)
        - join_localities: locality, share (of joiners, and of homes after moving house)
        - transfers_in, ceased: year, plans
    """
    known, table = fitted(), rates.states()
    columns, settings = table["column"].to_numpy(), table["setting"].to_numpy()
    # A place is left at the end of a year by those whom it took at its start.
    took = np.vstack([np.zeros(len(columns), dtype=bool), rates.allowed()[:-1]])
    leave = [
        _long(rates.with_factor(rates.leaving(), known.leave_factor[y - 1]) * took).assign(year=y)
        for y in YEARS[1:]
    ]
    left = pd.concat(leave, ignore_index=True)
    moves = _long(known.moves)
    joining = _long(known.joining)
    cells = joining.groupby(["i", "k"], as_index=False)["value"].sum()
    whole_cell = joining.groupby(["i", "k"])["value"].transform("sum")
    residents = _residents(world)
    change = _long(rates.need_change())
    need = np.array(NEEDS)
    age = np.array(AGES)
    homes = world.places.postcodes.groupby("locality")["weight"].sum()
    return {
        "leave": pd.DataFrame(
            {
                "year": left["year"],
                "age": age[left["i"]],
                "column": columns[left["j"]],
                "setting": settings[left["j"]],
                "rate": left["value"],
            }
        ),
        "move": pd.DataFrame(
            {
                "age": age[moves["i"]],
                "column": columns[moves["j"]],
                "setting": settings[moves["j"]],
                "to_column": columns[moves["k"]],
                "to_setting": settings[moves["k"]],
                "rate": moves["value"],
            }
        ),
        "need_change": pd.DataFrame(
            {"need": need[change["i"]], "to_need": need[change["j"]], "rate": change["value"]}
        ).query("need != to_need"),
        "join": pd.DataFrame(
            {"year": YEARS[1:], "expected": [known.joiners[y - 1] for y in YEARS[1:]]}
        ),
        "join_cells": pd.DataFrame(
            {
                "age": age[cells["i"]],
                "need": need[cells["k"]],
                "share": cells["value"],
                "rate": 1000
                * cells["value"]
                * known.joiners[YEARS[-1] - 1]
                / residents[age[cells["i"]]],
            }
        ),
        "join_settings": pd.DataFrame(
            {
                "age": age[joining["i"]],
                "need": need[joining["k"]],
                "column": columns[joining["j"]],
                "setting": settings[joining["j"]],
                "share": joining["value"] / whole_cell,
            }
        ),
        "join_localities": homes.rename("share").reset_index(),
        "transfers_in": _by_year(rates.TRANSFERS_IN),
        "ceased": _by_year(rates.CEASED),
    }


def _flows(parts: dict[str, pd.DataFrame]) -> pd.DataFrame:
    rows = pd.concat([part.assign(flow=flow) for flow, part in parts.items()], ignore_index=True)
    words = ["to_need", "to_setting", "reason"]
    rows[words] = rows[words].fillna("")
    return _counted(rows, ["year", "flow", "age", "need", "setting", *words])


def _by_year(plans: dict[int, int]) -> pd.DataFrame:
    return pd.DataFrame({"year": [y + 1 for y in plans], "plans": list(plans.values())})


def _residents(world: World) -> np.ndarray:
    areas = world.panel.areas
    size = areas.loc[areas["old_la_code"] == WESTMERE, "residents"].iloc[0]
    return expected(PANEL_YEARS[-1] - 1, float(size), 1.0)


def _long(table: np.ndarray) -> pd.DataFrame:
    """Return the cells above zero of an array, one row each: i, j (and k), value."""
    at = np.nonzero(table > 0)
    return pd.DataFrame({**dict(zip("ijk", at, strict=False)), "value": table[at]})


def _labelled(plans: pd.DataFrame, world: World) -> pd.DataFrame:
    return plans.assign(
        need=np.array(NEEDS)[plans["need"].to_numpy()],
        setting=rates.states()["setting"].to_numpy(dtype=str)[plans["state"].to_numpy()],
        ncy=plans["age"] - 4,
        locality=world.places.postcodes["locality"].to_numpy(dtype=str)[plans["home"].to_numpy()],
    )


def _counted(rows: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    return rows.groupby(by).size().rename("plans").reset_index()

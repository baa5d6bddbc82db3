"""Pupils of other authorities at Westmere's provision, as its schools would list them."""

import numpy as np
import pandas as pd

from sufficiency.demo.people.pupils import special_imports
from sufficiency.demo.people.rates import YEARS
from sufficiency.demo.people.world import World
from sufficiency.places.periods import counted_in

COLUMNS = ["urn", "site_id", "provision", "home_authority", "ncy", "need", "pupils"]
NOT_SAID = {"home_authority": "unknown", "ncy": "", "need": "ALL"}


def imports(world: World, register: pd.DataFrame) -> pd.DataFrame:
    """Return `imports.csv`: one row a site, home authority, NCY and need.

    Schools of the school census list each year group; colleges and independent schools give one
    number, which the register has.

    Args:
        world: The world.
        register: Westmere's register; a pupil is at the site that takes the year group.
    """
    now = counted_in(register, YEARS[-1])
    now = now[now["other_la_places"] > 0]
    pupils = special_imports(world, YEARS[-1])
    homes = world.places.postcodes["authority"].to_numpy(dtype=str)
    listed = pd.DataFrame(
        {
            "urn": world.places.schools["urn"].to_numpy(dtype=str)[pupils["school"]],
            "home_authority": homes[pupils["home"]],
            "ncy": pupils["age"] - 4,
            "need": pupils["need"],
        }
    )
    keys = ["urn", "site_id", "provision", "ncy_from", "ncy_to"]
    at_site = listed.merge(now[keys], on="urn")
    at_site = at_site[at_site["ncy"].between(at_site["ncy_from"], at_site["ncy_to"])]
    counted = at_site.groupby(COLUMNS[:-1]).size().rename("pupils").reset_index()
    rest = now[~now["urn"].isin(listed["urn"])].rename(columns={"other_la_places": "pupils"})
    given = pd.concat([counted, rest.assign(**NOT_SAID)[COLUMNS]], ignore_index=True)
    whole = np.array(given["pupils"], dtype=int)
    return given.assign(pupils=whole).sort_values(COLUMNS[:3], kind="stable", ignore_index=True)

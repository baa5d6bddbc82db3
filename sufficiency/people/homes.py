"""Where people live: postcode to small area to locality."""

import pandas as pd

from sufficiency import terms
from sufficiency.people.lookup import is_among, looked_up
from sufficiency.people.reference import Reference
from sufficiency.sources.postcodes import look_up, normalise


def homes(postcodes: pd.Series, reference: Reference) -> pd.DataFrame:
    """Return lsoa, locality and home of each postcode, on the index of `postcodes`.

    Args:
        postcodes: Home postcodes in any form; empty where unknown.
        reference: Its postcode directory and localities.

    Returns:
        `lsoa` is empty where the postcode is empty or in no directory. `home` is `inside` where the
        LSOA is one of the authority's, `outside` where it is another, `unknown` where there is
        none; `locality` is `outside` for both of the latter, so that no plan is lost.
    """
    if reference.postcodes is None:
        lsoa = pd.Series("", index=postcodes.index, dtype="str")
    else:
        wanted = normalise(postcodes)
        # A directory has 2.7 million rows; looking up is quick in the few that are asked for.
        known = reference.postcodes["postcode"].isin(wanted.unique())
        directory = reference.postcodes[known]
        lsoa = look_up(wanted, directory)["lsoa"].astype("str")
    names = reference.localities.set_index("lsoa")["locality"]
    home = pd.Series("outside", index=lsoa.index, dtype="str")
    home = home.mask(is_among(lsoa, names.index), "inside").mask(lsoa == "", "unknown")
    locality = looked_up(lsoa, names, terms.OUTSIDE)
    return pd.DataFrame({"lsoa": lsoa, "locality": locality, "home": home})

"""Writing the whole demo: every input file, in the layouts that real publications have."""

from pathlib import Path

import pandas as pd

from sufficiency.demo import ees_2022, ees_2025, land, layouts, residents, school_files
from sufficiency.demo.authorities import WESTMERE, Panel
from sufficiency.demo.flows import flows
from sufficiency.demo.people import world
from sufficiency.demo.people.places import Places, elsewhere
from sufficiency.demo.people.published import counted_flows, counted_stock
from sufficiency.demo.people.rolls import counted_schools
from sufficiency.demo.sharing import generator
from sufficiency.demo.stock import stock
from sufficiency.demo.writing import write_polygons, write_table

NEIGHBOURS = 10
CLOSENESS = ("Extremely Close", "Very Close", "Very Close", "Very Close", "Close", "Close",
             "Close", "Close", "Somewhat close", "Somewhat close")  # fmt: skip


def write_demo_data(folder: Path, seed: int = 999) -> None:
    """Write every input file of the made-up authority Westmere (code 999) and its panel.

    Files go into sub-folders `ehcp`, `schools`, `population`, `geo`, `deprivation` and
    `finance_la`; readers know them by their columns. The same seed gives the same bytes. Every
    count is made up; see the package's docstring for what is borrowed from England's published
    proportions.

    Args:
        folder: Made if it does not exist; files of the same names are replaced.
        seed: Seed of every random number, 0 or more.
    """
    known = world(seed)
    authorities, made, places = known.panel, known.land, counted_schools(known)
    plans = stock(authorities, seed)
    moves = counted_flows(flows(authorities, plans, seed), known)
    plans = counted_stock(plans, known)
    for name, frame in ees_2025.files(authorities, plans, moves).items():
        write_table(frame, folder / "ehcp" / f"ehcp2025_{name}.csv.gz")
    for name, frame in ees_2022.files(authorities, plans, moves, seed).items():
        write_table(frame, folder / "ehcp" / f"ehcp2022_{name}.csv.gz")
    for name, frame in residents.estimates(authorities, seed).items():
        write_table(frame, folder / "population" / f"{name}.csv.gz")
    small = residents.small_areas(authorities, made, seed)
    write_table(small, folder / "population" / "mye_lsoa11_2020_westmere.csv.gz")
    ahead = residents.projection(authorities, seed)
    write_table(ahead, folder / "population" / "snpp2022based_westmere.csv.gz")
    for name, frame in land.lookups(authorities, made).items():
        write_table(frame, folder / "geo" / f"{name}.csv.gz")
    write_table(_postcodes(known.places, elsewhere()), folder / "geo" / "postcodes_westmere.csv.gz")
    write_polygons(land.polygons(made), folder / "geo" / "lsoa21_westmere.gpkg", "lsoa21")
    poor = land.indices(made, layouts.header("imd"), seed)
    write_table(poor, folder / "deprivation" / "imd2025_lsoa21_westmere.csv.gz")
    gias = school_files.register(places, elsewhere())
    write_table(gias, folder / "schools" / "gias_full_westmere.csv.gz")
    write_table(
        school_files.census(places), folder / "schools" / "spc_school_level_westmere.csv.gz"
    )
    beside = _neighbours(authorities, seed)
    write_table(beside, folder / "finance_la" / "statistical_neighbours_demo.csv")


def _postcodes(known: Places, others: pd.DataFrame) -> pd.DataFrame:
    """Return invented postcodes of homes, here and beyond, and those of the schools."""
    homes, rows = known.postcodes, pd.concat([known.schools, others]).drop_duplicates("urn")
    ons = dict(zip(homes["authority"], homes["district"], strict=True))
    ons |= {code: f"E06000{code}" for code in rows["authority"] if code not in ons}
    return pd.DataFrame(
        {
            "pcd": [*homes["postcode"], *rows["postcode"]],
            "oseast1m": [*homes["easting"], *rows["easting"].astype(int)],
            "osnrth1m": [*homes["northing"], *rows["northing"].astype(int)],
            "laua": [*homes["district"], *rows["authority"].map(ons)],
            "lsoa21_code_derived": [*homes["lsoa"], *rows["lsoa"]],
            "in_codepoint_open": 1,
        }
    )


def _neighbours(authorities: Panel, seed: int) -> pd.DataFrame:
    """Return ten statistical neighbours of every authority, in the published layout."""
    rng = generator(seed, "neighbours")
    codes = authorities.areas["old_la_code"].to_numpy()
    rows = []
    for row in authorities.areas.to_dict("records"):
        others = rng.permutation(codes[(codes != row["old_la_code"]) & (codes != WESTMERE)])
        number = f"{row['old_la_code']}.0"
        region = (
            f"{list(authorities.areas['region_code'].unique()).index(row['region_code']) + 1}.0"
        )
        pairs = zip(others[:NEIGHBOURS], CLOSENESS, strict=True)
        near = [text for code, how in pairs for text in (f"{code}.0", how)]
        rows.append([number, row["la_name"], number, region, row["region_name"], *near])
    return pd.DataFrame(rows, columns=pd.Index(layouts.header("neighbours")))

"""Shortage path by path is what the gap table and the balance are summaries of."""

import numpy as np
import pytest

from sufficiency.gaps import (
    Supply,
    cubes,
    gap_table,
    provision_balance,
    shortage_cells,
    shortage_paths,
)
from sufficiency.terms import codes

SPECIAL, UNIT = codes("provisions").index("special"), codes("provisions").index("sen_unit")


def test_the_shortage_of_each_path_as_worked_by_hand(paths, places_of, confirmed):
    (cube,) = cubes(paths)

    short = shortage_paths(cube, Supply(places_of(*confirmed), cube.years), "placements")

    # Autism 8, 9, 10, 13 of 9; severe 4, 3, 3, 2 of 3. Unit 3, 3, 5, 5 of 3.
    assert short[:, 1, SPECIAL].tolist() == [1, 0, 1, 4]
    assert short[:, 1, UNIT].tolist() == [0, 0, 2, 2]
    assert np.isnan(short[:, :, codes("provisions").index("ap")]).all()


@pytest.mark.parametrize("view", ["placements", "possible"])
def test_its_means_are_those_of_the_tables(paths, places_of, confirmed, view):
    places = places_of(*confirmed)
    (cube,) = cubes(paths)
    supply = Supply(places, cube.years)
    balance = provision_balance(paths, places, "person")
    gap = gap_table(paths, places, "person", 0.5)

    unmet = balance[(balance["view"] == view) & (balance["provision"] == "special")]
    cells = gap[(gap["view"] == view) & (gap["locality"] == "North") & (gap["year"] == 2026)]

    assert shortage_paths(cube, supply, view).mean(axis=0)[:, SPECIAL].tolist() == pytest.approx(
        unmet["shortage_unmet"].tolist()
    )
    north = shortage_cells(cube, supply, view, "North").mean(axis=0)[1]
    assert np.nansum(north) == pytest.approx(cells["expected_shortage"].sum())

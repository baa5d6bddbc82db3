"""Counts of any cut are sums of the same cells."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

AXES = ("need", "setting", "age", "locality")


def places_of(draw, size: int) -> list[int]:
    """A place on the axis for each code, some left out, none of the axis unused."""
    many = draw(st.integers(1, min(size, 4)))
    places = draw(st.lists(st.integers(-1, many - 1), min_size=size, max_size=size))
    return [*range(many), *places[many:]]


@settings(deadline=None, max_examples=25)
@given(st.data())
def test_any_cut_is_the_sum_of_its_rows_in_the_long_table(full_run, data):
    counts = full_run.counts
    sizes = dict(zip(AXES, counts.shape, strict=True))
    chosen = data.draw(st.sets(st.sampled_from(AXES)))
    cut = {axis: places_of(data.draw, sizes[axis]) for axis in AXES if axis in chosen}
    rows = full_run.paths
    codes = {
        "need": rows["need"].cat.codes,
        "setting": rows["setting"].cat.codes,
        "age": rows["ncy"] + 4,
        "locality": rows["locality"].cat.codes,
    }
    index = [rows["path"].to_numpy(), rows["year"].to_numpy() - counts.base]
    kept = np.ones(len(rows), dtype=bool)
    for axis, places in cut.items():
        place = np.array(places)[codes[axis].to_numpy()]
        kept &= place >= 0
        index.append(place)
    wanted = np.zeros(
        (counts.paths, counts.years + 1, *(max(p) + 1 for p in cut.values())), dtype=np.int64
    )
    np.add.at(wanted, tuple(axis[kept] for axis in index), rows["count"].to_numpy()[kept])
    assert np.array_equal(counts.count_by(**cut), wanted)


def test_no_axes_at_all_give_the_totals(full_run):
    stock = full_run.path_totals["stock"].to_numpy().reshape(40, 7)
    assert np.array_equal(full_run.counts.count_by(), stock)


def test_cuts_sum_in_every_path_and_so_do_their_means(full_run):
    counts = full_run.counts
    needs, settings_, _, _ = counts.shape
    fine = counts.count_by(need=range(needs), setting=range(settings_))
    coarse = counts.count_by(need=range(needs))
    assert np.array_equal(fine.sum(axis=3), coarse)
    assert np.array_equal(coarse.sum(axis=2), counts.count_by())
    assert fine.mean(axis=0).sum(axis=(1, 2)) == pytest.approx(counts.count_by().mean(axis=0))


def test_the_long_table_is_sorted_and_has_no_empty_cells(full_run):
    rows = full_run.paths
    assert (rows["count"] > 0).all()
    columns = ["path", "year", "need", "setting", "ncy", "locality"]
    assert rows[columns].equals(rows[columns].sort_values(columns, ignore_index=True))
    assert not rows.duplicated(columns).any()

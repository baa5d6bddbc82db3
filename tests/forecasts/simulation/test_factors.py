"""Factors keep their table and refuse another run."""

import numpy as np
import pandas as pd
import pytest

from forecasts.panel import setting_groups
from forecasts.rates.certainty import AGE_CLASSES
from forecasts.rates.profiles import needs
from forecasts.simulation.factors import Factors, unsolved
from sufficiency.errors import SufficiencyError


@pytest.fixture
def made() -> Factors:
    random = np.random.default_rng(1)
    return Factors(
        level=random.random((3, 4)),
        joiner=random.random((3, 4, len(needs()))),
        leaver=random.random((3, 4)),
        setting=random.random((3, 4, len(setting_groups()))),
        target=random.random((3, 4)),
        age_join=random.random((4, len(AGE_CLASSES))),
        age_leave=random.random((4, len(AGE_CLASSES))),
    )


def test_factors_come_back_from_their_table_whatever_its_order(made):
    again = Factors.from_frame(made.frame().sample(frac=1.0, random_state=2))
    for name in vars(made):
        assert np.array_equal(getattr(again, name), getattr(made, name)), name


def test_the_table_has_a_row_for_each_path_and_year(made):
    frame = made.frame()
    assert isinstance(frame, pd.DataFrame)
    assert frame[["path", "horizon"]].value_counts().tolist() == [1] * 12
    assert frame["horizon"].unique().tolist() == [1, 2, 3, 4]


def test_unsolved_factors_change_nothing():
    ones = np.ones((4, len(AGE_CLASSES)))
    factors = unsolved(3, 4, np.full((3, 4), 100.0), ones, ones)
    for name in ("level", "joiner", "leaver", "setting"):
        assert (getattr(factors, name) == 1).all()


def test_factors_of_another_size_are_refused(made):
    made.must_fit(3, 4)
    with pytest.raises(SufficiencyError, match="3 paths and 4 years, but 3 paths and 5 years"):
        made.must_fit(3, 5)

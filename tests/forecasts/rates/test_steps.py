"""Counts of linked years, worked out by hand."""

import numpy as np
import pandas as pd
import pytest

from forecasts.rates.linked import Linked, steps
from forecasts.rates.profiles import needs, settings
from sufficiency.contracts import PastPlans, Requests, empty

FLOWS = [
    # year, flow, age, need, setting, to_need, to_setting, reason, value
    (2024, "stayer", 8, "ASD", "MSAC", "", "", "", 6.0),
    (2024, "mover", 8, "ASD", "MSAC", "SEMH", "SPLA", "", 2.0),
    (2024, "need_change", 8, "ASD", "MSAC", "SEMH", "", "", 1.0),
    (2024, "leaver", 8, "ASD", "MSAC", "", "", "needs_met", 4.0),
    (2024, "leaver", 8, "ASD", "MSAC", "", "", "not_explained", 1.0),
    (2024, "joiner", 8, "ASD", "MSAC", "", "", "new_plan", 3.0),
    (2024, "joiner", 8, "ASD", "MSAC", "", "", "not_explained", 4.0),
    (2024, "residual", None, "ALL", "ALL", "", "", "computed", -7.0),
    (2025, "leaver", 26, "SEMH", "FE", "", "", "max_age", 2.0),
]


def _linked() -> Linked:
    names = ["year", "flow", "age", "need", "setting", "to_need", "to_setting", "reason", "value"]
    flows = pd.DataFrame(FLOWS, columns=pd.Index(names)).astype({"age": "Int32"})
    return Linked(empty(PastPlans), flows.assign(source="linked"), empty(Requests))


def test_the_return_says_who_stayed_left_and_joined():
    found = steps(_linked(), 2025)
    assert found is not None
    autism, mental = needs().index("ASD"), needs().index("SEMH")
    academy, special = settings().index("MSAC"), settings().index("SPLA")
    assert found.years == (2024, 2025)
    assert found.held[0, 7, autism, academy] == 13  # at the start they were 7
    assert found.left[0, 7, autism, academy] == 4
    assert found.joined[0, 8, autism, academy] == 3  # at the end they were 8
    assert found.changed[0, 7, autism].tolist() == [
        6.0 if need == autism else 3.0 if need == mental else 0.0 for need in range(len(needs()))
    ]
    assert found.moved[7, mental, academy, special] == pytest.approx(2 * found.weights[0])
    assert found.moved[7, mental, academy, academy] == pytest.approx(found.weights[0])
    assert found.left[1, 25].sum() == 2


def test_what_neither_return_explains_is_no_leaving_and_no_joining():
    found = steps(_linked(), 2025)
    assert found is not None
    assert found.not_explained == 5
    assert found.held.sum() == 15
    assert found.joined.sum() == 3


def test_a_step_three_years_older_counts_half_and_an_annotated_one_a_quarter():
    found, odd = steps(_linked(), 2027), steps(_linked(), 2025, annotated_years=(2025,))
    assert found is not None
    assert odd is not None
    assert found.weights[0] / found.weights[1] == pytest.approx(0.5 ** (1 / 3))
    assert odd.weights[1] / odd.weights[0] == pytest.approx(0.25 / 0.5 ** (1 / 3))
    # As many even steps as tell as much: (sum of weights) squared over the sum of squares.
    raw = np.array([0.5 ** (1 / 3), 0.25])
    assert odd.weights.sum() == pytest.approx(raw.sum() ** 2 / (raw**2).sum())


def test_no_step_up_to_the_base_is_none():
    assert steps(_linked(), 2023) is None


def test_a_step_whose_leavers_have_no_reason_tells_nothing_of_leaving():
    linked = _linked()
    flows = linked.plan_flows
    unclear = flows["flow"].eq("leaver") & flows["reason"].eq("not_explained")
    found = steps(
        Linked(
            linked.past_plans,
            flows.assign(value=flows["value"].where(~unclear, 5.0)),
            linked.requests,
        ),
        2025,
    )
    assert found is not None
    assert found.without_leavers == (2024,)
    assert found.held[0].sum() == 0
    assert found.left[1].sum() == 2
    assert found.changed[0].sum() == 9  # those who stayed still say who moved

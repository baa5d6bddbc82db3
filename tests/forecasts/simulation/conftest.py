"""An authority with every feature of the simulation switched on."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from forecasts.panel import setting_groups
from forecasts.pooled.needs import PREFIX
from forecasts.pooled.targets import forecast_targets
from forecasts.rates.certainty import AGE_CLASSES, Certainty
from forecasts.rates.estimate import estimate_rates
from forecasts.rates.model import Rates
from forecasts.rates.profiles import needs
from forecasts.simulation.simulate import Simulation, simulate

NEED_TREND = {"ASD": 0.02, "SEMH": 0.01, "SLCN": 0.0, "MLD": -0.03, "SLD": -0.01}


@pytest.fixture(scope="package")
def rates(stock, flows) -> Rates:
    """Rates of published tables."""
    return estimate_rates(stock, flows, "905", 2025)


@pytest.fixture(scope="package")
def targets(stock, flows, population) -> pd.DataFrame:
    """Targets of total, setting groups and age bands, ten years ahead."""
    return forecast_targets(stock, flows, population, "905", 2025, 10)[0]


@pytest.fixture(scope="package")
def full_targets(targets, plans) -> pd.DataFrame:
    """Targets of needs too: shares of the base census, which drift by a known trend."""
    total = targets[targets["cut"] == "total"].sort_values("horizon", kind="stable")
    share = plans["need"].value_counts(normalize=True).reindex(needs(), fill_value=0.0)
    ahead = total["horizon"].to_numpy()
    trend = np.array([NEED_TREND.get(need, 0.0) for need in needs()])
    shares = share.to_numpy() * np.exp(ahead[:, None] * trend)
    shares /= shares.sum(axis=1, keepdims=True)
    parts = [
        total.assign(
            dimension="need",
            cut=PREFIX + need,
            mean=total["mean"] * shares[:, place],
            own_sd=0.06 * np.sqrt(ahead),
            common_sd=0.03 * np.sqrt(ahead),
            tail=6.0,
        )
        for place, need in enumerate(needs())
    ]
    return pd.concat([targets, *parts], ignore_index=True)


@pytest.fixture(scope="package")
def full_rates(rates) -> Rates:
    """Rates that are uncertain, drift, know where people live and what is pending."""
    kinds, groups = len(AGE_CLASSES), len(setting_groups())
    sure = Certainty(
        leave=np.full((kinds, groups), 0.2),
        join=np.full((kinds, len(needs())), 0.2),
        move=np.full((kinds, groups), 0.3),
        place=np.array([0.2, 0.3]),
        place_elsewhere=0.15,
        drift_join=np.full(len(needs()), 0.08),
        drift_leave=np.full(kinds, 0.05),
        drift_place=0.05,
    )
    tilt = np.ones((len(needs()), 2))
    tilt[needs().index("ASD"), 0] = 1.6
    tilt[needs().index("SLD"), 1] = 2.5
    first = rates.join.copy()
    first[5:12] *= 1.2
    return replace(
        rates, certainty=sure, join_first=first, localities=("Eastby", "Westby"), homes=tilt
    )


@pytest.fixture(scope="package")
def full_run(plans, full_rates, full_targets, homes) -> Simulation:
    """Forty paths, six years ahead, with everything on."""
    return simulate(plans, full_rates, full_targets, homes, paths=40, years=6, seed=11)

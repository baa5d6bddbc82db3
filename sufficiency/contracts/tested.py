"""Contracts of how good forecasts have been: scores, past forecasts, what may be said in words."""

import pandera.pandas as pa
from pandera.typing.pandas import Series

from sufficiency.contracts.inputs import Contract
from sufficiency.contracts.kinds import number, text, year


class Accuracy(Contract):
    """How past forecasts of the same method fared: one row an origin, horizon, cut and method."""

    origin: Series[pa.Int32] = number(
        "January census the forecast was made from; 0 for all origins pooled.", ge=0
    )
    horizon: Series[pa.Int32] = number("Years ahead.", ge=1)
    cut: Series[str] = text("total, a setting group, an age band, a single age or a need.")
    method: Series[str] = text("Forecast method or naive rival.")
    wape: Series[float] = number(
        "Sum of absolute errors over sum of actuals, per cent.", nullable=True
    )
    bias: Series[float] = number(
        "Sum of errors over sum of actuals, per cent; + is too high.", nullable=True
    )
    skill: Series[float] = number("1 - WAPE / WAPE of growth3.", nullable=True)
    skill_no_change: Series[float] = number("1 - WAPE / WAPE of assuming no change.", nullable=True)
    coverage_80: Series[float] = number(
        "Share of actuals in the 80% band, per cent.", nullable=True
    )
    coverage_95: Series[float] = number(
        "Share of actuals in the 95% band, per cent.", nullable=True
    )
    crps: Series[float] = number(
        "Error of the whole band (continuous ranked probability score) over sum of actuals, "
        "per cent.",
        nullable=True,
    )
    mean_error: Series[float] = number(
        "DfE's convention: mean over authorities of (forecast - actual) / actual, per cent.",
        nullable=True,
    )
    mean_absolute_error: Series[float] = number(
        "The same without its sign, per cent.", nullable=True
    )
    n: Series[pa.Int32] = number("Forecasts scored.", ge=0)


class PastForecasts(Contract):
    """What the method would have said of this authority in past years: one row a forecast."""

    route: Series[str] = text(
        "published: totals, setting groups and ages, by the pooled models. returns: every plan of "
        "the council's own returns moved forward from an earlier January.",
        isin=["published", "returns"],
    )
    cut: Series[str] = text(
        "total, a setting group, an age band; from returns also need_group:, provision: and "
        "locality: with their code."
    )
    origin: Series[pa.Int32] = number("January census the forecast was made from.", ge=2010)
    horizon: Series[pa.Int32] = number("Years ahead.", ge=1)
    year: Series[pa.Int32] = year()
    method: Series[str] = text("Forecast method or naive rival.")
    forecast: Series[float] = number("Central forecast of plans.", ge=0)
    p10: Series[float] = number("One in ten lower; missing for rivals.", nullable=True)
    p90: Series[float] = number("One in ten higher; missing for rivals.", nullable=True)
    actual: Series[float] = number("Plans counted in that year.", ge=0)


class OwnAccuracy(Contract):
    """How past forecasts of this authority fared: one row a route, cut, horizon and method."""

    route: Series[str] = text("As in past forecasts.", isin=["published", "returns"])
    cut: Series[str] = text("As in past forecasts.")
    horizon: Series[pa.Int32] = number("Years ahead.", ge=1)
    method: Series[str] = text("Forecast method or naive rival.")
    wape: Series[float] = number(
        "Sum of absolute errors over sum of actuals, per cent.", nullable=True
    )
    bias: Series[float] = number(
        "Sum of errors over sum of actuals, per cent; + is too high.", nullable=True
    )
    skill: Series[float] = number(
        "1 - WAPE / WAPE of the best naive rival of the row; below 0 it did better.", nullable=True
    )
    coverage_80: Series[float] = number(
        "Share of actuals in the 80% range, per cent; missing for rivals.", nullable=True
    )
    n: Series[pa.Int32] = number("Forecasts scored; few, so luck shows.", ge=0)


class Verdicts(Contract):
    """What may be said of each forecast in words: one row a cut and horizon."""

    cut: Series[str] = text("total, a setting group, an age band, a single age or a need.")
    horizon: Series[pa.Int32] = number("Years ahead.", ge=1)
    method: Series[str] = text("The method used: the pooled one, or a simple one that beats it.")
    wape: Series[float] = number("Its WAPE over all scored origins, per cent.", nullable=True)
    simple: Series[str] = text("The best simple method.")
    simple_wape: Series[float] = number("Its WAPE, per cent.", nullable=True)
    n: Series[pa.Int32] = number("Forecasts scored.", ge=0)
    verdict: Series[str] = text("Plain sentence.")

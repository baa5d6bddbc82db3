import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasts.panel import AGE_BANDS, TOTAL, Floats, Panel
from forecasts.pooled.ages import fit_mix, forecast_bands
from forecasts.pooled.band_shares import aged, band_counts
from forecasts.pooled.mix import Mix

AUTHORITIES = 40
MEAN_SHARES = np.array([0.04, 0.34, 0.36, 0.21, 0.05])
FIRST, LAST = 2010, 2021


def _panel(bands: Floats, first: int = FIRST) -> Panel:
    """A panel of age bands (authority x band x year) alone."""
    total = bands.sum(axis=1)
    stock = {TOTAL: total, "special_state": total * 0.35}
    stock |= {band: bands[:, place] for place, band in enumerate(AGE_BANDS)}
    return Panel(
        authorities=tuple(str(800 + row) for row in range(len(bands))),
        years=np.arange(first, first + bands.shape[2]),
        stock=stock,
        national={cut: values.sum(axis=0) for cut, values in stock.items()},
        residents={},
        flows={"new": total * 0.2},
    )


def _steady(authorities: int = AUTHORITIES, growth: float = 1.08) -> Floats:
    """Bands whose shares come a fifth closer to the mean every year, without ageing."""
    generator = np.random.default_rng(3)
    apart = generator.normal(0, 0.4, (authorities, len(AGE_BANDS)))
    size = generator.uniform(800, 6000, authorities)
    years = np.arange(LAST - FIRST + 1)
    shares = MEAN_SHARES[:, None] * np.exp(apart[:, :, None] * 0.8**years)
    shares /= shares.sum(axis=1, keepdims=True)
    return shares * size[:, None, None] * growth**years


@pytest.fixture(scope="module")
def steady() -> Panel:
    return _panel(_steady())


def _totals(panel: Panel, years: int) -> Floats:
    return panel.stock[TOTAL][:, -1:] * 1.08 ** np.arange(1, years + 1)


def test_plans_in_a_band_move_up_by_one_part_in_its_years() -> None:
    plans = np.array([[20.0, 60.0, 50.0, 40.0, 60.0]])

    later = aged(plans, np.zeros(5), 2)

    # 0-4 is filled from below; 5-10 loses 60/6 and gains 20/2; 11-15 loses 10, gains 10; and so on.
    np.testing.assert_allclose(later[0, :, 0], [20, 60, 50, 40, 60])
    np.testing.assert_allclose(
        aged(np.array([[20.0, 0.0, 50.0, 0.0, 0.0]]), np.zeros(5), 1)[0, :, 0], [20, 10, 40, 10, 0]
    )


@pytest.mark.parametrize("years", [1, 3, 8])
def test_bands_sum_to_the_total_whatever_the_horizon(steady: Panel, years: int) -> None:
    total = _totals(steady, years)

    bands = forecast_bands(fit_mix(steady), steady, total, years)

    assert set(bands) == set(AGE_BANDS)
    np.testing.assert_allclose(np.sum(list(bands.values()), axis=0), total)


def test_learned_correction_beats_the_plain_mixture_where_shares_converge(steady: Panel) -> None:
    past, ahead = steady.until(LAST - 3), 3
    total = steady.stock[TOTAL][:, -ahead:]
    mix = fit_mix(past)
    assert mix.bands is not None
    still = np.zeros_like(mix.bands.slopes).tolist()
    untaught = Mix.from_dict(mix.as_dict() | {"bands": mix.as_dict()["bands"] | {"slopes": still}})

    def error(fitted: Mix) -> float:
        bands = forecast_bands(fitted, past, total, ahead)
        return sum(
            float(np.abs(bands[band][:, -1] - steady.stock[band][:, -1]).sum())
            for band in AGE_BANDS
        )

    assert error(mix) < 0.7 * error(untaught)


def test_forecast_from_an_earlier_census_ignores_what_came_later(steady: Panel) -> None:
    changed = _steady()
    changed[:, :, -2:] *= np.linspace(0.5, 2.0, len(AGE_BANDS))[:, None]
    origin = LAST - 2

    assert fit_mix(steady.until(origin)) == fit_mix(_panel(changed).until(origin))


def test_one_authority_alone_has_the_forecast_it_has_among_all(steady: Panel) -> None:
    mix, total = fit_mix(steady), _totals(steady, 4)
    among = forecast_bands(mix, steady, total, 4)

    alone = forecast_bands(mix, steady.only("807"), total[7:8], 4)

    for band in AGE_BANDS:
        np.testing.assert_allclose(alone[band][0], among[band][7])


def test_order_of_authorities_does_not_matter(steady: Panel) -> None:
    order = np.random.default_rng(1).permutation(AUTHORITIES)
    shuffled = _panel(_steady()[order])
    total = _totals(steady, 2)

    one = forecast_bands(fit_mix(steady), steady, total, 2)
    other = forecast_bands(fit_mix(shuffled), shuffled, total[order], 2)

    for band in AGE_BANDS:
        np.testing.assert_allclose(other[band], one[band][order], rtol=1e-6)


def test_authority_without_ages_has_englands_shares(steady: Panel) -> None:
    bands = _steady()
    total = _totals(steady, 1)
    panel = _panel(bands)
    for band in AGE_BANDS:
        panel.stock[band][4] = np.nan
    mix = fit_mix(panel)
    assert mix.bands is not None

    forecast = forecast_bands(mix, panel, total, 1)

    share = np.array([forecast[band][4, 0] for band in AGE_BANDS]) / total[4, 0]
    cohorts = aged(np.array([mix.bands.shares]), np.array(mix.bands.joining), 1)[0, :, 0]
    expected = 0.6 * cohorts / cohorts.sum() + 0.4 * np.array(mix.bands.shares)
    np.testing.assert_allclose(share, expected)


def test_missing_total_stays_missing(steady: Panel) -> None:
    total = _totals(steady, 2)
    total[3] = np.nan

    bands = forecast_bands(fit_mix(steady), steady, total, 2)

    assert np.isnan(bands["5-10"][3]).all()
    assert np.isfinite(bands["5-10"][4]).all()


def test_mix_survives_being_written_as_json(steady: Panel) -> None:
    mix = fit_mix(steady)

    again = Mix.from_dict(json.loads(json.dumps(mix.as_dict())))

    assert again.as_dict() == mix.as_dict()
    assert Mix.from_dict(again.as_dict()) == again
    total = _totals(steady, 3)
    for band, values in forecast_bands(mix, steady, total, 3).items():
        np.testing.assert_allclose(forecast_bands(again, steady, total, 3)[band], values, rtol=1e-4)


def test_a_panel_without_ages_says_unknown_rather_than_guess(steady: Panel) -> None:
    panel = _panel(_steady())
    for band in AGE_BANDS:
        panel.stock[band][:] = np.nan
        panel.national[band][:] = np.nan

    mix = fit_mix(panel)

    assert mix.bands is None
    assert np.isnan(forecast_bands(mix, panel, _totals(panel, 2), 2)["0-4"]).all()


def test_a_band_counts_nothing_before_it_was_collected_and_is_unknown_where_others_are() -> None:
    bands = _steady()
    bands[:, 4, :7] = np.nan
    bands[2, 1, 5] = np.nan

    counts = band_counts(_panel(bands))

    assert (counts[0, 4, :7] == 0).all()
    assert np.isnan(counts[2, :, 5]).all()


@settings(deadline=None, max_examples=25)
@given(
    counts=st.lists(st.integers(0, 5000), min_size=5, max_size=5).filter(any),
    years=st.integers(1, 7),
)
def test_no_band_is_negative_and_none_is_lost(counts: list[int], years: int) -> None:
    bands = _steady(30)
    bands[0] = np.array(counts, dtype=float)[:, None]
    panel = _panel(bands)
    total = panel.stock[TOTAL][:, -1:] * 1.05 ** np.arange(1, years + 1)

    forecast = np.stack(list(forecast_bands(fit_mix(panel), panel, total, years).values()))

    assert (forecast >= 0).all()
    np.testing.assert_allclose(forecast.sum(axis=0), total)

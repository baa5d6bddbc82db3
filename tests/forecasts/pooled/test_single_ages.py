import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasts.panel import AGE_BANDS, TOTAL, Floats, Panel, needs
from forecasts.pooled.ages import fit_mix, forecast_bands
from forecasts.pooled.mix import SingleAgeMix
from forecasts.pooled.needs import forecast_needs
from forecasts.pooled.single_ages import age_paths, forecast_single_ages

AGES = np.arange(26)
SHAPE = np.where((AGES >= 2) & (AGES <= 25), np.exp(-((AGES - 12.0) ** 2) / 60.0), 0.0)
BULGE = 9


def _panel(ages: Floats, years: int = 2, special_share: float = 0.3) -> Panel:
    """Authorities whose ages (authority x age) are the same in every year from 2024."""
    stocks = np.repeat(ages[:, None], years, axis=1)
    total, special = stocks.sum(axis=2), stocks * special_share
    missing = np.full_like(total, np.nan)
    stock = {TOTAL: total, "special_state": special.sum(axis=2)}
    stock |= dict.fromkeys(AGE_BANDS, missing)
    need = np.zeros((len(ages), years, len(needs())))
    need[:, :, 0], need[:, :, 1] = total * 0.75, total * 0.25
    by_age = np.zeros((len(ages), len(needs()), len(AGES)))
    early = np.where(AGES < 10, 0.5, 0.1)
    by_age[:, 0], by_age[:, 1] = ages * (1 - early), ages * early
    return Panel(
        authorities=tuple(str(800 + row) for row in range(len(ages))),
        years=np.arange(2024, 2024 + years),
        stock=stock,
        national={cut: values.sum(axis=0) for cut, values in stock.items()},
        residents={},
        flows={"new": total * 0.2},
        ages={"all": stocks, "special_state": special},
        national_ages={"all": stocks.sum(axis=0), "special_state": special.sum(axis=0)},
        new_by_age=stocks * 0.1,
        ceased_by_age=stocks * 0.05,
        needs=need,
        national_needs=need.sum(axis=0),
        needs_by_age=by_age,
        national_needs_by_age=by_age.sum(axis=0),
    )


@pytest.fixture(scope="module")
def bulging() -> Panel:
    """Twenty alike authorities, the first with twice the usual plans at one age."""
    ages = np.tile(1000 * SHAPE, (20, 1))
    ages[0, BULGE] *= 2
    return _panel(ages)


def _flat(panel: Panel, years: int) -> tuple[Floats, Floats]:
    total = np.repeat(panel.stock[TOTAL][:, -1:], years, axis=1)
    return total, total * 0.3


def test_a_large_cohort_is_a_year_older_each_year(bulging: Panel) -> None:
    total, special = _flat(bulging, 3)

    ages = forecast_single_ages(fit_mix(bulging), bulging, total, special)

    for ahead in (1, 2, 3):
        ratio = [
            ages[f"all@{age}"][0, ahead - 1] / ages[f"all@{age}"][1, ahead - 1]
            for age in range(5, 16)
        ]
        assert int(np.argmax(ratio)) + 5 == BULGE + ahead
        placed = ages[f"special_state@{BULGE + ahead}"][:, ahead - 1]
        assert placed[0] > 1.15 * placed[1]


def test_like_authorities_sum_to_englands_expected_ages() -> None:
    panel = _panel(np.tile(1000 * SHAPE, (5, 1)))
    total, special = _flat(panel, 1)
    mix = fit_mix(panel).single_ages
    assert mix is not None

    every, _ = age_paths(mix, panel, total, special)

    # England does not grow, and five like authorities keep England's shape between them.
    np.testing.assert_allclose(every.sum(axis=(0, 2)), total.sum(axis=0), rtol=1e-9)
    np.testing.assert_allclose(every[0], every[4])


def test_ages_come_half_way_to_the_total_each_year() -> None:
    panel = _panel(np.tile(1000 * SHAPE, (5, 1)))
    now = panel.stock[TOTAL][:, -1:]
    total = np.repeat(now * 1.21, 4, axis=1)
    mix = fit_mix(panel).single_ages
    assert mix is not None

    summed = age_paths(mix, panel, total, total * 0.3)[0].sum(axis=2)

    # The first year reaches the square root of 1.21, then the gap to the total keeps closing.
    np.testing.assert_allclose(summed[:, 0], 1.1 * now[:, 0])
    assert (np.diff(summed, axis=1) > 0).all()
    assert (summed < total).all()


def test_the_youngest_grow_at_the_same_age_and_are_not_aged(bulging: Panel) -> None:
    mix = fit_mix(bulging).single_ages
    assert mix is not None
    grown = SingleAgeMix(**{**vars(mix), "growth": (0.1,) * 15})
    total, special = _flat(bulging, 1)
    free = np.full_like(total, np.nan)

    every, _ = age_paths(grown, bulging, free, special)
    assert np.isnan(every).all()

    every, _ = age_paths(grown, bulging, total * np.exp(0.1), special)
    ratio = every[1, 0, 2:5] / bulging.ages["all"][1, -1, 2:5]
    np.testing.assert_allclose(ratio, ratio[0])


def test_one_authority_alone_has_the_forecast_it_has_among_all(bulging: Panel) -> None:
    mix, (total, special) = fit_mix(bulging), _flat(bulging, 3)
    among = forecast_single_ages(mix, bulging, total, special)
    bands = forecast_bands(mix, bulging, total, 3)
    by_need = forecast_needs(mix, bulging, total, 3)
    council = bulging.only("800")

    alone = forecast_single_ages(mix, council, total[:1], special[:1])

    for cut, values in among.items():
        np.testing.assert_allclose(alone[cut][0], values[0])
    for cut, values in forecast_bands(mix, council, total[:1], 3).items():
        np.testing.assert_allclose(values[0], bands[cut][0])
    for cut, values in forecast_needs(mix, council, total[:1], 3).items():
        np.testing.assert_allclose(values[0], by_need[cut][0])


def test_authority_without_ages_has_englands_shape_on_its_own_total(bulging: Panel) -> None:
    ages = np.tile(1000 * SHAPE, (6, 1))
    panel = _panel(ages)
    for flow in (panel.ages["all"], panel.ages["special_state"], panel.new_by_age):
        assert flow is not None
        flow[5] = np.nan
    total, special = _flat(panel, 1)

    every, placed = age_paths(fit_mix(panel).single_ages, panel, total, special)  # pyright: ignore[reportArgumentType]

    np.testing.assert_allclose(every[5], every[0])
    np.testing.assert_allclose(placed[5], placed[0])


def test_placements_not_recorded_leave_state_special_at_its_last_known_number() -> None:
    panel = _panel(np.tile(1000 * SHAPE, (6, 1)))
    panel.ages["special_state"][2, -1] = np.nan
    usual = panel.stock["special_state"][2, 0]
    panel.stock["special_state"][2] = [0.8 * usual, np.nan]
    total, special = _flat(panel, 1)
    special[2] = np.nan

    placed = age_paths(fit_mix(panel).single_ages, panel, total, special)[1]  # pyright: ignore[reportArgumentType]

    assert placed[2].sum() == pytest.approx(0.8 * usual, rel=0.03)


def test_bands_follow_the_single_ages_and_sum_to_the_total(bulging: Panel) -> None:
    total, _ = _flat(bulging, 4)

    bands = forecast_bands(fit_mix(bulging), bulging, total, 4)

    np.testing.assert_allclose(np.sum(list(bands.values()), axis=0), total)
    now = bulging.ages["all"][1, -1]
    sums = [now[:5], now[5:11], now[11:16], now[16:20], now[20:]]
    for band, ages in zip(AGE_BANDS, sums, strict=True):
        assert bands[band][1, 0] == pytest.approx(ages.sum(), rel=0.15)
    # The bulge of age 9 enters 11-15 two years on.
    older = bands["11-15"][0] / bands["11-15"][1]
    assert older[1] > older[0] + 0.02


def test_before_single_ages_are_published_there_are_none(bulging: Panel) -> None:
    panel = _panel(np.tile(1000 * SHAPE, (3, 1)))
    for values in (*panel.ages.values(), *panel.national_ages.values()):
        values[:] = np.nan
    total, special = _flat(panel, 2)

    assert forecast_single_ages(fit_mix(panel), panel, total, special) == {}


def test_needs_sum_to_the_total_and_follow_the_ages_behind_them(bulging: Panel) -> None:
    older = np.tile(1000 * SHAPE, (20, 1))
    older[0, 2:9] *= 0.3
    panel = _panel(older)
    total, _ = _flat(panel, 5)

    forecast = forecast_needs(fit_mix(panel), panel, total, 5)

    np.testing.assert_allclose(np.sum(list(forecast.values()), axis=0), total)
    early = forecast[f"need:{needs()[1]}"]
    # Few young children: an early need shrinks by half of what the ages say, and not below that.
    assert early[0, -1] < early[1, -1]
    assert early[0, -1] > 0.5 * 0.25 * total[0, -1]


def test_a_need_nobody_has_does_not_appear_from_nothing(bulging: Panel) -> None:
    total, _ = _flat(bulging, 5)

    forecast = forecast_needs(fit_mix(bulging), bulging, total, 5)

    assert (forecast[f"need:{needs()[2]}"] == 0).all()


def test_englands_drift_of_needs_is_halved_and_fades() -> None:
    panel = _panel(np.tile(1000 * SHAPE, (4, 1)))
    assert panel.needs is not None
    assert panel.national_needs is not None
    shares = np.array([[0.7, 0.3], [0.75, 0.25]])
    panel.national_needs[:, :2] = shares * panel.national_needs.sum(axis=1, keepdims=True)
    steady = _panel(np.tile(1000 * SHAPE, (4, 1)))
    total, _ = _flat(panel, 3)

    moved = forecast_needs(fit_mix(panel), panel, total, 3)[f"need:{needs()[0]}"]
    still = forecast_needs(fit_mix(steady), steady, total, 3)[f"need:{needs()[0]}"]

    gain = np.diff(np.concatenate([[0.0], (moved - still)[0]]))
    assert (gain > 0).all()
    assert gain[0] > gain[1] > gain[2]


@settings(deadline=None, max_examples=25)
@given(
    counts=st.lists(st.integers(0, 400), min_size=24, max_size=24).filter(any),
    years=st.integers(1, 12),
)
def test_no_age_is_negative_or_missing(counts: list[int], years: int) -> None:
    ages = np.tile(1000 * SHAPE, (8, 1))
    ages[0, 2:] = counts
    panel = _panel(ages)
    total, special = _flat(panel, years)

    forecast = np.stack(list(forecast_single_ages(fit_mix(panel), panel, total, special).values()))

    assert np.isfinite(forecast).all()
    assert (forecast >= 0).all()

"""How an authority's use of settings differs from England's, by hand."""

import numpy as np
import pandas as pd
import pytest

from forecasts.panel import Floats, setting_groups
from forecasts.rates import defaults
from forecasts.rates.estimate import estimate_rates
from forecasts.rates.placement import by_need, own_affinity, own_use, told, without_lost_records
from forecasts.rates.profiles import needs, settings
from forecasts.simulation.simulate import Simulation, simulate
from sufficiency.terms import lookup

PLACE, NEED = settings().index, needs().index


def at(counts: dict[tuple[int, str], float]) -> Floats:
    """Return counts by age and setting."""
    full = np.zeros((26, len(settings())))
    for (age, setting), count in counts.items():
        full[age, PLACE(setting)] = count
    return full


def test_use_is_own_over_expected_over_all_ages_and_then_by_phase(rows):
    england = at({(8, "MSAC"): 900, (8, "SPIN"): 100, (13, "MSAC"): 900, (13, "SPIN"): 100})
    own = rows(
        "905",
        2025,
        [
            ("age_setting", "8", "MSAC", 95),
            ("age_setting", "8", "SPIN", 5),
            ("age_setting", "13", "MSAC", 76),
            ("age_setting", "13", "SPIN", 24),
        ],
    )
    use = own_use(own, england, "905", 2025)
    assert use is not None
    # 29 plans, 20 expected: (29 + 1) / (20 + 1) = 10/7. Then by phase 10 x 10/7 = 14.3 expected.
    overall = 30 / 21
    expected = 10 * overall
    assert use[8, PLACE("SPIN")] == pytest.approx(overall * (5 + 3) / (expected + 3), rel=1e-4)
    assert use[13, PLACE("SPIN")] == pytest.approx(overall * (24 + 3) / (expected + 3), rel=1e-4)


def test_affinity_is_englands_times_own_over_expected(rows):
    # All aged 8, needs half and half, settings half and half: 50 expected in each of four cells.
    counts = [("need_age", need, "8", 100) for need in ("ASD", "SEMH")]
    counts += [("age_setting", "8", setting, 100) for setting in ("MSAC", "SPAC")]
    counts += [
        ("need_setting", "ASD", "MSAC", 80),
        ("need_setting", "ASD", "SPAC", 20),
        ("need_setting", "SEMH", "MSAC", 20),
        ("need_setting", "SEMH", "SPAC", 80),
    ]
    england = np.ones((len(needs()), len(settings())))
    found = own_affinity(rows("905", 2025, counts), england, "905", 2025)
    assert found is not None
    assert found[NEED("SEMH"), PLACE("SPAC")] == pytest.approx(90 / 60, rel=1e-3)
    assert found[NEED("ASD"), PLACE("SPAC")] == pytest.approx(30 / 60, rel=1e-3)
    assert found[NEED("HI"), PLACE("RP")] == pytest.approx(1, rel=1e-3)


def test_ages_do_not_count_as_affinity(rows):
    """A need of the young in a setting of the young is placed as its age is, not likelier."""
    counts = [
        ("need_age", "SLCN", "5", 100),
        ("need_age", "SEMH", "14", 100),
        ("age_setting", "5", "MSAC", 100),
        ("age_setting", "14", "SPAC", 100),
        ("need_setting", "SLCN", "MSAC", 100),
        ("need_setting", "SEMH", "SPAC", 100),
    ]
    england = np.ones((len(needs()), len(settings())))
    found = own_affinity(rows("905", 2025, counts), england, "905", 2025)
    assert found == pytest.approx(england, rel=1e-3)


def test_without_own_tables_there_is_no_own_pattern(rows):
    bare = rows("905", 2025, [("total", "all", "", 100)])
    ones = np.ones((len(needs()), len(settings())))
    assert own_use(bare, np.ones((26, len(settings()))), "905", 2025) is None
    assert own_affinity(bare, ones, "905", 2025) is None


def test_joiners_are_not_recorded_at_the_own_share_of_their_phase(rows):
    join = at({(age, setting): 0.5 for age in range(26) for setting in ("MSAC", "UNK")})
    own = rows(
        "905",
        2025,
        [
            ("age_setting", "8", "MSAC", 90),
            ("age_setting", "9", "UNK", 10),
            ("age_setting", "13", "MSAC", 100),
        ],
    )
    shares = without_lost_records(join, own, "905", 2025)
    assert shares[5, PLACE("UNK")] == pytest.approx(0.1)
    assert shares[5, PLACE("MSAC")] == pytest.approx(0.9)
    assert shares[12, PLACE("UNK")] == 0
    assert shares.sum(axis=1) == pytest.approx(np.ones(26))


def test_the_setting_table_serves_where_ages_are_not_published(rows):
    join = at({(age, setting): 0.5 for age in range(26) for setting in ("MSAC", "UNK")})
    own = rows("905", 2025, [("setting", "MSAC", "", 95), ("setting", "UNK", "", 5)])
    assert without_lost_records(join, own, "905", 2025)[:, PLACE("UNK")] == pytest.approx(0.05)
    none = without_lost_records(join, own.iloc[:0], "905", 2025)
    assert (none[:, PLACE("UNK")] == 0).all()


def test_shares_by_need_follow_affinity():
    placed = at({(age, setting): 0.5 for age in range(26) for setting in ("MSAC", "SPAC")})
    affinity = np.ones((len(needs()), len(settings())))
    affinity[NEED("SLD"), PLACE("SPAC")] = 3
    shares = by_need(placed, affinity)
    assert shares[8, NEED("SLD"), PLACE("SPAC")] == pytest.approx(0.75, abs=1e-5)
    assert shares[8, NEED("ASD"), PLACE("SPAC")] == pytest.approx(0.5, abs=1e-5)


def test_a_note_says_whose_a_rate_is_and_the_weight():
    assert told("Rates", np.ones(1), "plans", 30.0) == (
        "Rates are England's, shifted by the authority's own plans against those expected, "
        "as if 30 more were as expected."
    )
    assert "England's alone" in told("Rates", None, "plans", 30.0)


@pytest.fixture(scope="module")
def turned(stock, rows) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Published stock and plans of an authority where special schools take needs as none does.

    Its maintained special schools take mental health where England's take severe learning
    difficulty, and the other way round at independent ones; nobody is unrecorded.
    """
    england = stock[(stock["authority"] == "ENG") & (stock["year"] == 2025)]
    pairs = england[england["dimension"] == "need_age"]
    placed = defaults.setting_shares(settings())
    placed[:, PLACE("UNK")] = 0
    tilt = {("SEMH", "SPLA"): 4, ("SLD", "SPLA"): 0.3, ("SEMH", "SPIN"): 0.3, ("SLD", "SPIN"): 4}
    parts = []
    for need, rows_of_need in pairs.groupby("key"):
        ages = rows_of_need["second_key"].astype(int).to_numpy()
        odds = placed[ages] * np.array([tilt.get((str(need), s), 1) for s in settings()])
        number = 3000 * rows_of_need["value"].to_numpy() / pairs["value"].sum()
        count = number[:, None] * odds / odds.sum(axis=1, keepdims=True)
        names = {"age": np.repeat(ages, len(settings())), "setting": settings() * len(ages)}
        parts.append(pd.DataFrame({**names, "need": need, "value": count.ravel()}))
    cells = pd.concat(parts, ignore_index=True)
    reached = np.floor(cells["value"].cumsum() + 1e-9).astype(int)
    cells["value"] = reached.diff().fillna(reached)
    cells = cells.astype({"age": "str"})
    counts = [("total", "all", "", cells["value"].sum())]
    for name, by in {
        "age": ["age"],
        "need": ["need"],
        "age_setting": ["age", "setting"],
        "need_age": ["need", "age"],
        "need_setting": ["need", "setting"],
    }.items():
        sums = cells.groupby(by)["value"].sum()
        keys = [key if isinstance(key, tuple) else (key, "") for key in sums.index]
        counts += [(name, *key, value) for key, value in zip(keys, sums, strict=True)]
    others = stock[(stock["authority"] != "905") | (stock["year"] < 2025)]
    plans = cells.loc[cells.index.repeat(cells["value"].astype(int))].reset_index(drop=True)
    return pd.concat([others, rows("905", 2025, counts)]), plans.assign(
        year=2025,
        plan_id=[f"P{n:05d}" for n in range(len(plans))],
        ncy=plans["age"].astype(int) - 4,
        locality="Eastby",
    )


def drift(run: Simulation) -> dict[str, float]:
    """Return the share of each setting's plans that are of another need than in 2025, in 2030."""
    distances = {}
    for setting in ("SPLA", "SPAC", "SPIN", "MSAC"):
        placed = run.paths[run.paths["setting"] == setting]
        counts = placed.pivot_table(
            index="need", columns="year", values="count", aggfunc="sum", observed=False
        )
        mixes = counts[[2025, 2030]].fillna(0.0).to_numpy()
        mixes = mixes / mixes.sum(axis=0)
        distances[setting] = float(np.abs(mixes[:, 1] - mixes[:, 0]).sum() / 2)
    return distances


def test_needs_keep_their_provisions_over_five_years_of_constant_totals(turned, flows, homes):
    stock, plans = turned
    groups = plans["setting"].map(lookup("settings", "setting_group"))
    wanted = groups.value_counts().reindex(list(setting_groups())).fillna(0.0)
    levels = {"total": float(len(plans)), **wanted.to_dict()}
    targets = pd.DataFrame(
        [
            (cut, 2025 + h, h, levels[cut], 0.0, 0.0, 0.0, "held")
            for h in range(6)
            for cut in levels
        ],
        columns=["cut", "year", "horizon", "mean", "own_sd", "common_sd", "tail", "method"],
    )
    targets["dimension"] = targets["cut"].mask(targets["cut"] != "total", "setting_group")
    own = (stock["authority"] == "905") & (stock["dimension"] == "need_setting")
    kept, england = (
        simulate(
            plans,
            estimate_rates(published, flows, "905", 2025),
            targets,
            homes,
            paths=10,
            years=5,
            seed=3,
        )
        for published in (stock, stock[~own])
    )
    assert max(drift(kept).values()) < 0.1
    assert drift(kept)["SPLA"] < 0.05
    assert drift(england)["SPLA"] > 2 * drift(kept)["SPLA"]
    assert (kept.paths["setting"] != "UNK").all()

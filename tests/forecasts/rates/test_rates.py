"""Rates from published tables of a made-up country."""

import numpy as np
import pandas as pd
import pytest

from forecasts.rates import defaults
from forecasts.rates.estimate import Rates, estimate_rates
from forecasts.rates.movement import allowed
from sufficiency.errors import SufficiencyError


@pytest.fixture(scope="module")
def rates(stock, flows) -> Rates:
    return estimate_rates(stock, flows, "905", 2025)


def test_chances_are_chances_and_shares_sum_to_one(rates):
    assert ((rates.leave >= 0) & (rates.leave <= 1)).all()
    for table in (rates.join_setting, rates.move, rates.change_need):
        assert (table >= 0).all()
        assert table.sum(axis=-1) == pytest.approx(np.ones(table.shape[:-1]))
    assert (rates.join >= 0).all()
    assert (rates.affinity > 0).all()
    alone = [note for note in rates.notes if "alone" in note]
    assert len(alone) == 1  # this authority's plans by need are not among the made-up tables
    assert alone[0].startswith("Changes of recorded need")


def test_everybody_has_left_by_26(rates):
    assert (rates.leave[25] == 1).all()


def test_leavers_by_age_are_ceased_plans_a_year_older(stock, flows, rates):
    ceased = flows[
        (flows["flow"] == "ceased_plans") & (flows["dimension"] == "age") & (flows["key"] == "11")
    ]
    before = stock[(stock["year"] == 2024) & (stock["dimension"] == "age") & (stock["key"] == "10")]
    england = (
        ceased.loc[ceased["authority"] == "ENG", "value"].item()
        / before.loc[before["authority"] == "ENG", "value"].item()
    )
    # The authority's own ceased plans scale every age alike, so ratios between ages stay.
    other = flows[(flows["flow"] == "ceased_plans") & (flows["key"] == "9")]
    younger = stock[(stock["year"] == 2024) & (stock["dimension"] == "age") & (stock["key"] == "8")]
    base = (
        other.loc[other["authority"] == "ENG", "value"].item()
        / younger.loc[younger["authority"] == "ENG", "value"].item()
    )
    assert rates.leave[10] / rates.leave[8] == pytest.approx(np.full(23, england / base))


def test_nobody_joins_or_moves_into_a_setting_that_does_not_take_their_age(rates):
    can = allowed(rates.settings)
    assert (rates.join_setting[~can] == 0).all()
    for age in range(25):
        into = rates.move[age] * (1 - np.eye(len(rates.settings)))
        assert (into[:, :, ~can[age + 1]] == 0).all()


def test_everyone_leaves_early_years_by_five_and_school_by_twenty(rates):
    place = rates.settings.index
    assert (rates.move[4, :, place("EYP"), place("EYP")] == 0).all()
    for school in ("MSAC", "MSLA", "SPLA", "SPIN", "RP"):
        assert (rates.move[19, :, place(school), place(school)] == 0).all()
        assert (rates.move[22, :, place(school), place(school)] == 0).all()


def test_phase_transfer_moves_more_into_special_schools_than_other_years(rates):
    place = rates.settings.index
    into = rates.move[:, rates.needs.index("ASD"), place("MSAC"), place("SPLA")]
    assert into[10] > 2 * max(into[8], into[12])


def test_movement_turns_one_age_into_the_next(stock, flows):
    """England as its own authority: stayers moved plus joiners have the next age's shares."""
    rates = estimate_rates(stock, flows, "905", 2025)
    now = defaults.stock_by_age()
    shares = defaults.setting_shares(rates.settings) * allowed(rates.settings)
    shares /= shares.sum(axis=1, keepdims=True)
    staying = now[7] * shares[7] * (1 - 0.02)
    moved = staying @ rates.move[7].mean(axis=0)
    joined = (now[8] - staying.sum()) * rates.join_setting[8]
    after = (moved + joined) / now[8]
    assert after == pytest.approx(shares[8], abs=0.02)


def test_speech_needs_give_way_to_settled_ones_in_school_years(rates):
    need = rates.needs.index
    lost = 1 - rates.change_need[5:12, need("SLCN"), need("SLCN")]
    assert (lost > 0).all()
    assert (rates.change_need[:, need("SEMH"), need("SEMH")] == 1).all()


def test_recoding_leads_to_needs_as_far_as_the_authority_records_them(stock, flows, rates, rows):
    england = stock[(stock["authority"] == "ENG") & (stock["dimension"] == "need_age")]
    shares = england[england["year"] == 2025].groupby("key")["value"].sum()
    usual = [("need", need, "", 4000 * count / shares.sum()) for need, count in shares.items()]
    few = [(kind, need, "", value / (4 if need == "ASD" else 1)) for kind, need, _, value in usual]
    as_england, less_autism = (
        estimate_rates(
            pd.concat([stock, rows("905", 2025, counts)]), flows, "905", 2025
        ).change_need
        for counts in (usual, few)
    )
    speech, autism = rates.needs.index("SLCN"), rates.needs.index("ASD")
    assert as_england == pytest.approx(rates.change_need, abs=0.01)
    assert less_autism[6, speech, autism] < 0.6 * as_england[6, speech, autism]
    assert less_autism[6, speech, speech] == pytest.approx(as_england[6, speech, speech])
    assert less_autism.sum(axis=2) == pytest.approx(np.ones((26, 15)))


def test_joiners_replace_leavers_and_add_englands_growth(stock, rates):
    totals = stock[(stock["dimension"] == "age") & (stock["authority"] == "ENG")]
    now, before = (totals.loc[totals["year"] == year, "value"].sum() for year in (2025, 2024))
    own = stock[(stock["authority"] == "905") & (stock["dimension"] == "total")]
    per_plan = rates.join.sum() / own.set_index("year")["value"][2025]
    assert now / before - 1 < per_plan < now / before - 1 + 0.12


def test_a_need_is_likelier_where_it_is_more_often_placed(rates):
    setting, need = rates.settings.index, rates.needs.index
    assert rates.affinity[need("SLD"), setting("SPLA")] == pytest.approx(4, rel=0.05)
    assert rates.affinity[need("SEMH"), setting("SPIN")] == pytest.approx(1.6, rel=0.05)
    assert rates.affinity[need("SLD"), setting("MSAC")] < 0.5


def test_own_needs_shift_joiners_by_half_their_ratio(stock, flows, rates):
    own = (flows["authority"] == "905") & (flows["dimension"] == "need")
    asd = own & (flows["key"] == "ASD")
    twice = flows.assign(value=flows["value"].mask(asd, flows["value"] * 2))
    more = estimate_rates(stock, twice, "905", 2025)
    place = rates.needs.index
    share, before = (table.join.sum(axis=0) / table.join.sum() for table in (more, rates))
    assert 1.05 < share[place("ASD")] / before[place("ASD")] < np.sqrt(2)
    assert share[place("MLD")] < before[place("MLD")]


def test_an_authority_that_uses_a_setting_more_sends_more_there(stock, flows, rates):
    own = (stock["authority"] == "905") & (stock["dimension"] == "age_setting")
    spin = own & (stock["second_key"] == "SPIN")
    more = estimate_rates(
        stock.assign(value=stock["value"].mask(spin, stock["value"] * 3)), flows, "905", 2025
    )
    place = rates.settings.index("SPIN")
    assert (more.join_setting[5:15, place] > 1.5 * rates.join_setting[5:15, place]).all()


def test_later_years_are_not_used(stock, flows, rates):
    later = pd.concat([stock, stock[stock["year"] == 2025].assign(year=2026, value=1.0)])
    again = estimate_rates(later, flows, "905", 2025)
    assert np.array_equal(again.join, rates.join)
    assert np.array_equal(again.move, rates.move)


MISSING = {
    "age": "Cohort ratios",
    "age_setting": "broad shares",
    "need_age": "Recorded needs never change",
    "need_setting": "Every need is placed alike",
}


@pytest.mark.parametrize(("dimension", "note"), sorted(MISSING.items()))
def test_a_missing_table_of_england_is_replaced_and_said(stock, flows, dimension, note):
    gone = (stock["level"] == "national") & (stock["dimension"] == dimension)
    rates = estimate_rates(stock[~gone], flows, "905", 2025)
    assert any(note in said for said in rates.notes)
    assert rates.move.sum(axis=3) == pytest.approx(np.ones((26, 15, 23)))


def test_totals_alone_give_rates_from_defaults_with_a_note_for_each(stock, flows):
    bare = stock[stock["dimension"] == "total"]
    rates = estimate_rates(bare, flows.iloc[:0], "905", 2025)
    assert len(rates.notes) == 9 + 8
    assert sum("England's alone" in note for note in rates.notes) == 6
    ratio = rates.leave[20, 0]
    assert ratio == pytest.approx(1 - defaults.cohort_ratios()[20])
    assert rates.join[4].sum() > rates.join[12].sum()


def test_an_authority_that_is_not_published_is_an_error(stock, flows):
    with pytest.raises(SufficiencyError, match="Authority 123"):
        estimate_rates(stock, flows, "123", 2025)


def test_own_new_plans_of_annotated_years_are_left_out(stock, flows):
    own = flows["authority"] == "905"
    odd = flows.assign(
        value=flows["value"].mask(own & (flows["key"].isin(["ASD", "7"])), flows["value"] * 9)
    )
    left_out = estimate_rates(stock, odd, "905", 2025, annotated_years=(2025,))
    alone = estimate_rates(stock, flows[~own], "905", 2025)
    assert np.array_equal(left_out.join, alone.join)
    assert np.array_equal(left_out.leave, alone.leave)
    assert not np.array_equal(estimate_rates(stock, odd, "905", 2025).join, alone.join)
    said = [note for note in left_out.notes if note not in alone.notes]
    assert said == ["The authority's own flows of calendar 2024 are left out, as set."]
    for what in ("Ages of joiners", "Needs of joiners", "Chances of leaving"):
        assert any(n.startswith(what) and "England's alone" in n for n in left_out.notes)


def test_other_years_still_count_when_one_is_left_out(stock, flows):
    own = flows["authority"] == "905"
    earlier = flows[own & (flows["flow"] == "new_plans")].assign(year=2024, calendar_year=2023)
    doubled = earlier["value"].mask(earlier["key"] == "7", earlier["value"] * 2)
    both = pd.concat([flows, earlier.assign(value=doubled)])
    kept = estimate_rates(stock, both, "905", 2025, annotated_years=(2025,))
    only = pd.concat([flows[~own], earlier.assign(value=doubled)])
    assert np.array_equal(kept.join, estimate_rates(stock, only, "905", 2025).join)
    assert any("Ages of joiners" in n and "shifted" in n for n in kept.notes)


def test_years_that_are_not_recent_change_nothing(stock, flows, rates):
    again = estimate_rates(stock, flows, "905", 2025, annotated_years=(2010, 2026))
    assert np.array_equal(again.join, rates.join)
    assert again.notes == rates.notes


def test_nobody_moves_into_placement_not_recorded(rates):
    lost = rates.settings.index("UNK")
    into = np.delete(rates.move[:, :, :, lost], lost, axis=2)
    assert (into == 0).all()
    assert (rates.affinity[:, lost] == 1).all()


def test_a_need_that_was_not_recorded_does_not_grow_from_nothing(stock, flows, rows):
    """England records some needs as unknown; an authority that records all has no such joiners."""
    lost = [("need_age", "UNKNOWN", str(age), 40.0) for age in range(4, 20)]
    of_england = pd.concat([stock, rows("ENG", 2025, lost), rows("ENG", 2024, lost)])
    own = [("need", "ASD", "", 2000.0), ("need", "SEMH", "", 1000.0)]
    unknown = [("need", "UNKNOWN", "", 30.0)]
    new = rows("ENG", 2025, [("need_age", "UNKNOWN", "6", 900.0)], flow="new_plans")
    both = pd.concat([flows, new])
    none, some = (
        estimate_rates(pd.concat([of_england, rows("905", 2025, counts)]), both, "905", 2025)
        for counts in (own, own + unknown)
    )
    lost_need = none.needs.index("UNKNOWN")
    assert none.join[:, lost_need].sum() == 0
    assert some.join[:, lost_need].sum() == pytest.approx(30 / 3030 * some.join.sum())
    same = np.eye(len(none.needs), dtype=bool)
    assert (none.change_need[:, ~same[lost_need], lost_need] == 0).all()


def test_needs_of_joiners_follow_those_that_the_authority_records_more_of(
    stock, flows, rates, rows
):
    england = stock[(stock["authority"] == "ENG") & (stock["dimension"] == "need_age")]
    shares = england[england["year"] == 2025].groupby("key")["value"].sum()
    few = [
        ("need", need, "", 4000 * count / shares.sum() / (4 if need == "ASD" else 1))
        for need, count in shares.items()
    ]
    less = estimate_rates(pd.concat([stock, rows("905", 2025, few)]), flows, "905", 2025)
    autism = rates.needs.index("ASD")
    assert less.join.sum() == pytest.approx(rates.join.sum())
    assert less.join[:, autism].sum() < 0.75 * rates.join[:, autism].sum()


def test_published_tables_say_how_unsure_they_leave_rates(rates):
    certainty = rates.certainty
    assert (certainty.leave[0] > certainty.leave[3]).all()
    assert (certainty.join > 0.2).all()
    assert (certainty.drift_join == 0.1).all()
    assert certainty.place_elsewhere > 0
    assert rates.join_first is None
    assert rates.localities == ()

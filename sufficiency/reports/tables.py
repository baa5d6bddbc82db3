"""The main tables made readable: plain headings and names for codes."""

import pandas as pd

from sufficiency.reports.printing import (
    NOT_KNOWN,
    Kind,
    ReportTable,
    chosen_columns,
    printed,
    printed_range,
)
from sufficiency.terms import ALL, lookup

ALL_NEEDS, ALL_PHASES, WHOLE_AUTHORITY = "All needs", "All phases", "Whole authority"
HIGH, LOW = " (1 in 10 higher)", " (1 in 10 lower)"
MIDDLE, HIGHER = " (middle, P50)", " (2 in 10 higher, P80)"
FUTURES = "8 in 10 futures"
HALF_A_CHILD = 0.5
NOT_APPLICABLE = "not applicable"
ADJUSTMENTS = ("exports", "imports", "net_export", "without_plan", "unreconciled")
"""What turns places on the register into places for residents."""
SHORTAGES = ("shortage_total", "shortage_range", "shortage_elsewhere", "shortage_unmet")
MEASURES = {
    "plan_rate": "Plans per 1,000 residents aged 0 to 24",
    "independent_and_nmss_share": "Plans in independent and non-maintained special schools",
    "setting_share": "Plans by setting",
    "need_share": "Plans by need",
}
MORE_KEYS = {"early_years": "Early years providers", "all": "All"}


def has_gaps(gap: pd.DataFrame) -> bool:
    """Return whether any row of the gap table has a gap; if none, only change can be shown."""
    return bool(gap["gap_mean"].notna().any())


def main_name(gap: pd.DataFrame) -> str:
    """Return the main table's name: `Gap`, or `Change from roll` while places are assumed."""
    return "Gap" if has_gaps(gap) else "Change from roll"


def gap_table(gap: pd.DataFrame, base_year: int) -> ReportTable:
    """Return every row of the gap table, readable.

    Rows of the whole authority with demand as placements would fall come first; otherwise rows
    keep their order.

    Args:
        gap: The `gap` table.
        base_year: Base census, for the heading of the change.
    """
    change = f"Change since January {base_year}"
    columns: dict[str, tuple[str, Kind]] = {
        "provision": ("Provision", "text"),
        "need_group": ("Need group", "text"),
        "phase": ("Phase", "text"),
        "locality": ("Locality", "text"),
        "year": ("January census", "year"),
        "view": ("View of demand", "text"),
        "demand_mean": ("Demand (mean)", "decimal"),
        "demand_p10": ("Demand" + LOW, "decimal"),
        "demand_p50": ("Demand" + MIDDLE, "decimal"),
        "demand_p80": ("Demand" + HIGHER, "decimal"),
        "demand_p90": ("Demand" + HIGH, "decimal"),
        "change_mean": (f"{change} (mean)", "decimal"),
        "change_p10": (change + LOW, "decimal"),
        "change_p50": (change + MIDDLE, "decimal"),
        "change_p80": (change + HIGHER, "decimal"),
        "change_p90": (change + HIGH, "decimal"),
    }
    if has_gaps(gap):
        columns |= {
            "capacity_basis": ("Places are", "text"),
            "places": ("Places for residents", "whole"),
            "of_which_exports": ("of which in other authorities", "whole"),
            "of_which_imports": ("of which used by pupils of other authorities", "whole"),
            "of_which_net_export": ("of which assumed net export", "whole"),
            "of_which_journeys": ("of which journeys between localities", "whole"),
            "of_which_without_plan": ("of which used without a plan", "whole"),
            "of_which_unreconciled": ("of which not explained by returns", "whole"),
            "of_which_mismatch": ("of which placed against the split", "whole"),
            "flexible_mean": ("Places from flexible rows", "decimal"),
            "gap_mean": ("Gap (mean)", "decimal"),
            "gap_p10": ("Gap" + LOW, "decimal"),
            "gap_p50": ("Gap" + MIDDLE, "decimal"),
            "gap_p80": ("Gap" + HIGHER, "decimal"),
            "gap_p90": ("Gap" + HIGH, "decimal"),
            "p_shortage": ("Probability of shortage", "percent"),
            "expected_shortage": ("Expected shortage", "decimal"),
            "first_year": ("First year a shortage is likely", "year"),
        }
    columns |= {"gap_reason": ("Why there is no gap", "text"), "flexible": ("Flexible", "text")}
    if gap["scenario"].nunique() > 1:
        columns = {"scenario": ("Scenario", "text"), **columns}
    note = (
        "Positive is a shortage. Rows are never set off against each other, and locality rows do "
        "not add up to the whole authority."
        if has_gaps(gap)
        else "Places are assumed from today's roll or not known, so this shows change in demand "
        "only: correct the Places sheet and run again to see gaps."
    )
    missing = f"{NOT_KNOWN}, or {NOT_APPLICABLE} where a gap has no meaning"
    later = (gap["locality"] != ALL) | (gap["view"] != "placements")
    rows = gap.iloc[later.to_numpy().argsort(kind="stable")]
    return chosen_columns(main_name(gap), _named(rows), columns, note, missing)


def largest(gap: pd.DataFrame, year: int, base_year: int, rows: int = 20) -> ReportTable:
    """Return the largest gaps, or changes while places are assumed, in one year.

    Whole authority, demand as placements would fall, first scenario. The rows largest by size
    either way, so that growing room is as visible as a shortage, the shortages first; those that
    print as 0 are left out.

    Args:
        gap: The `gap` table.
        year: January census year to show.
        base_year: Base census.
        rows: How many rows at most.
    """
    measure = "gap" if has_gaps(gap) else "change"
    in_year = authority_rows(gap)
    in_year = in_year[in_year["year"] == year]
    chosen = in_year[in_year[f"{measure}_mean"].abs() >= HALF_A_CHILD]
    order = chosen[f"{measure}_mean"].abs().sort_values(ascending=False, kind="stable").index
    top = _named(chosen.loc[order].head(rows))
    if measure == "gap":
        top = top.sort_values("gap_mean", key=lambda gap: gap < 0, kind="stable")
    top["range"] = printed_range(top[f"{measure}_p10"], top[f"{measure}_p90"], "signed")
    columns: dict[str, tuple[str, Kind]] = {
        "provision": ("Provision", "text"),
        "need_group": ("Need group", "text"),
        "phase": ("Phase", "text"),
        "demand_mean": ("Demand", "whole"),
    }
    if measure == "gap":
        columns |= {
            "places": ("Places for residents", "whole"),
            "flexible_mean": ("Flexible places from (+) or to (\u2212) others", "signed"),
            "gap_mean": ("Gap", "signed"),
            "range": (f"Gap in {FUTURES}", "range"),
            "p_shortage": ("Probability of shortage", "percent"),
            "first_year": ("First year a shortage is likely", "year"),
        }
        caption = f"Largest gaps between demand and places, January {year}"
        note = (
            "Positive is a shortage, and stands first. Negative is room for that need group and "
            "phase only, which never offsets a shortage; recorded need is not designation. "
            "Gap = demand less places less flexible places."
            + _left_out(in_year[in_year["gap_mean"].isna()])
        )
        missing = "none in this forecast"
    else:
        columns |= {
            "change_mean": (f"Change since January {base_year}", "signed"),
            "range": (f"Change in {FUTURES}", "range"),
        }
        caption = f"Largest changes in demand from January {base_year} to January {year}"
        note = "No gap is shown because places are assumed from today's roll or not known."
        missing = NOT_KNOWN
    return chosen_columns(caption, top, columns, note, missing)


def authority_rows(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the whole-authority rows of demand as placements would fall, in one scenario.

    Args:
        frame: A table with scenario and view and, where it has one, locality.
    """
    kept = (frame["view"] == "placements") & (frame["scenario"] == first_scenario(frame))
    return frame[kept & (frame["locality"] == ALL)] if "locality" in frame else frame[kept]


def first_scenario(frame: pd.DataFrame) -> str:
    """Return the scenario that stands first in a table, or an empty string in an empty one."""
    return str(frame["scenario"].iloc[0]) if len(frame) else ""


def balance_table(balance: pd.DataFrame, year: int) -> ReportTable:
    """Return demand, places and the three lines of shortage by provision in one year.

    Args:
        balance: The `provision_balance` table.
        year: January census year to show.
    """
    in_year = balance[balance["scenario"] == first_scenario(balance)]
    in_year = in_year[in_year["year"] == year]
    possible = in_year[in_year["view"] == "possible"].set_index("provision")["demand_mean"]
    rows = _named(
        in_year[in_year["view"] == "placements"].assign(
            possible=lambda t: t["provision"].map(possible) - t["demand_mean"],
            range=lambda t: printed_range(t["demand_p10"], t["demand_p90"], "whole"),
            shortage_range=lambda t: printed_range(t["shortage_p10"], t["shortage_p90"], "whole"),
        )
    )
    empty = {name: rows[name].isna().all() for name in (*SHORTAGES, *ADJUSTMENTS)}
    rows = _in_words(rows, ~_has_gap_at_all(in_year[in_year["view"] == "placements"]))
    columns: dict[str, tuple[str, Kind]] = {
        "provision": ("Provision", "text"),
        "demand_mean": ("Demand", "whole"),
        "range": (f"Demand in {FUTURES}", "range"),
        "possible": ("Further possible demand", "whole"),
        "register_places": ("Places on the register", "whole"),
        "exports": ("Places used in other authorities", "signed"),
        "imports": ("Places used by pupils of other authorities", "signed"),
        "net_export": (
            "Net places used in other authorities (minus: used by theirs), where no more is known",
            "signed",
        ),
        "without_plan": ("Places used without a plan", "signed"),
        "unreconciled": ("Roll that returns do not explain", "signed"),
        "shortage_total": ("Expected shortage", "range"),
        "shortage_range": (f"Shortage in {FUTURES}", "range"),
        "shortage_elsewhere": (
            "Of which free places elsewhere could meet (substitutable)",
            "range",
        ),
        "shortage_unmet": ("Of which they could not (mismatch)", "range"),
        "gap_reason": ("Why there is no gap", "text"),
    }
    columns = {name: heading for name, heading in columns.items() if not empty.get(name, False)}
    if empty["shortage_elsewhere"]:
        columns.pop("shortage_unmet", None)
    note = (
        "Further possible demand is children not in a school place who may come to need this one; "
        "it is not a measure of unmet duty. Expected shortage is summed over need groups and "
        "phases without setting surplus against it; phases that no register row takes are left out."
    )
    if empty["shortage_elsewhere"] and not empty["shortage_total"]:
        note += (
            " Places are pooled over the authority: what places in other localities could meet is "
            "not shown, because homes and journeys to school are not known."
        )
    return chosen_columns(f"Demand and places by provision, January {year}", rows, columns, note)


def _has_gap_at_all(rows: pd.DataFrame) -> pd.Series:
    return rows["provision"].map(lookup("provisions", "capacity_gap")) == "yes"


def _in_words(rows: pd.DataFrame, no_meaning: pd.Series) -> pd.DataFrame:
    """Return the shortages as printed, with missing ones told apart from meaningless ones."""
    missing = no_meaning.map({True: NOT_APPLICABLE, False: NOT_KNOWN})
    words = {
        name: [
            value if name == "shortage_range" and pd.notna(value) else printed(value, "whole", word)
            for value, word in zip(rows[name], missing, strict=True)
        ]
        for name in SHORTAGES
    }
    return rows.assign(**words)


def beside_table(beside: pd.DataFrame) -> ReportTable:
    """Return the authority beside its neighbours' median, region and England, one row a measure.

    Args:
        beside: The `beside_others` table. Single neighbours stay in the CSV file.
    """
    roles = {
        "self": "This authority",
        "neighbours_median": "Statistical neighbours (median)",
        "region": "Region",
        "england": "England",
    }
    keys = ["measure", "key", "unit"]
    order = beside[keys].drop_duplicates()
    wide = order.copy()
    for role, heading in roles.items():
        values = beside[beside["role"] == role].drop_duplicates(keys)
        wide = wide.merge(
            values[[*keys, "value"]].rename(columns={"value": heading}), on=keys, how="left"
        )
    own = beside[beside["role"] == "self"].drop_duplicates(keys)[[*keys, "year"]]
    wide = wide.merge(own, on=keys, how="left").merge(_notes(beside, roles), on=keys, how="left")
    names = {**lookup("setting_groups", "name"), **lookup("needs", "name"), **MORE_KEYS}
    units = {"percent": "per cent", "per_1000": "per 1,000"}
    frame = pd.DataFrame(
        {
            "Measure": wide["measure"].map(MEASURES).fillna(wide["measure"]),
            "Of": wide["key"].map(names).fillna(wide["key"]),
            "Unit": wide["unit"].map(units).fillna(wide["unit"]),
            **{heading: wide[heading] for heading in roles.values()},
            "January census": wide["year"],
            "Note": wide["note"].fillna(""),
        }
    )
    kinds: dict[str, Kind] = {"January census": "year"}
    for heading in roles.values():
        kinds[heading] = "decimal"
    return ReportTable("Beside other authorities", frame, kinds)


def _notes(beside: pd.DataFrame, roles: dict[str, str]) -> pd.DataFrame:
    """Return one row a measure and key with the notes of all its values, each saying whose."""
    said = beside[beside["role"].isin(list(roles)) & (beside["note"] != "")]
    said = said.assign(note=said["role"].map(roles) + ": " + said["note"])
    return said.groupby(["measure", "key", "unit"], sort=False)["note"].agg(" ".join).reset_index()


def _left_out(rows: pd.DataFrame) -> str:
    """Say which provisions have no gap, and why, so that a missing row is not read as none."""
    told = [
        f"{', '.join(dict.fromkeys(group['provision']))} ({str(reason).rstrip('.')})"
        for reason, group in _named(rows).groupby("gap_reason", sort=False)
    ]
    return f" Without a gap: {'; '.join(told)}." if told else ""


def _named(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the frame with names in place of codes."""
    kept = [c for c in ("provision", "need_group", "phase") if c in frame]
    names = {
        "provision": {**lookup("provisions", "name"), ALL: "All provisions"},
        "need_group": {**lookup("need_groups", "name"), ALL: ALL_NEEDS},
        "phase": {**lookup("phases", "name"), ALL: ALL_PHASES},
    }
    out = frame.assign(**{c: frame[c].map(names[c]).fillna(frame[c]) for c in kept})
    return (
        out.assign(locality=out["locality"].replace(ALL, WHOLE_AUTHORITY))
        if "locality" in out
        else out
    )

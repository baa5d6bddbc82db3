"""What the register says, in plain words: the places of each provision, and what counts when.

Belongs here: sentences about the register and what was made of it. Does not belong here: what was
made (see `split`, `need_mix` and `sufficiency.council.schemes`).
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

import pandas as pd

from sufficiency.places.capacity import BASIS_COLUMNS
from sufficiency.places.mix import SITE
from sufficiency.terms import census_label, codes, lookup

CAPACITIES = {
    "commissioned_places": "commissioned",
    "physical_capacity": "physical",
    "scap_capacity": "SCAP",
}
CHOSEN = {
    "observed": "the split of places follows them",
    "provision": "too few are known there, so the split follows all children in this provision",
    "planner": "the split is your own (need_mix.csv)",
}
USED = {"without_plan": "pupils without a plan", "imports": "pupils of other authorities"}
BETWEEN = {
    "exports": "used in other authorities by children who live here",
    "imports": "used here by children of other authorities",
    "without_plan": "used by pupils without a plan",
    "unreconciled": "roll that the returns do not explain",
    "net_export": "residents placed above the roll here (imports and exports are not known)",
}
REGISTER_FILES = ("places.csv", "places.xlsx")


def explain(
    register: pd.DataFrame,
    places: pd.DataFrame,
    need_mix: pd.DataFrame,
    scheme_places: pd.DataFrame,
    changes: pd.DataFrame | None = None,
    findings: pd.DataFrame | None = None,
) -> list[str]:
    """Return what was understood of the register, line by line.

    Args:
        register: Register table.
        places: Places table made of it; may be empty.
        need_mix: NeedMix table.
        scheme_places: SchemePlaces table.
        changes: RegisterChanges since it was last read; None where no earlier reading is known.
        findings: Findings table of the reading, to say what could not be used.

    Returns:
        A line on the whole, then some for each provision row: places, pools, needs, period, what
        counts in which census year, who uses the places, what is assumed, what changed. Then what
        lies between homes and schools, each scheme, rows that are gone, what could not be used.
        Children are told as shares of a school's plan holders, never one by one.
    """
    lines = [_whole(register)]
    years = sorted({int(year) for year in places["year"]})
    order = {name: place for place, name in enumerate(codes("provisions"))}
    rank = register["provision"].map(order)
    rows = register.assign(rank=rank).sort_values(
        ["rank", "name", *SITE, "effective_from", "ncy_from", "designated_needs"], kind="stable"
    )
    for site, unit in rows.groupby(["rank", *SITE], sort=False):
        key = dict(zip(SITE, list(site)[1:], strict=True))  # pyright: ignore[reportArgumentType]
        mine, mix = _of(places, key), _of(need_mix, key)
        lines += ["", _heading(unit.iloc[0])]
        for _, row in unit.iterrows():
            lines += [f"  {line}" for line in _row(row)]
        lines += [f"  {line}" for line in (*_counted(mine, unit, years), *_users(mine, mix, years))]
        lines += [f"  {line}" for line in _changed(changes, key)]
    for section in (_between(places), _schemes(scheme_places), _gone(changes), _unused(findings)):
        told = list(section)
        lines += ["", *told] if told else []
    return lines


def _of(table: pd.DataFrame, key: Mapping[str, object]) -> pd.DataFrame:
    found = table
    for column, value in key.items():
        found = found[found[column] == value]
    return found


def _whole(register: pd.DataFrame) -> str:
    assumed = int((register["assumed"] == "yes").sum())
    proposed = int((register["change_status"] == "proposed").sum())
    sites = len(register[SITE].drop_duplicates())
    return (
        f"Rows on the register: {len(register)}, for {sites} provisions and sites. Assumed, so "
        f"that they show change only: {assumed}. Proposed, so never counted: {proposed}."
    )


def _heading(row: pd.Series) -> str:
    provision = lookup("provisions", "name")[str(row["provision"])]
    return f"{row['name']}: {provision}, URN {row['urn']}, site {row['site_id']}, {row['locality']}"


def _row(row: pd.Series) -> Iterator[str]:
    """Yield what one register row says."""
    end = f"to {_day(row['effective_to'])}" if row["effective_to"] else "with no end"
    status = "never counted" if row["change_status"] == "proposed" else "counted"
    yield (
        f"From {_day(row['effective_from'])} {end} ({row['change_status']}; {status}), "
        f"{_year_group(row['ncy_from'])} to {_year_group(row['ncy_to'])}:"
    )
    known = [f"{row[c]} {word}" for c, word in CAPACITIES.items() if pd.notna(row[c])]
    unknown = [word for c, word in CAPACITIES.items() if pd.isna(row[c])]
    missing = f" ({', '.join(unknown)} not known)" if unknown else ""
    yield f"  places: {', '.join(known) or 'not known, which is not zero'}{missing}"
    apart = [
        f"{row[column]} {words}"
        for column, words in (
            ("nursery_places", "for nursery"),
            ("post16_places", "for Year 12 and over"),
            ("assessment_places", "for assessment, where no plan is needed"),
        )
        if pd.notna(row[column])
    ]
    yield f"  set apart: {', '.join(apart) or 'none; all pools share the places'}"
    if pd.notna(row["beds"]):
        yield f"  boarding beds, a capacity of their own: {row['beds']}"
    yield f"  needs: {_needs(row)}"
    yield f"  roll: {_roll(row)}"
    if pd.notna(row["ramp_years"]):
        yield (
            f"  grows in equal steps over {row['ramp_years']} Septembers from the places of the "
            "period before (from 0 if there is none)"
        )
    if row["assumed"] == "yes":
        source = f" from {row['source']}" if row["source"] else ""
        yield f"  assumed{source}: put no in column assumed once it is right"


def _needs(row: pd.Series) -> str:
    if not row["designated_needs"]:
        return "all"
    accepted = f"; also accepts {row['acceptable_needs']}" if row["acceptable_needs"] else ""
    pool = "; flexible, any of them may use any place" if row["flexible"] == "yes" else ""
    sex = {"F": "; girls only", "M": "; boys only"}.get(str(row["sex_restriction"]), "")
    return f"{row['designated_needs']}{accepted}{pool}{sex}"


def _roll(row: pd.Series) -> str:
    if pd.isna(row["on_roll"]):
        return "not known"
    parts = [
        f"{'an unknown number' if pd.isna(row[column]) else row[column]} {words}"
        for column, words in (
            ("occupants_without_plan", "without a plan"),
            ("other_la_places", "of other authorities"),
        )
    ]
    over = ""
    if pd.notna(row["commissioned_places"]) and row["on_roll"] > row["commissioned_places"]:
        over = f"; {row['on_roll'] - row['commissioned_places']} over commissioned places"
    return f"{row['on_roll']}, of whom {', '.join(parts)}{over}"


def _counted(places: pd.DataFrame, unit: pd.DataFrame, years: Sequence[int]) -> Iterator[str]:
    """Yield which places count in which census years, and as which capacity."""
    if not years:
        yield "counts: not worked out"
        return
    own = places[places["kind"] == "register"]
    if unit[list(BASIS_COLUMNS.values())].isna().all(axis=None):
        yield "counts: nothing, because its places are not known; no gap is shown where it serves"
        return
    if own.empty:
        yield "counts: in no census year of this forecast"
        return
    by_year = own.groupby("year")["places"].sum().reindex(list(years), fill_value=0)
    steps = by_year[by_year.ne(by_year.shift())]
    told = [f"{number} from {census_label(int(str(year)))}" for year, number in steps.items()]
    basis = ", ".join(dict.fromkeys(own["capacity_basis"]))
    yield f"counts ({basis}): {'; '.join(told)}"
    base = own[own["year"] == own["year"].min()]
    pool = base["phase"].map(lookup("phases", "pool"))
    shares = base.groupby(pool, sort=False)["places"].sum()
    names = {"nursery": "nursery", "school_age": "Reception to Year 11", "post_16": "Year 12 on"}
    parts = [f"{shares[code]} {name}" for code, name in names.items() if shares.get(code, 0)]
    yield f"of these when they first count: {', '.join(parts) or 'none'}"


def _users(places: pd.DataFrame, mix: pd.DataFrame, years: Sequence[int]) -> Iterator[str]:
    """Yield who uses the places of a provision at the base census."""
    base = places[places["year"].isin(years[:1])]
    for kind, words in USED.items():
        number = -int(base.loc[base["kind"] == kind, "places"].sum())
        if number:
            yield f"of its places, used by {words}: {number}"
    plans = int(mix["plans"].sum())
    if mix.empty:
        return
    by_need = mix.groupby("need", sort=False)["plans"].sum()
    by_need = by_need[by_need > 0].sort_values(ascending=False, kind="stable")
    shares = ", ".join(f"{need} {number / plans:.0%}" for need, number in by_need.items())
    who = f"{plans} plan holders who live here ({shares})" if plans else "no known plan holder"
    chosen = dict.fromkeys(mix["chosen_by"])
    yield f"used by {who}; {', '.join(CHOSEN[str(word)] for word in chosen)}"
    outside = mix[(mix["designated"] == "no") & (mix["plans"] > 0)]["need"].unique()
    if len(outside):
        yield f"recorded there but not designated: {', '.join(outside)}"


def _changed(changes: pd.DataFrame | None, key: Mapping[str, object]) -> Iterator[str]:
    if changes is None:
        return
    mine = _of(changes[changes["change"] != "removed"], key)
    for row in mine.itertuples():
        if row.change == "added":
            yield f"new since {row.compared_with}: the row from {_day(row.effective_from)}"
        else:
            yield (
                f"changed since {row.compared_with}, in the row from {_day(row.effective_from)}: "
                f"{row.column}, from {row.before or 'blank'} to {row.after or 'blank'}"
            )


def _between(places: pd.DataFrame) -> Iterator[str]:
    base = places[places["year"] == places["year"].min()]
    told = base[base["kind"].isin(list(BETWEEN))].groupby(["provision", "kind"])["places"].sum()
    if told.empty:
        return
    yield f"Between homes and schools in {census_label(int(base['year'].iloc[0]))}:"
    for provision in codes("provisions"):
        for kind, words in BETWEEN.items():
            number = int(told.get((provision, kind), 0))
            if number:
                name = lookup("provisions", "name")[provision]
                yield f"  {name}, {_direction(kind, number, words)}: {abs(number)}"


def _direction(kind: str, number: int, words: str) -> str:
    if kind == "net_export" and number < 0:
        return "roll here above residents placed (imports and exports are not known)"
    return words


def _schemes(scheme_places: pd.DataFrame) -> Iterator[str]:
    if scheme_places.empty:
        return
    yield "Schemes:"
    for name, scheme in scheme_places.groupby("scheme", sort=True):
        first = scheme.iloc[0]
        planned = int(scheme["planned_places"].max())
        if first["counted"] == "yes":
            yield (
                f"  {name}: counted, up to {int(scheme['counted_places'].max())} of {planned} "
                f"planned places, not before {_day(first['earliest_opening'])}"
            )
        else:
            yield f"  {name}: not counted ({planned} planned places): {first['why_not']}"


def _gone(changes: pd.DataFrame | None) -> Iterator[str]:
    if changes is None:
        yield "No earlier reading of this register is known, so nothing is listed as changed."
        return
    for row in changes[changes["change"] == "removed"].itertuples():
        yield (
            f"Gone since {row.compared_with}: {row.name}, the row from "
            f"{_day(row.effective_from)} with {row.before}"
        )
    if changes.empty:
        yield "Nothing changed on the register since it was last read."


def _unused(findings: pd.DataFrame | None) -> Iterator[str]:
    if findings is None:
        return
    mine = findings[findings["source"].isin(list(REGISTER_FILES))]
    blocking = mine[mine["severity"] == "blocks"]
    if len(blocking):
        yield "Not used, until it is corrected:"
        for row in blocking.itertuples():
            yield f"  {row.message} {row.action}"
    doubts = int((mine["severity"] == "warns").sum())
    if doubts:
        yield f"Worth a look on the register: {doubts} (sufficiency check lists them)."


def _day(text: object) -> str:
    """Return a day for people, `1 September 2024`; what is no date stays as it is."""
    try:
        day = date.fromisoformat(str(text))
    except ValueError:
        return str(text)
    return f"{day.day} {day:%B %Y}"


def _year_group(ncy: object) -> str:
    number = int(str(ncy))
    if number < 0:
        return f"nursery (NCY {number})"
    return f"Year {number}" if number else "Reception"

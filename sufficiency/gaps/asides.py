"""Sentences beside the forecast: borders, where bought places are, who waits, and September."""

import pandas as pd

from sufficiency.gaps.wording import counted, listed, mid_sentence, whole
from sufficiency.terms import lookup

ENOUGH_TO_TELL = 10
LONG_WAITS = ("27-52", "53+")
NO_SCHOOL = ("none", "part_time", "tuition")


def across_borders(title: str, base: pd.Series) -> list[str]:
    """Return who crosses the authority's border for a provision at the base census.

    Args:
        title: The provision for people.
        base: Its ProvisionBalance row of the base census.
    """
    out, into, net = (base[name] for name in ("exports", "imports", "net_export"))
    if pd.notna(out) and pd.notna(into):
        told = [f"{counted(out, 'resident uses', 'residents use')} places in other authorities"]
        told = told if out else []
        told += [f"pupils of other authorities use {counted(-into, 'place')} here"] if into else []
        return [f"{title}: {listed(told)}, held as today."] if told else []
    unknown = f"{title}: pupils of other authorities are not known; "
    if pd.notna(out):
        uses = counted(out, "resident uses", "residents use")
        return [f"{unknown}{uses} places in other authorities, held as today."]
    if pd.isna(net):
        return []
    if net > 0:
        balance = f"on balance {counted(net, 'resident is', 'residents are')} placed elsewhere"
    elif net < 0:
        balance = (
            f"on balance {counted(-net, 'place is', 'places are')} used by pupils who are not "
            "residents with a plan"
        )
    else:
        balance = "as many residents are placed as pupils with a plan are on roll"
    return [f"{unknown}{balance}, held as today."]


def where_bought(provision: str, plans: pd.DataFrame | None, base_year: int) -> str:
    """Return how many residents placed with a provision are in and out of the area.

    Empty unless plans are known person by person. Fewer than 10 are not told as a number.
    """
    if plans is None or plans.empty or (plans["basis"] != "person").any():
        return ""
    here = plans["setting"].map(lookup("settings", "provision")) == provision
    side = plans.loc[here & (plans["year"] == base_year), "in_area"].value_counts()
    inside, outside, unknown = (int(side.get(key, 0)) for key in ("yes", "no", "unknown"))
    if not inside + outside:
        return ""
    told = [f"{_number(inside)} inside the authority", f"{_number(outside)} outside it"]
    if 0 < min(inside, outside) < ENOUGH_TO_TELL <= max(inside, outside):
        most = "inside it" if inside > outside else "outside it"
        told = [f"most {most}", "fewer than 10 not"]
    told += [f"{_number(unknown)} where is not known"] if unknown else []
    return f" At the base census, {listed(told)}."


def _number(count: int) -> str:
    if not count:
        return "none"
    return "fewer than 10" if count < ENOUGH_TO_TELL else whole(count)


def on_the_list(waiting: pd.DataFrame | None) -> list[str]:
    """Return what the council's list of children who wait says; nothing where there is none."""
    if waiting is None:
        return []
    rows = waiting[waiting["source"] == "awaiting"]
    total = int(rows["children"].sum())
    if not total:
        return []
    names = lookup("provisions", "name")
    of = rows.groupby("provision")["children"].sum().sort_values(ascending=False, kind="stable")
    agreed = listed([f"{whole(n)} for {mid_sentence(names[str(p)])}" for p, n in of.items()])
    long = int(rows.loc[rows["waited"].isin(LONG_WAITS), "children"].sum())
    without = int(rows.loc[rows["interim"].isin(NO_SCHOOL), "children"].sum())
    return [
        f"Waiting list: {counted(total, 'child waits', 'children wait')} for a type of place that "
        f"is agreed ({agreed}); {whole(long)} for more than 26 weeks, {whole(without)} "
        "meanwhile with no school, tuition or a part-time place. Each is counted once."
    ]


def in_september(board: pd.DataFrame | None) -> list[str]:
    """Return what the next September's board says: cohorts over number, free places, not known."""
    if board is None or board.empty:
        return []
    first = int(board["september"].min())
    rows = board[board["september"] == first]
    left = rows["free_after_named"].dropna().astype(int)
    if left.empty:
        return []
    unknown = len(rows) - len(left)
    over, free = left[left < 0], left[left > 0]
    excess = "more children staying, named or directed than places"
    crowded = f"no cohort with class sizes has {excess}"
    if len(over):
        crowded = (
            f"{whole(len(over))} of {counted(len(left), 'cohort')} with class sizes "
            f"{'has' if len(over) == 1 else 'have'} {excess} "
            f"({counted(-over.sum(), 'child', 'children')} over)"
        )
    parts = [crowded]
    if len(free):
        parts.append(
            f"{whole(len(free))} of {counted(len(left), 'cohort')} "
            f"{'has' if len(free) == 1 else 'have'} {counted(free.sum(), 'place')} free before "
            "children not yet named, each for its own year groups and needs only"
        )
    if unknown:
        parts.append(f"for {counted(unknown, 'cohort')} places are not known")
    return [f"1 September {first}: {'; '.join(parts)}."]

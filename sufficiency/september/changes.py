"""Who is in which year group from a September: pupils moved up, agreed moves, children named."""

from collections.abc import Iterator

import pandas as pd

from sufficiency.september.cohorts import Children, Kind, SchoolClass, Site
from sufficiency.terms import ALL, school_year

# An appeal that is not decided is a claim on a place, as a consultation is.
STAGE_KINDS: dict[str, Kind] = {
    "named": "named",
    "directed": "directed",
    "consulted": "consulted",
    "tribunal": "consulted",
}


def staying(
    pupils: pd.DataFrame | None, sites: list[Site], assessment: list[SchoolClass], steps: int
) -> Iterator[Children]:
    """Yield one provision's pupils `steps` year groups on; those past its last year group leave.

    Pupils without a plan in the year groups of an assessment class sit there, up to its places,
    the youngest first; they are not yielded.
    """
    if pupils is None:
        return
    places = [one.places for one in assessment]
    order = ["ncy", "need", "site_id", "with_plan"]
    for row in pupils.sort_values(order, kind="stable").itertuples():
        ncy, number = int(row.ncy) + steps, int(row.pupils)  # pyright: ignore[reportArgumentType]
        site = _site_from(str(row.site_id), ncy, sites)
        if site is None:
            continue
        for position, one in enumerate(assessment):
            if not row.with_plan and one.takes(ncy) and site in ("", one.site_id):
                seated = min(number, places[position])
                places[position] -= seated
                number -= seated
        if number:
            yield Children("on_roll", site, ncy, str(row.need), number)


def moving(
    moves: pd.DataFrame | None, sites: list[Site], base_year: int, september: int
) -> Iterator[Children]:
    """Yield agreed leavers and moves of the Septembers from the base census to `september`.

    Their year group is the one they are in, or would be in, from `september`.
    """
    if moves is None:
        return
    due = moves[moves["september"].between(base_year, september)]
    kinds: tuple[tuple[Kind, str], ...] = (
        ("leaving", "leavers"),
        ("moves_out", "moves_out"),
        ("moves_in", "moves_in"),
    )
    for row in due.itertuples():
        ncy = int(row.ncy) + september - int(row.september) + 1  # pyright: ignore[reportArgumentType]
        site = _site_from(str(row.site_id), ncy, sites)
        if site is None:
            continue
        need = "" if row.need == ALL else str(row.need)
        for kind, column in kinds:
            number = int(getattr(row, column))
            if number:
                yield Children(kind, site, ncy, need, number)


def wanted(awaiting: pd.DataFrame, register: pd.DataFrame, base_year: int) -> pd.DataFrame:
    """Return awaiting children with a claim on a place of the board.

    Children of the stages named, directed, consulted and tribunal whose school is on the
    register, under the provision agreed or, where the school does not have it, its only one.

    Returns:
        urn, provision, kind, september, ncy (from that September), need, number.
    """
    kind = awaiting["stage"].map(STAGE_KINDS)
    pairs = register[["urn", "provision"]].drop_duplicates()
    known = pd.MultiIndex.from_frame(pairs)
    only = pairs.drop_duplicates("urn", keep=False).set_index("urn")["provision"]
    agreed = pd.MultiIndex.from_frame(awaiting[["urn", "provision"]]).isin(known)
    alone = awaiting["urn"].map(only.to_dict())
    rows = pd.DataFrame(
        {
            "urn": awaiting["urn"],
            "provision": awaiting["provision"].where(agreed, alone),
            "kind": kind,
            "september": awaiting["september"],
            "ncy": ncy_when_wanted(awaiting, base_year),
            "need": awaiting["need"],
        }
    ).dropna(subset=["provision", "kind"])
    counted = rows.groupby(list(rows.columns), sort=True).size().rename("number")
    return counted.reset_index()


def ncy_when_wanted(awaiting: pd.DataFrame, base_year: int) -> pd.Series:
    """Return each awaiting child's year group from the September the place is wanted from.

    The list gives it for the school year of `agreed_on`; without that day for that of `as_at`,
    without either for that of the base census.
    """
    begun = school_year(awaiting["agreed_on"]).fillna(school_year(awaiting["as_at"]))
    return awaiting["ncy"] + awaiting["september"] - begun.fillna(base_year - 1).astype("int32")


def named(claims: pd.DataFrame | None, sites: list[Site], september: int) -> Iterator[Children]:
    """Yield children with a claim (`wanted`) on a place from `september` or before.

    One who would have had a place before `september`, and would by then be past the provision's
    last year group, has left.
    """
    if claims is None:
        return
    last = max(site.ncy_to for site in sites)
    for row in claims[claims["september"] <= september].itertuples():
        steps = september - int(row.september)  # pyright: ignore[reportArgumentType]
        ncy = int(row.ncy) + steps  # pyright: ignore[reportArgumentType]
        if steps == 0 or ncy <= last:
            kind: Kind = row.kind  # pyright: ignore[reportAssignmentType]
            yield Children(kind, "", ncy, str(row.need), int(row.number))  # pyright: ignore[reportArgumentType]


def _site_from(site_id: str, ncy: int, sites: list[Site]) -> str | None:
    """Return the site a child of a year group sits at: empty if not told, None if they have left.

    A child past the last year group of their site may go on at another site of the school.
    """
    here = [site.ncy_to for site in sites if site.site_id == site_id]
    if here and ncy <= max(here):
        return site_id
    return "" if ncy <= max(site.ncy_to for site in sites) else None

"""Rules of the files whose rows belong to a row of the register: moves, imports, need mix."""

import pandas as pd

from sufficiency.council.problems import Problems
from sufficiency.places.mix import SITE
from sufficiency.places.periods import in_force_on
from sufficiency.terms import ALL

SHARE_TOLERANCE = 0.011
OWN_KEY = {
    "moves": [*SITE, "september", "ncy", "need"],
    "imports": [*SITE, "home_authority", "ncy", "need"],
    "need_mix": [*SITE, "need", "phase"],
    "budget": ["line", "item", "provision", "financial_year"],
    "costs": ["item", "provision", "scheme_type"],
    "schemes": ["scheme"],
    "housing": ["site", "locality", "year", "dwelling_type"],
}


def repeated_rows(cells: pd.DataFrame, file: str, problems: Problems) -> None:
    """Refuse rows of one file that say the same thing twice."""
    key = OWN_KEY[file]
    problems.block(
        f"{file}_row_repeated",
        cells.index[cells.duplicated(key, keep=False)],
        f"another row has the same {', '.join(key)}",
        "Keep one of them, or add the two up in one row.",
        key[0],
    )


def on_register(cells: pd.DataFrame, register: pd.DataFrame, file: str, problems: Problems) -> None:
    """Refuse rows whose school, site and provision are no row of the register."""
    known = {(str(u), str(s), str(p)) for u, s, p in register[SITE].itertuples(index=False)}
    schools = {*register["urn"]}
    away = [row for row, key in keys(cells) if key not in known and row not in problems.broken]
    problems.block(
        f"{file}_school_not_on_register",
        [row for row in away if cells.at[row, "urn"] not in schools],
        "urn {value} is not on the register",
        "Correct the urn, or add the school to places.csv first.",
        "urn",
        cells["urn"],
    )
    told = cells["provision"] + ", site " + cells["site_id"]
    problems.block(
        f"{file}_site_not_on_register",
        [row for row in away if cells.at[row, "urn"] in schools],
        "the register has no row {value} of this school",
        "Use the provision and site_id of places.csv, or add the row there first.",
        "provision",
        told,
    )


def keys(cells: pd.DataFrame) -> list[tuple[int, tuple[str, str, str]]]:
    """Return spreadsheet row and school, site and provision of each row."""
    return [
        (int(row), (str(u), str(s), str(p))) for row, u, s, p in cells[SITE].itertuples(name=None)
    ]


def of_row(register: pd.DataFrame, key: tuple[str, str, str]) -> pd.DataFrame:
    """Return the register rows of one school, site and provision."""
    same = register["urn"].eq(key[0]) & register["site_id"].eq(key[1])
    return register[same & register["provision"].eq(key[2])]


def outside_year_groups(
    cells: pd.DataFrame, register: pd.DataFrame, file: str, low: str, high: str, problems: Problems
) -> None:
    """Warn of rows whose year groups, in columns `low` and `high`, the register does not teach."""
    taught = register.groupby(SITE).agg(first=("ncy_from", "min"), last=("ncy_to", "max"))
    limits = dict(zip(taught.index, zip(taught["first"], taught["last"], strict=True), strict=True))
    told = cells[cells[low] != ""]
    beyond = []
    for (row, key), own in zip(keys(told), told[[low, high]].astype(int).to_numpy(), strict=True):
        first, last = limits.get(key, (-99, 99))
        if own[0] < first or own[1] > last:
            beyond.append(row)
    problems.warn(
        f"{file}_year_group_not_taught",
        beyond,
        f"{low} {{value}} is a year group that the register row does not teach"
        if low == high
        else "the year groups go beyond those of the register row",
        "Correct the year group, or ncy_from and ncy_to in places.csv.",
        low,
        cells[low],
    )


def moves_rules(cells: pd.DataFrame, register: pd.DataFrame, problems: Problems) -> None:
    """Check agreed leavers and moves beside the register."""
    on_register(cells, register, "moves", problems)
    sound = cells[~cells.index.isin(list(problems.broken))]
    outside_year_groups(sound, register, "moves", "ncy", "ncy", problems)
    counts = ["leavers", "moves_out", "moves_in"]
    problems.warn(
        "moves_row_says_nothing",
        sound.index[(sound[counts] == "0").all(axis=1)],
        "leavers, moves_out and moves_in are all 0",
        "Fill in a number, or delete the row.",
        "leavers",
    )


def imports_rules(cells: pd.DataFrame, register: pd.DataFrame, problems: Problems) -> None:
    """Check pupils of other authorities beside the register and its rolls."""
    on_register(cells, register, "imports", problems)
    sound = cells[~cells.index.isin(list(problems.broken))]
    outside_year_groups(sound, register, "imports", "ncy", "ncy", problems)
    pupils = sound["pupils"].astype(int)
    for key, group in sound.groupby(SITE):
        roll = _most_on_roll(of_row(register, key))  # pyright: ignore[reportArgumentType]
        if roll is not None and int(pupils[group.index].sum()) > roll:
            problems.warn(
                "imports_above_roll",
                group.index[:1],
                f"{int(pupils[group.index].sum())} pupils of other authorities at this school, "
                f"but {roll} on roll in the register",
                "Check pupils here and on_roll in places.csv.",
                "pupils",
            )


def _most_on_roll(rows: pd.DataFrame) -> int | None:
    """Return the roll of a school's rows in the fullest of their periods, None if not known."""
    known = rows[rows["on_roll"].notna()]
    if known.empty:
        return None
    days = known["effective_from"].unique()
    return max(int(known.loc[in_force_on(known, day), "on_roll"].sum()) for day in days)


def need_mix_rules(cells: pd.DataFrame, register: pd.DataFrame, problems: Problems) -> None:
    """Check the planner's own split of places: shares of a row together are 1."""
    on_register(cells, register, "need_mix", problems)
    sound = cells[~cells.index.isin(list(problems.broken))]
    shares = sound["share"].astype(float)
    for _, group in sound.groupby([*SITE, "phase"]):
        total = float(shares[group.index].sum())
        if abs(total - 1) > SHARE_TOLERANCE:
            problems.block(
                "need_mix_shares_do_not_sum",
                group.index,
                f"the shares of this school, site, provision and phase together are {total:.3g}",
                "Make them 1 (100%) for each phase you give.",
                "share",
            )
    both = sound.groupby(SITE)["phase"].transform(lambda p: (p == ALL).any() and (p != ALL).any())
    problems.block(
        "need_mix_phases_and_all",
        sound.index[both.astype(bool)],
        "the school has shares for ALL and for single phases",
        "Give shares for ALL, or for each phase, not both.",
        "phase",
    )
    taken = [row for row, key in keys(sound) if takes(register, key, str(sound.at[row, "need"]))]
    problems.inform(
        "need_mix_need_not_designated",
        sound.index.difference(taken),
        "need {value} is not among the needs of the register row",
        "Nothing, if such children are there: recorded need is not designation.",
        "need",
        sound["need"],
    )


def takes(register: pd.DataFrame, key: tuple[str, str, str], need: str) -> bool:
    """Return whether a register row of the school is designated for, or accepts, a need."""
    rows = of_row(register, key)
    named = rows["designated_needs"] + " " + rows["acceptable_needs"]
    return any(
        not d or need in n.split() for d, n in zip(rows["designated_needs"], named, strict=True)
    )

"""The made-up panel in the layouts of the 2022 release of "Education, health and care plans"."""

import numpy as np
import pandas as pd

from sufficiency.demo import layouts, proportions
from sufficiency.demo.authorities import Panel
from sufficiency.demo.ees_2025 import stacked
from sufficiency.demo.flows import NEW_PLAN_YEARS, Flows
from sufficiency.demo.sharing import generator, whole, whole_rows
from sufficiency.demo.stock import LAST_TYPE_YEAR, YEARS, Stock

GROUP_ORDER = (
    "Alternative provision/Pupil referral unit", "Special school", "NEET",
    "Non-maintained early years", "Other", "Educated elsewhere", "Further education",
    "Mainstream school", "Unknown",
)  # fmt: skip
AGE_FILES = {
    "stock": ("sen2_age_caseload", "Total"),
    "new": ("sen2_age_new_plans", "Total_new"),
}
TYPE_FILES = {
    "stock": ("sen2_estab_caseload", "Total"),
    "new": ("sen2_estab_new_plans", "Total_new"),
}
MI_RATES = {
    "NewallEHC_pc": ("NewallEHC", "NewallEHC_AssnoneEHC_sum"),
    "AssnoneEHC_pc": ("AssnoneEHC", "NewallEHC_AssnoneEHC_sum"),
    "AssRefusedEHC_pc": ("AssRefusedEHC", "InreqEHC"),
    "NewEHCTribunal_pc": ("NewEHCTribunal", "NewEHCMediation"),
    "IncExc20weekRate": ("IncExc20weekEHC", "TotIncExcEHC"),
    "NoExc20weekRate": ("NoExc20weekEHC", "TotNoExcEHC"),
}


def files(panel: Panel, stock: Stock, flows: Flows, seed: int) -> dict[str, pd.DataFrame]:
    """Return every file of the release, file name to frame."""
    rng = generator(seed, "ees_2022")
    stock_years = range(YEARS[0], LAST_TYPE_YEAR + 1)
    new_years = range(NEW_PLAN_YEARS[0], LAST_TYPE_YEAR)
    new = {y: flows.totals[:, NEW_PLAN_YEARS.index(y)] for y in new_years}
    new_bands = {
        y: _shared(proportions.age_bands("new", y)["share"], new[y], rng) for y in new_years
    }
    new_types = {
        y: _shared(proportions.establishment_types(y + 1)["new"], new[y], rng) for y in new_years
    }
    stock_types = {y: stock.types[y] for y in stock_years}
    stock_bands = {y: stock.bands[y] for y in stock_years}
    old = {y: _statements("stock", y, stock_bands[y]) for y in stock_years}
    new_old = {y: _statements("new", y, new_bands[y]) for y in new_years}
    return {
        "sen2_age_caseload": _by_age(panel, "stock", stock_bands, old),
        "sen2_estab_caseload": _by_type(panel, "stock", stock_types, old, rng),
        "sen2_age_new_plans": _by_age(panel, "new", new_bands, new_old),
        "sen2_estab_new_plans": _by_type(panel, "new", new_types, new_old, rng),
        "sen2_mi": _management(panel, flows, rng),
    }


def _shared(shares: pd.Series, totals: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    shape = shares.to_numpy()
    return np.stack(
        [whole(shape * rng.gamma(20.0, 1 / 20.0, len(shape)), int(t), rng) for t in totals]
    )


def _statements(flow: str, year: int, cells: np.ndarray) -> np.ndarray:
    """Return how many of the plans were still statements: England's share of each age band."""
    part = proportions.age_bands(flow, year)["statements"].to_numpy()
    return np.floor(cells * part + 0.5).astype(np.int64)


def _columns(frame: pd.DataFrame, prefix: str, keys: list[str]) -> pd.DataFrame:
    """Add each count's share of its place's total in the year."""
    total = frame[keys[0]] == "Total"
    if len(keys) > 1:
        total &= frame[keys[1]] == "Total"
    places = ["time_period", "geographic_level", "region_code", "old_la_code"]
    made = frame.copy()
    for kind, digits in (("st", 6), ("ehc", 6), ("all", 7)):
        counted = f"{prefix}_{kind}"
        whole_of = made[total].set_index(places)[counted]
        base = whole_of.reindex(pd.MultiIndex.from_frame(made[places])).to_numpy(dtype=float)
        value = np.divide(100.0 * made[counted].to_numpy(), base, out=np.zeros(len(made)),
                          where=base > 0)  # fmt: skip
        made[f"{counted}_pc"] = [f"{v:.{digits}g}" for v in value]
    return made


def _symbols(frame: pd.DataFrame, prefix: str) -> pd.DataFrame:
    """Statements ended in 2018 and plans began in 2014: `z` beyond."""
    made = frame.copy()
    new = prefix.endswith("new")
    year = frame["time_period"].astype(int)
    last_statement, first_plan = (2015, 2014) if new else (2018, 2015)
    for kind, absent in (("st", year > last_statement), ("ehc", year < first_plan)):
        for column in (f"{prefix}_{kind}", f"{prefix}_{kind}_pc"):
            made[column] = made[column].astype(str).mask(absent, "z")
    return made


def _stack(
    panel: Panel, year: int, labels: list[str], cells: np.ndarray, old: np.ndarray, prefix: str
) -> pd.DataFrame:
    """Return rows of one year: `cells` plans of which `old` statements, authority x label."""
    values = np.stack([old, cells - old, cells], axis=-1)
    names = [f"{prefix}_{kind}" for kind in ("st", "ehc", "all")]
    keys = {"time_period": str(year), "time_identifier": "Calendar year"}
    marked = np.concatenate([values, np.ones((*values.shape[:-1], 1), dtype=np.int64)], axis=-1)
    return stacked(panel, keys, labels, marked, [*names, "_present"])


def _by_age(
    panel: Panel, flow: str, bands: dict[int, np.ndarray], statements: dict[int, np.ndarray]
) -> pd.DataFrame:
    name, prefix = AGE_FILES[flow]
    frames = []
    for year in sorted(bands, reverse=True):
        labels = ["Total", *proportions.age_bands(flow, year).index]
        cells, old = _with_total(bands[year]), _with_total(statements[year])
        frames.append(_stack(panel, year, labels, cells, old, prefix))
    frame = pd.concat(frames, ignore_index=True).rename(columns={"breakdown": "characteristic_age"})
    return _symbols(_columns(frame, prefix, ["characteristic_age"]), prefix)[layouts.header(name)]


def _with_total(cells: np.ndarray) -> np.ndarray:
    return np.concatenate([cells.sum(axis=1, keepdims=True), cells], axis=1)


def _by_type(
    panel: Panel,
    flow: str,
    types: dict[int, np.ndarray],
    statements: dict[int, np.ndarray],
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Lay plans out by type; each authority has as many statements as its age bands have."""
    name, prefix = TYPE_FILES[flow]
    frames = []
    for year in sorted(types, reverse=True):
        nation = proportions.establishment_types(year if flow == "stock" else year + 1)
        groups = list(nation["establishment_group"])
        present = [g for g in GROUP_ORDER if g in groups]
        old = whole_rows(types[year], statements[year].sum(axis=1), rng)
        labels = ["Total|Total", *(f"Total|{g}" for g in present)]
        labels += [f"{t}|{g}" for t, g in zip(nation["establishment_type"], groups, strict=True)]
        counted = [_with_groups(c, groups, present) for c in (types[year], old)]
        frames.append(_stack(panel, year, labels, counted[0], counted[1], prefix))
    frame = pd.concat(frames, ignore_index=True)
    split = frame["breakdown"].str.split("|", n=1, expand=True)
    frame = frame.assign(establishment_type=split[0], establishment_group=split[1])
    keys = ["establishment_type", "establishment_group"]
    return _symbols(_columns(frame, prefix, keys), prefix)[layouts.header(name)]


def _with_groups(cells: np.ndarray, groups: list[str], present: list[str]) -> np.ndarray:
    parts = [cells[:, [g == p for g in groups]].sum(axis=1) for p in present]
    return np.concatenate([cells.sum(axis=1)[:, None], np.stack(parts, axis=1), cells], axis=1)


def _management(panel: Panel, flows: Flows, rng: np.random.Generator) -> pd.DataFrame:
    """The management information: requests, refusals and timeliness agree with the 2025 release."""
    counted = layouts.counts("sen2_mi")
    frames = []
    for year in range(2021, 2013, -1):
        per_plan = proportions.management(year).loc[counted]
        own = flows.totals[:, NEW_PLAN_YEARS.index(year)]
        cells = np.outer(own, per_plan.fillna(0))
        cells = np.rint(cells * rng.gamma(50.0, 1 / 50.0, cells.shape)).astype(np.int64)
        cells = _agreeing(cells, counted, flows, year)
        keys = {"time_period": str(year), "time_identifier": "Calendar year"}
        marked = np.concatenate([cells, np.ones((len(cells), 1), dtype=np.int64)], axis=1)
        frame = stacked(panel, keys, ["all"], marked[:, None, :], [*counted, "_present"])
        absent = list(per_plan.index[per_plan.isna()])
        frames.append(_management_text(frame, absent))
    return pd.concat(frames, ignore_index=True)[layouts.header("sen2_mi")]


def _agreeing(cells: np.ndarray, names: list[str], flows: Flows, year: int) -> np.ndarray:
    made = cells.copy()
    if year >= 2019:
        sums = {name: by_year[year].sum(axis=1) for name, by_year in flows.outcomes.items()}
        for name, source, column in _AGREE:
            made[:, names.index(name)] = sums[source][:, layouts.counts(source).index(column)]
    issued, refused = names.index("NewallEHC"), names.index("AssnoneEHC")
    made[:, names.index("NewallEHC_AssnoneEHC_sum")] = made[:, issued] + made[:, refused]
    for part, total in (("IncExc20weekEHC", "TotIncExcEHC"), ("NoExc20weekEHC", "TotNoExcEHC")):
        at = names.index(part)
        made[:, at] = np.minimum(made[:, at], made[:, names.index(total)])
    return made


_AGREE = (
    ("InreqEHC", "requests", "requests_received_in_year"),
    ("InreqryaEHC", "requests", "requests_rya"),
    ("AssRefusedEHC", "requests", "requests_decided_not_to_assess"),
    ("NewallEHC", "assessments", "assess_issued"),
    ("AssnoneEHC", "assessments", "assess_not_issued"),
    ("TotIncExcEHC", "timeliness_20_week", "plans_issued_den"),
    ("TotNoExcEHC", "timeliness_20_week", "plans_issued_den_ex"),
    ("IncExc20weekEHC", "timeliness_20_week", "plans_issued_within_20_weeks"),
    ("NoExc20weekEHC", "timeliness_20_week", "plans_issued_20_weeks_ex"),
)


def _management_text(frame: pd.DataFrame, absent: list[str]) -> pd.DataFrame:
    text = frame.copy()
    for name, (part, total) in MI_RATES.items():
        base = frame[total].to_numpy(dtype=float)
        value = np.divide(100.0 * frame[part].to_numpy(), base, out=np.zeros(len(frame)),
                          where=base > 0)  # fmt: skip
        if name.endswith("Rate"):
            text[name] = [f"{round(v, 1):.12f}" for v in value]
        else:
            text[name] = [f"{v:.6g}" for v in value]
        if part in absent or total in absent:
            text[name] = "z"
    return text.assign(**dict.fromkeys(absent, "z"))

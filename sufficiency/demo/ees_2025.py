"""The made-up panel in the layouts of the 2025 release of "Education, health and care plans"."""

import numpy as np
import pandas as pd

from sufficiency.demo import layouts, outcomes, proportions
from sufficiency.demo.authorities import Panel
from sufficiency.demo.flows import Flows
from sufficiency.demo.stock import Stock, group_of

SUBTOTALS = ("mainstream_total", "special_total", "ap_pru_total", "fe_total", "ed_elsewhere")
NEED_SUBTOTALS = {
    "mainstream_total": "Mainstream - total",
    "special_total": "Special - total",
    "ap_pru_total": "AP/PRU - total",
    "fe_total": "FE - total",
    "ed_elsewhere": "Educated elsewhere - total",
}
RATES = {
    "request_assess_pc": ("requests_decided_to_assess", "requests_received_in_year"),
    "request_not_assess_pc": ("requests_decided_not_to_assess", "requests_received_in_year"),
    "request_outstanding_pc": ("requests_decision_not_made", "requests_received_in_year"),
    "request_withdrawn_pc": ("requests_withdrawn", "requests_received_in_year"),
    "request_outcome_six_weeks_pc": ("request_outcome_six_weeks", "six_weeks_all"),
    "request_outcome_over_6_weeks_pc": ("request_outcome_over_6_weeks", "six_weeks_all"),
    "assess_issued_pc": ("assess_issued", "assess_in_year"),
    "assess_not_issued_pc": ("assess_not_issued", "assess_in_year"),
    "assess_not_made_pc": ("assess_not_made", "assess_in_year"),
    "assess_withdrawn_pc": ("assess_withdrawn", "assess_in_year"),
    "outcome_decision_within_time_pc": ("outcome_decision_within_time", "decision_all"),
    "outcome_decision_over_time_pc": ("outcome_decision_over_time", "decision_all"),
    "pc_plans_issued_within_20_weeks": ("plans_issued_within_20_weeks", "plans_issued_den"),
    "PC_plans_issued_20_weeks_ex": ("plans_issued_20_weeks_ex", "plans_issued_den_ex"),
    "pc_plans_issued_gt20weeks_ltYear": ("plans_issued_gt20weeks_ltYear", "plans_issued_den"),
    "PC_plans_issued_gt20weeks_ltYear_ex": (
        "plans_issued_gt20weeks_ltYear_ex",
        "plans_issued_den_ex",
    ),
    "pc_plans_issued_gt_1_year": ("plans_issued_gt_1_year", "plans_issued_den"),
    "PC_plans_issued_gt_1_year_ex": ("plans_issued_gt_1_year_ex", "plans_issued_den_ex"),
}
SUMS = {
    "six_weeks_all": ("request_outcome_six_weeks", "request_outcome_over_6_weeks"),
    "decision_all": ("outcome_decision_within_time", "outcome_decision_over_time"),
}


def files(panel: Panel, stock: Stock, flows: Flows) -> dict[str, pd.DataFrame]:
    """Return every file of the release, file name to frame."""
    made = {
        "caseload": _caseload(panel, stock),
        "sen_needs_all_plans": _needs(
            panel, "sen_needs_all_plans", "202425", stock.base, layouts.stock_ages()
        ),
        "newplans": _new_plans(panel, flows),
        "sen_need_newplans": _needs(
            panel, "sen_need_newplans", "2024", flows.new_needs, layouts.start_ages()
        ),
        "ceased_plans": _ceased(panel, flows),
    }
    for name in outcomes.NAMES:
        made[name] = _outcomes(panel, flows, name)
    return made


def stacked(
    panel: Panel, keys: dict[str, str], labels: list[str], cells: np.ndarray, names: list[str]
) -> pd.DataFrame:
    """Return one row a place and label: national, regional and authority rows that agree.

    Args:
        panel: The authorities.
        keys: Columns that are the same in every row, such as `time_period`.
        labels: Value of `breakdown` for each label.
        cells: Whole numbers, authority x label x column.
        names: Column names of the last axis.

    Returns:
        Columns of `keys`, the places, `breakdown` and `names`; authority and regional rows
        without a single plan are left out, as they are in the releases.
    """
    areas = panel.areas
    codes = list(dict.fromkeys(areas["region_code"]))
    regional = [cells[(areas["region_code"] == c).to_numpy()].sum(axis=0) for c in codes]
    values = np.concatenate([cells.sum(axis=0)[None], regional, cells])
    nation = ("National", "", "", "", "", "")
    region = dict(zip(areas["region_code"], areas["region_name"], strict=True))
    regions = [("Regional", c, region[c], "", "", "") for c in codes]
    local = [("Local authority", *row) for row in areas[list(_PLACE[1:])].to_numpy(dtype=str)]
    places = np.repeat(np.array([nation, *regions, *local]), len(labels), axis=0)
    flat = values.reshape(-1, values.shape[-1])
    keep = (flat.sum(axis=1) > 0) | (places[:, 0] == "National") | (len(labels) == 1)
    many = int(keep.sum())
    columns: dict[str, object] = {key: [value] * many for key, value in keys.items()}
    columns |= {"country_code": ["E92000001"] * many, "country_name": ["England"] * many}
    columns |= {column: places[keep, n] for n, column in enumerate(_PLACE)}
    columns["breakdown"] = np.tile(labels, len(values))[keep]
    columns |= {name: flat[keep, n] for n, name in enumerate(names)}
    return pd.DataFrame(columns)


def as_text(values: np.ndarray) -> np.ndarray:
    """Return numbers as the releases print them: one decimal at most, no trailing zero."""
    return np.array([f"{v:g}" for v in np.round(values, 1)], dtype=str)


def share(part: np.ndarray, total: np.ndarray) -> np.ndarray:
    """Return `part` in per cent of `total` as text, `x` where there is no total."""
    value = np.divide(100.0 * part, total, out=np.zeros(len(part)), where=total > 0)
    return np.where(total > 0, as_text(value), "x")


_PLACE = (
    "geographic_level",
    "region_code",
    "region_name",
    "new_la_code",
    "old_la_code",
    "la_name",
)


def _finished(name: str, frames: list[pd.DataFrame]) -> pd.DataFrame:
    """Add shares and subtotals, print symbols where England has them, order the columns."""
    made = []
    for frame in frames:
        made.append(_symbols(_with_rates(frame), name, str(frame["time_period"].iloc[0])))
    return pd.concat(made, ignore_index=True)[layouts.header(name)]


def _with_rates(frame: pd.DataFrame) -> pd.DataFrame:
    made = frame.copy()
    for name, parts in SUMS.items():
        if parts[0] in made:
            made[name] = made[list(parts)].sum(axis=1)
    rates = {
        name: share(made[part].to_numpy(), made[total].to_numpy())
        for name, (part, total) in RATES.items()
        if part in made
    }
    return made.assign(**rates)


def _unpublished(name: str, period: str) -> list[str]:
    if name == "caseload":
        return proportions.unpublished_settings("stock", 2000 + int(period[-2:]))
    if name == "newplans":
        return proportions.unpublished_settings("new", int(period))
    return proportions.unpublished_outcomes(name, int(period)) if name in outcomes.NAMES else []


def _symbols(frame: pd.DataFrame, name: str, period: str) -> pd.DataFrame:
    """Put `x` in each column that was not published in this period."""
    absent = _unpublished(name, period)
    rates = [r for r, (part, total) in RATES.items() if r in frame and {part, total} & set(absent)]
    for total, parts in SUMS.items():
        rates += [r for r, pair in RATES.items() if pair[1] == total and set(parts) & set(absent)]
    if "placement_unknown" in absent:
        rates.append("placement_unknown_pc")
    return frame.assign(**dict.fromkeys([*absent, *rates], "x"))


def _place_columns(cells: np.ndarray, total: str) -> tuple[np.ndarray, list[str]]:
    """Return cells with the total and subtotals as further columns, and all names."""
    names = [*layouts.placements(), *layouts.OLD_ONLY]
    if cells.shape[-1] < len(names):
        pad = np.zeros((*cells.shape[:-1], len(names) - cells.shape[-1]), dtype=np.int64)
        cells = np.concatenate([cells, pad], axis=-1)
    groups = np.array([group_of(n) for n in names])
    parts = [cells[..., groups == g].sum(axis=-1) for g in SUBTOTALS]
    everything = cells.sum(axis=-1)
    return np.stack([everything, *np.moveaxis(cells, -1, 0), *parts], axis=-1), [
        total,
        *names,
        *SUBTOTALS,
    ]


def _placed(
    panel: Panel, period: str, topic: str, labels: list[str], cells: np.ndarray, total: str
) -> pd.DataFrame:
    values, names = _place_columns(cells, total)
    identifier = "Academic year" if len(period) == 6 else "Calendar year"
    keys = {"time_period": period, "time_identifier": identifier, "breakdown_topic": topic}
    frame = stacked(panel, keys, labels, values, names)
    whole_count = frame[total].to_numpy()
    shares = {
        f"{c}_pc": share(frame[c].to_numpy(), whole_count)
        for c in (*SUBTOTALS, "nm_early_years", "placement_unknown")
    }
    shares["AP_PRU_total_pc"] = shares.pop("ap_pru_total_pc")
    return frame.assign(**shares)


def _caseload(panel: Panel, stock: Stock) -> pd.DataFrame:
    def made(year: int, topic: str, labels: list[str], cells: np.ndarray) -> pd.DataFrame:
        period = f"{year - 1}{year % 100:02d}"
        return _placed(panel, period, topic, labels, cells, "ehcplans")

    frames = []
    for year in sorted(stock.columns):
        cells = stock.columns[year][:, None, :]
        frames.append(made(year, layouts.STOCK_TOPIC, [layouts.STOCK_TOPIC], cells))
        if year in stock.started:
            ages = stock.base.sum(axis=3) if year == 2025 else stock.before
            swapped = np.swapaxes(stock.started[year], 1, 2)
            frames.append(made(year, layouts.STARTED, layouts.started_ages(), swapped))
            frames.append(
                made(year, layouts.STOCK_AGE, layouts.stock_ages(), np.swapaxes(ages, 1, 2))
            )
    return _finished("caseload", frames)


def _new_plans(panel: Panel, flows: Flows) -> pd.DataFrame:
    def made(year: int, topic: str, labels: list[str], cells: np.ndarray) -> pd.DataFrame:
        return _placed(panel, str(year), topic, labels, cells, "new_ehc_plans")

    frames = []
    for year, cells in sorted(flows.new_columns.items()):
        frames.append(made(year, layouts.NEW_TOPIC, [layouts.NEW_TOPIC], cells[:, None, :]))
        if year in flows.new:
            ages = np.swapaxes(flows.new[year], 1, 2)
            frames.append(made(year, layouts.STARTED, layouts.start_ages(), ages))
    return _finished("newplans", frames)


def _needs(
    panel: Panel, name: str, period: str, cells: np.ndarray, ages: list[str]
) -> pd.DataFrame:
    labels, groups = layouts.placement_labels(), [group_of(c) for c in layouts.placements()]
    placed = cells.sum(axis=2)
    parts = [placed[:, [g == s for g in groups]].sum(axis=1) for s in NEED_SUBTOTALS]
    placements = np.concatenate([placed, np.stack(parts, axis=1)], axis=1)
    topics = [
        (layouts.STOCK_TOPIC, [layouts.STOCK_TOPIC], cells.sum(axis=(1, 2))[:, None]),
        (layouts.STOCK_AGE, ages, cells.sum(axis=1)),
        (layouts.PLACEMENT, [*labels, *NEED_SUBTOTALS.values()], placements),
    ]
    identifier = "Academic year" if len(period) == 6 else "Calendar year"
    frames = []
    for topic, names, values in topics:
        keys = {"time_period": period, "time_identifier": identifier, "breakdown_topic": topic}
        every = np.concatenate([values.sum(axis=-1, keepdims=True), values], axis=-1)
        frame = stacked(panel, keys, names, every, ["ehc_plans", *layouts.needs()])
        total = frame["ehc_plans"].to_numpy()
        shares = {
            c.removeprefix("number_").removeprefix("need_") + "_pc": share(
                frame[c].to_numpy(), total
            )
            for c in layouts.needs()
        }
        frames.append(frame.assign(**shares))
    return _finished(name, frames)


def _ceased(panel: Panel, flows: Flows) -> pd.DataFrame:
    groups = [group_of(c) for c in layouts.placements()]
    labels = [*layouts.placement_labels(), *NEED_SUBTOTALS.values()]
    frames = []
    for year, cells in sorted(flows.ceased.items()):
        placed = cells.sum(axis=2)
        parts = [placed[:, [g == s for g in groups]].sum(axis=1) for s in NEED_SUBTOTALS]
        placements = np.concatenate([placed, np.stack(parts, axis=1)], axis=1)
        everything = cells.sum(axis=(1, 2))[:, None]
        topics = [(layouts.CEASED_TOPIC, [layouts.CEASED_TOPIC], everything)]
        if year > 2022:
            topics.append((layouts.CEASED_AGE, layouts.ceased_ages(), cells.sum(axis=1)))
            topics.append((layouts.PLACEMENT, labels, placements))
        for topic, names, values in topics:
            keys = {"time_period": str(year), "time_identifier": "Calendar year",
                    "breakdown_topic": topic}  # fmt: skip
            every = np.concatenate([values, values.sum(axis=-1, keepdims=True)], axis=-1)
            frames.append(stacked(panel, keys, names, every, [*layouts.reasons(), "total_ceased"]))
    return _finished("ceased_plans", frames)


def _outcomes(panel: Panel, flows: Flows, name: str) -> pd.DataFrame:
    topic, columns = layouts.OUTCOME_TOPICS[name], layouts.counts(name)
    frames = []
    for year, cells in sorted(flows.outcomes[name].items()):
        topics = [(topic, [topic], cells.sum(axis=1)[:, None])]
        if year >= outcomes.FIRST_DETAILED_YEAR:
            topics.append((layouts.STOCK_AGE, layouts.outcome_ages(name), cells))
        for kind, labels, values in topics:
            keys = {"time_period": str(year), "time_identifier": "Calendar year",
                    "breakdown_topic": kind}  # fmt: skip
            frames.append(stacked(panel, keys, labels, values, columns))
    return _finished(name, frames)

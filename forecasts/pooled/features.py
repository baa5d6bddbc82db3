"""Features: what is known of an authority at a census, as differences from the national picture.

Each feature is one number an authority and cut. Levels are taken relative to the median authority,
growth relative to England's, so that a model learned in one year serves another. Features follow
the project's forecasting notes, sections 2 and 5: own and regional growth, size, the gap of the
plan rate, and the flows that lead (new plans, requests, assessments pending).
"""

from dataclasses import dataclass

import numpy as np

from forecasts.panel import TOTAL, Floats, Panel, cuts

GROWTH = ("growth_1", "growth_2", "growth_3", "growth_5", "region_1", "region_3", "size")
GAPS = ("gap", "gap_pupils")
TOTAL_ONLY = (
    *("new", "new_change", "requests", "requests_change", "pending", "pending_change"),
    *("requests_growth", "requests_per_new", "new_growth", "leaving", "leaving_3"),
    *("refused", "in_time"),
)
GROUP_ONLY = ("share", "total_growth", "new_rate", "new_share", "new")
PUPILS_TO_RESIDENTS = 0.8  # slope of log residents' rate on log pupils' rate, 2016 to 2021
ENOUGH_AUTHORITIES = 10
FEW = 5.0


def feature_names(cut: str) -> tuple[str, ...]:
    """Return the features of one cut, in the order of their columns."""
    return (*GROWTH, *GAPS, *(TOTAL_ONLY if cut == TOTAL else GROUP_ONLY))


@dataclass(frozen=True)
class Picture:
    """England and its regions as known at one census; what features are measured against.

    Attributes:
        years: Januaries at which the yearly steps of growth end.
        growth: Cut -> England's log growth, one a step.
        regional: Cut -> region -> log growth, one a step.
        centres: Cut -> median authority's value of each feature; 0 for growth and size.
    """

    years: tuple[int, ...]
    growth: dict[str, Floats]
    regional: dict[str, dict[str, Floats]]
    centres: dict[str, Floats]

    def steps(self, cut: str, years: Floats, region: str | None = None) -> Floats:
        """Return log growth of England or a region into each January; missing where not known."""
        known = self.growth[cut] if region is None else self.regional[cut].get(region)
        by_year = {} if known is None else dict(zip(self.years, known, strict=True))
        return np.array([by_year.get(int(year), np.nan) for year in years])


def can_picture(panel: Panel) -> bool:
    """Return whether the panel holds enough authorities to say what is usual."""
    return int(np.isfinite(panel.stock[TOTAL][:, -1]).sum()) >= ENOUGH_AUTHORITIES


def draw_picture(panel: Panel) -> Picture:
    """Return England, its regions and the median authority at the panel's last census."""
    growth = {cut: panel.growth(cut) for cut in cuts()}
    regional = {}
    for cut in cuts():
        regional[cut] = {
            region: _growth_of_sum(panel.stock[cut][[place == region for place in panel.regions]])
            for region in sorted(set(panel.regions))
        }
    years = tuple(int(year) for year in panel.years[1:])
    bare = Picture(years, growth, regional, {})
    centres = {}
    for cut in cuts():
        values = _measure(panel, bare, cut)
        middle = np.array([_median(column) for column in values.T])
        middle[: len(GROWTH)] = 0.0
        centres[cut] = middle
    return Picture(years, growth, regional, centres)


def describe(panel: Panel, picture: Picture, cut: str) -> Floats:
    """Return the features of one cut at the panel's last census, authority x feature.

    Missing where what they are made from is not known. The two gaps stand in for each other.
    """
    values = _measure(panel, picture, cut) - picture.centres[cut]
    names = feature_names(cut)
    first, second = names.index("gap"), names.index("gap_pupils")
    gap, pupils = values[:, first].copy(), PUPILS_TO_RESIDENTS * values[:, second]
    values[:, first] = np.where(np.isfinite(gap), gap, pupils)
    values[:, second] = np.where(np.isfinite(pupils), pupils, gap)
    return values


def filled(counts: Floats) -> Floats:
    """Return counts with gaps inside each row interpolated on the log scale."""
    years, known = np.arange(counts.shape[1]), np.isfinite(counts)
    before = np.maximum.accumulate(np.where(known, years, -1), axis=1)
    after = np.where(known, years, len(years))[:, ::-1]
    after = np.minimum.accumulate(after, axis=1)[:, ::-1]
    row, at = np.nonzero(~known & (before >= 0) & (after < len(years)))
    if len(row) == 0:
        return counts
    first, last = before[row, at], after[row, at]
    low, high = np.log1p(counts[row, first]), np.log1p(counts[row, last])
    whole = counts.copy()
    whole[row, at] = np.expm1(low + (high - low) * (at - first) / (last - first))
    return whole


def own_growth(panel: Panel, picture: Picture, cut: str) -> Floats:
    """Return log growth less England's, authority x step; missing into annotated years."""
    steps = np.diff(np.log(filled(panel.stock[cut]) + 1.0), axis=1)
    apart = steps - picture.steps(cut, panel.years[1:].astype(float))
    return apart if panel.unusual is None else np.where(panel.unusual[:, 1:], np.nan, apart)


def mean_known(values: Floats) -> Floats:
    """Return the mean over the last axis of what is known; missing where nothing is."""
    known = np.isfinite(values)
    count = known.sum(axis=-1)
    total = np.where(known, values, 0.0).sum(axis=-1)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def _measure(panel: Panel, picture: Picture, cut: str) -> Floats:
    columns = _growth_features(panel, picture, cut) | _gaps(panel)
    columns |= _total_features(panel) if cut == TOTAL else _group_features(panel, cut)
    return np.column_stack([columns[name] for name in feature_names(cut)])


def _growth_features(panel: Panel, picture: Picture, cut: str) -> dict[str, Floats]:
    own = own_growth(panel, picture, cut)
    years = panel.years[1:].astype(float)
    england = picture.steps(cut, years)
    known = {region: picture.steps(cut, years, region) - england for region in set(panel.regions)}
    none = np.full(len(england), np.nan)
    near = np.array([known.get(region, none) for region in panel.regions]).reshape(own.shape)
    return {
        "growth_1": _last(own),
        "growth_2": mean_known(own[:, -2:]),
        "growth_3": mean_known(own[:, -3:]),
        "growth_5": mean_known(own[:, -5:]),
        "region_1": _last(near),
        "region_3": mean_known(near[:, -3:]),
        "size": np.log(panel.stock[cut][:, -1] + 1.0),
    }


def _gaps(panel: Panel) -> dict[str, Floats]:
    now = panel.stock[TOTAL][:, -1]
    pupils = np.full(len(now), np.nan)
    for year in sorted(panel.pupils, key=lambda year: (abs(year - panel.origin), year)):
        pupils = np.where(np.isnan(pupils), panel.pupils[year], pupils)
    return {"gap": _log(now) - _log(panel.children()), "gap_pupils": _log(now) - _log(pupils)}


def _total_features(panel: Panel) -> dict[str, Floats]:
    stock = filled(panel.stock[TOTAL])
    flows = {name: _usual(panel, values) for name, values in panel.flows.items()}
    features = {}
    for name in ("new", "requests", "pending"):
        rate = flows[name] / (stock + 1.0)
        features[name] = rate[:, -1]
        features[f"{name}_change"] = rate[:, -1] - mean_known(rate[:, -4:-1])
    new, requests = flows["new"], flows["requests"]
    left = np.full_like(stock, np.nan)
    left[:, 1:] = 1.0 - (stock[:, 1:] - new[:, 1:]) / np.maximum(stock[:, :-1], 1.0)
    return features | {
        "requests_growth": _last(np.diff(np.log(requests + FEW), axis=1)),
        "requests_per_new": np.log((requests[:, -1] + FEW) / (new[:, -1] + FEW)),
        "new_growth": _last(np.diff(np.log(new + FEW), axis=1)),
        "leaving": left[:, -1],
        "leaving_3": mean_known(left[:, -3:]),
        "refused": flows["refused"][:, -1] / (requests[:, -1] + FEW),
        "in_time": flows["in_time"][:, -1] / (flows["issued"][:, -1] + 1.0),
    }


def _group_features(panel: Panel, cut: str) -> dict[str, Floats]:
    stock, total = filled(panel.stock[cut])[:, -1], filled(panel.stock[TOTAL])
    new = _usual(panel, panel.new_by_group[cut])[:, -1]
    growth = _usual(panel, np.diff(np.log(total), axis=1, prepend=np.nan))
    return {
        "share": _log(stock + 1.0) - _log(total[:, -1]),
        "total_growth": growth[:, -1],
        "new_rate": np.log((new + 1.0) / (stock + 1.0)),
        "new_share": _log(new + 1.0) - _log(total[:, -1]),
        "new": _usual(panel, panel.flows["new"])[:, -1] / (total[:, -1] + 1.0),
    }


def _usual(panel: Panel, values: Floats) -> Floats:
    return values if panel.unusual is None else np.where(panel.unusual, np.nan, values)


def _last(steps: Floats) -> Floats:
    return steps[:, -1] if steps.shape[1] else np.full(len(steps), np.nan)


def _log(values: Floats) -> Floats:
    known = values > 0
    return np.where(known, np.log(np.where(known, values, 1.0)), np.nan)


def _median(values: Floats) -> float:
    known = values[np.isfinite(values)]
    return float(np.median(known)) if len(known) else 0.0


def _growth_of_sum(counts: Floats) -> Floats:
    both = np.isfinite(counts[:, 1:]) & np.isfinite(counts[:, :-1])
    after = np.where(both, counts[:, 1:], 0.0).sum(axis=0)
    before = np.where(both, counts[:, :-1], 0.0).sum(axis=0)
    return _log(after) - _log(before)

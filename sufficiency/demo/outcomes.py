"""Requests, assessments and timeliness of every made-up authority, by age and calendar year."""

import numpy as np

from sufficiency.demo import layouts, proportions, westmere
from sufficiency.demo.sharing import part_of, whole

FLOW_YEARS = tuple(range(2019, 2025))
FIRST_DETAILED_YEAR = 2023
REQUEST_PARTS = (
    "requests_decided_to_assess",
    "requests_decided_not_to_assess",
    "requests_decision_not_made",
    "requests_withdrawn",
)
ASSESSMENT_PARTS = ("assess_issued", "assess_not_issued", "assess_not_made", "assess_withdrawn")
ISSUED_PARTS = {
    "plans_issued_within_20_weeks": "plans_issued_20_weeks_ex",
    "plans_issued_gt20weeks_ltYear": "plans_issued_gt20weeks_ltYear_ex",
    "plans_issued_gt_1_year": "plans_issued_gt_1_year_ex",
}
WITHOUT_EXCEPTIONS = 0.93
NAMES = ("requests", "assessments", "timeliness_20_week")


def outcomes(name: str, year: int, new_plans: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return authority x age x column, whole numbers, Westmere last.

    Ages are shared as in 2024 (years before 2023 were published without ages: only their sums are
    written). Columns that England lacks in a year are 0.

    Args:
        name: One of `NAMES`.
        year: Calendar year, 2019 to 2024.
        new_plans: Each authority's new plans in the year.
        rng: Random numbers.
    """
    names = layouts.counts(name)
    shape = proportions.outcomes_by_age(name)
    per_plan = proportions.outcome_rates(name, year)
    own = new_plans * np.exp(rng.normal(0.0, 0.06, len(new_plans)))
    made = []
    for n, factor in enumerate(own):
        totals = per_plan * factor * np.exp(rng.normal(0.0, 0.1, len(names)))
        if n == len(own) - 1:
            totals = _westmere(name, year, dict(zip(names, totals, strict=True)), rng)
        cells = [whole(c, round(t), rng) for c, t in zip(shape.T, totals, strict=True)]
        made.append(np.stack(cells, axis=1))
    return _tied(name, np.stack(made), year, rng)


def varied(flow: str, year: int, rng: np.random.Generator) -> int:
    """Return a known yearly flow of Westmere, moved by up to half a per cent."""
    return round(westmere.FLOWS[flow][year] * rng.uniform(0.995, 1.005))


def _westmere(
    name: str, year: int, totals: dict[str, float], rng: np.random.Generator
) -> np.ndarray:
    if name == "requests":
        received, refused = varied("requests", year, rng), varied("refused", year, rng)
        scale = received / totals["requests_received_in_year"]
        made = {column: total * scale for column, total in totals.items()}
        made["requests_received_in_year"] = received
        made["requests_decided_not_to_assess"] = refused
        if year >= FIRST_DETAILED_YEAR:
            rest = sum(round(made[column]) for column in REQUEST_PARTS[1:])
            made["requests_decided_to_assess"] = received - rest
    elif name == "assessments":
        issued = varied("issued", year, rng)
        made = {c: total * issued / totals["assess_issued"] for c, total in totals.items()}
        made["assess_issued"] = issued
        if year in westmere.FLOWS["assessments"]:
            rest = round(made["assess_not_made"]) + round(made["assess_withdrawn"])
            decided = varied("assessments", year, rng) - issued - rest
            made["assess_not_issued"] = max(decided, 0)
    else:
        issued = varied("issued", year, rng) * 0.85
        share = westmere.FLOWS["in_20_weeks"][year]
        made = {c: total * issued / totals["plans_issued_den"] for c, total in totals.items()}
        late = sum(made[column] for column in list(ISSUED_PARTS)[1:])
        for column in list(ISSUED_PARTS)[1:]:
            made[column] *= issued * (1 - share) / late if late > 0 else 0.0
        made["plans_issued_within_20_weeks"] = issued * share
    return np.array([float(made[column]) for column in totals])


def _tied(name: str, cells: np.ndarray, year: int, rng: np.random.Generator) -> np.ndarray:
    """Make each total the sum of its parts, and each count without exceptions no larger."""
    at = {column: i for i, column in enumerate(layouts.counts(name))}
    made = cells.copy()

    def is_sum_of(total: str, parts: tuple[str, ...]) -> None:
        made[..., at[total]] = made[..., [at[p] for p in parts]].sum(axis=-1)

    if name == "requests" and year >= FIRST_DETAILED_YEAR:
        is_sum_of("requests_received_in_year", REQUEST_PARTS)
    if name == "assessments" and year >= FIRST_DETAILED_YEAR - 1:
        is_sum_of("assess_in_year", ASSESSMENT_PARTS)
    if name == "timeliness_20_week":
        every, within = at["plans_issued_den"], at["plans_issued_within_20_weeks"]
        if year >= FIRST_DETAILED_YEAR:
            is_sum_of("plans_issued_den", tuple(ISSUED_PARTS))
        else:
            made[..., within] = np.minimum(made[..., within], made[..., every])
        for column, without in ISSUED_PARTS.items():
            made[..., at[without]] = part_of(made[..., at[column]], WITHOUT_EXCEPTIONS, rng)
        if year >= FIRST_DETAILED_YEAR:
            is_sum_of("plans_issued_den_ex", tuple(ISSUED_PARTS.values()))
        else:
            late = part_of(made[..., every] - made[..., within], WITHOUT_EXCEPTIONS, rng)
            made[..., at["plans_issued_den_ex"]] = made[..., at["plans_issued_20_weeks_ex"]] + late
    return made

"""How the tables made from the council's own returns are explained and shown: counts only."""

from collections.abc import Iterator

import dagster as dg
import pandas as pd

from assets.describe import counts, short_table
from sufficiency import contracts as tables

TEXT = {
    "past_plans": "Plans at every January of which a SEN2 return was read, under pseudonyms: who "
    "had which plan, where they lived, where they were placed. Empty without returns.",
    "plan_flows": "Who joined, left, moved or changed need between two Januaries, from the same "
    "people in both returns. A residual row says what the return's own new and ceased plans leave "
    "unexplained; nothing is forced to balance.",
    "links": "How people were recognised from one January to the next: by UPN, ULN, or name, birth "
    "date and postcode.",
    "requests": "Requests for an assessment, their stages and clocks, under pseudonyms.",
    "requests_by_month": "Requests, decisions and plans issued by month, and how many within 20 "
    "weeks: the signal that leads new plans.",
    "adulthood": "Preparation for adulthood: what 16 to 25 year olds with a plan do at the census, "
    "and where those went whose plan ceased.",
    "pupils": "School census counts by school, home, year group, SEN provision, need and base. "
    "Pupils of schools here, wherever they live: never the same children as `plans`.",
    "sen_support_to_plan": "Of children on SEN support, how many had a plan a year on, by need and "
    "year group: an early sign of plans to come.",
    "second_placements": "Second placements (rank 2) on census day, by school, need and year "
    "group: listed apart, never added to demand or occupancy.",
    "placement_months": "When residents entered and left schools, by month: from it the roll that "
    "special schools reach in July.",
    "schools_attended": "Every school and college a plan holder is placed in, of any authority, "
    "with its ages and its place on the map.",
    "quality_checks": "Every check of every return, passed or not: how many rows fail, what was "
    "assumed, what to do. **Fix first** what blocks, then what touches most plans. The rows are in "
    "`restricted/corrections.xlsx`: fill in the corrected values there and run again.",
    "bases": "Units and resourced provision three ways, school by school: SEN2, the school census, "
    "and GIAS or the register. The flags are weak: until they agree, base places stay out of "
    "headlines.",
    "against_published": "The return beside the published counts of the same January, by total, "
    "need, age and setting.",
}
MODELS = {
    "past_plans": tables.PastPlans,
    "plan_flows": tables.PlanFlows,
    "links": tables.Links,
    "requests": tables.Requests,
    "requests_by_month": tables.RequestsByMonth,
    "adulthood": tables.Adulthood,
    "pupils": tables.Pupils,
    "sen_support_to_plan": tables.SenSupportToPlan,
    "second_placements": tables.SecondPlacements,
    "placement_months": tables.PlacementMonths,
    "schools_attended": tables.SchoolsAttended,
    "quality_checks": tables.QualityChecks,
    "bases": tables.Bases,
    "against_published": tables.AgainstPublished,
}
QUALITY = ("links", "quality_checks", "bases", "against_published")
BY_SEVERITY = {
    "returns_can_be_used": ("blocks", dg.AssetCheckSeverity.ERROR),
    "returns_need_no_assumption": ("warns", dg.AssetCheckSeverity.WARN),
}
CHECKS = [
    dg.AssetCheckSpec(
        "returns_can_be_used",
        asset="quality_checks",
        description="No return has a row that would make a wrong table. If this fails, correct "
        "the rows listed in restricted/corrections.xlsx and run again.",
    ),
    dg.AssetCheckSpec(
        "returns_need_no_assumption",
        asset="quality_checks",
        description="Nothing had to be assumed for a row of a return. If this fails, the table "
        "says what was assumed, for how many, and what to do.",
    ),
    dg.AssetCheckSpec(
        "bases_agree",
        asset="bases",
        description="SEN2, the school census and GIAS or the register agree on who is in a unit or "
        "resourced provision, at every school.",
    ),
]


def shown(name: str, frame: pd.DataFrame) -> dict:
    """Return what a table's page shows: sums and counts, never a person's row."""
    made = {
        "past_plans": lambda: {"plans_by_january": _plans(frame)},
        "plan_flows": lambda: {"flows": _by(frame, "year", "flow", "value")},
        "links": lambda: {"matched": short_table(frame, ["year", "method", "plans", "share"])},
        "requests": lambda: {"requests_by_outcome": counts(frame, "request_outcome")},
        "requests_by_month": lambda: {
            "by_calendar_year": short_table(
                frame.assign(calendar_year=frame["month"].str[:4])
                .groupby("calendar_year")[["received", "agreed", "refused", "plans_issued"]]
                .sum()
                .reset_index()
            )
        },
        "adulthood": lambda: {
            "newest_january": _by(frame[frame["year"] == frame["year"].max()], "key", "kind")
        },
        "pupils": lambda: {
            "newest_term": _by(
                frame[frame["year"] == frame["year"].max()], "home", "sen_provision", "pupils"
            )
        },
        "sen_support_to_plan": lambda: {
            "all_needs_and_years": short_table(
                frame[(frame["need"] == "ALL") & frame["ncy"].isna()],
                ["year", "on_sen_support", "came_to_plan", "rate"],
            )
        },
        "second_placements": lambda: {"by_setting": _by(frame, "year", "setting")},
        "placement_months": lambda: {
            "by_calendar_year": short_table(
                frame.groupby("year")[["entered", "left"]].sum().reset_index()
            )
        },
        "schools_attended": lambda: {"schools_by_setting": counts(frame, "setting")},
        "quality_checks": lambda: {"fix_first": fix_first(frame)},
        "bases": lambda: {
            "schools_by_verdict": _by(frame.assign(schools=1), "year", "verdict", "schools"),
            "newest_january": short_table(
                frame[frame["year"] == frame["year"].max()],
                ["name", "base", "sen2", "census", "gias", "register", "verdict"],
            ),
        },
        "against_published": lambda: {
            "totals": short_table(
                frame[frame["dimension"] == "total"], ["year", "person", "published", "difference"]
            )
        },
    }
    return made[name]() if len(frame) else {}


def fix_first(quality: pd.DataFrame) -> dg.MetadataValue:
    """Return the checks to act on, newest return first, what blocks before what warns."""
    failing = quality[(quality["count"] > 0) & (quality["severity"] != "informs")]
    rank = failing["severity"].map({"blocks": 0, "warns": 1, "informs": 2})
    ordered = failing.assign(rank=rank).sort_values(
        ["rank", "year", "share", "count"], ascending=[True, False, False, False], kind="stable"
    )
    return short_table(ordered, ["year", "severity", "title", "count", "action"])


def check_results(made: dict[str, pd.DataFrame], blocked: bool) -> Iterator[dg.AssetCheckResult]:
    """Yield the result of each check of `CHECKS`; of tables that were not stored, none."""
    quality, bases = made["quality_checks"], made["bases"]
    for name, (severity, grave) in BY_SEVERITY.items():
        failing = quality[(quality["severity"] == severity) & (quality["count"] > 0)]
        yield dg.AssetCheckResult(
            asset_key="quality_checks",
            check_name=name,
            passed=failing.empty,
            severity=grave,
            metadata={"checks_that_fail": len(failing), "fix_first": fix_first(failing)},
        )
    if blocked:
        return
    odd = bases[~bases["verdict"].isin(["agrees", "not_known"])]
    yield dg.AssetCheckResult(
        asset_key="bases",
        check_name="bases_agree",
        passed=odd.empty,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={"schools_to_settle": len(odd), "by_verdict": counts(odd, "verdict")},
    )


def _by(frame: pd.DataFrame, rows: str, columns: str, value: str = "plans") -> dg.MetadataValue:
    """Return sums of whole numbers, `rows` down and `columns` across."""
    summed = frame.groupby([rows, columns], sort=True)[value].sum().unstack().fillna(0.0)
    return short_table(summed.astype("int64").reset_index())


def _plans(frame: pd.DataFrame) -> dg.MetadataValue:
    return short_table(frame.groupby("year").size().rename("plans").reset_index())

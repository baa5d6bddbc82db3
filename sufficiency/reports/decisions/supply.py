"""How full places are, schemes, and the register beside what others say, as shown."""

import pandas as pd

from sufficiency.reports.decisions.shown import SCHOOL, Shown
from sufficiency.terms import ALL


def _by_school(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.sort_values(
        ["provision", "name", "urn", "site_id"], kind="stable", key=lambda c: c.astype("str")
    )


def _fullest(frame: pd.DataFrame) -> pd.DataFrame:
    whole = frame[frame["pool"] == ALL]
    return whole.sort_values(["occupancy", "name"], ascending=[False, True], kind="stable")


def _last_january(frame: pd.DataFrame) -> pd.DataFrame:
    return frame[frame["year"] == frame["year"].max()]


SUPPLY = {
    "Occupancy": Shown(
        "occupancy",
        "Occupancy and headroom",
        {
            **SCHOOL,
            "pool": ("Pool", "text"),
            "physical": ("Physical", "whole"),
            "scap": ("SCAP", "whole"),
            "commissioned": ("Commissioned", "whole"),
            "usable": ("Usable", "whole"),
            "on_roll": ("On roll", "whole"),
            "with_plan": ("Our residents with a plan", "whole"),
            "other_authorities": ("Other authorities", "whole"),
            "assessment": ("Assessment places", "whole"),
            "sen_support": ("Others without a plan", "whole"),
            "unexplained": ("Not explained", "signed"),
            "fte": ("FTE", "decimal"),
            "occupancy": ("Occupancy, per cent", "decimal"),
            "headroom": ("Headroom", "decimal"),
            "over_number": ("Over number", "decimal"),
            "second_placements": ("Second placements", "whole"),
            "july_peak": ("July peak", "decimal"),
            "beds": ("Beds", "whole"),
            "beds_used": ("Boarders", "whole"),
            "note": ("Note", "text"),
        },
        "Full-time equivalents at the base census. Usable is class sizes added up where supplied, "
        "else commissioned. A second placement is listed apart and never added.",
        _by_school,
        brief=(
            "name",
            "provision",
            "commissioned",
            "usable",
            "on_roll",
            "fte",
            "occupancy",
            "headroom",
            "over_number",
        ),
        brief_rows=_fullest,
    ),
    "Schemes": Shown(
        "scheme_places",
        "Capital schemes and what counts",
        {
            "scheme": ("Scheme", "text"),
            "name": ("School or base", "text"),
            "scheme_type": ("Kind", "text"),
            "stage": ("Stage", "text"),
            "provision": ("Provision", "text"),
            "year": ("January", "year"),
            "planned_places": ("Planned places", "whole"),
            "earliest_opening": ("Earliest opening", "text"),
            "likely_places": ("Likely places", "decimal"),
            "counted_places": ("Counted", "whole"),
            "why_not": ("Why it does not count", "text"),
            "capital_cost": ("Capital, pounds", "whole"),
            "capital_source": ("Capital from", "text"),
        },
        "A scheme that is not approved is never counted in unmitigated places.",
        brief=(
            "scheme",
            "stage",
            "provision",
            "planned_places",
            "earliest_opening",
            "counted_places",
            "why_not",
        ),
        brief_rows=_last_january,
    ),
    "Who uses places": Shown(
        "need_mix",
        "Who uses which places",
        {
            **SCHOOL,
            "need": ("Recorded need", "text"),
            "plans": ("Plan holders", "whole"),
            "share_observed": ("Share observed", "percent"),
            "share_used": ("Share used", "percent"),
            "designated": ("Designated for it", "text"),
            "chosen_by": ("Chosen by", "text"),
        },
        "Recorded need is not designation. Override the split in council/need_mix.csv.",
    ),
    "Register and rolls": Shown(
        "register_check",
        "The register beside GIAS, the school census and SEN2",
        {
            **SCHOOL,
            "register_roll": ("Roll, register", "whole"),
            "census_roll": ("Roll, school census", "whole"),
            "census_plans": ("of whom with a plan", "whole"),
            "gias_roll": ("Roll, GIAS", "whole"),
            "gias_capacity": ("Capacity, GIAS", "whole"),
            "sen2_plans": ("Our residents, SEN2", "whole"),
            "imports": ("Other authorities", "whole"),
            "without_plan": ("Without a plan", "whole"),
            "difference": ("Not explained", "signed"),
            "verdict": ("Verdict", "text"),
        },
    ),
    "Register changes": Shown(
        "register_changes",
        "What changed on the register since last year",
        {
            **SCHOOL,
            "effective_from": ("From", "text"),
            "change": ("Change", "text"),
            "column": ("Column", "text"),
            "before": ("Before", "text"),
            "after": ("Now", "text"),
        },
    ),
}

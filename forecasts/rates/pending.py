"""Requests still open at the base census: who of the first year's joiners is already known of."""

import numpy as np
import pandas as pd

from forecasts.panel import Floats
from forecasts.rates.defaults import AGES

# England, calendar 2024 (domain handbook 10): 38,889 of 154,489 requests were refused, and 98,547
# of 105,340 assessments led to a plan. One whose plan is only to be written gets it.
AGREED_USUALLY, ISSUED_USUALLY, WRITTEN = 0.75, 0.94, 1.0
USUAL_WEIGHT = 20.0
SCHOOL_YEAR_ENDS = 8
AGREED, ENDED = "Y", ("Y", "N", "W")


def first_year_joiners(
    join: Floats, requests: pd.DataFrame, base_year: int
) -> tuple[Floats | None, str]:
    """Return joiners expected in the first year ahead, age x need, and a sentence that says whence.

    Of the requests that were open at the base census, as many are taken to lead to a plan as did of
    the authority's earlier ones at that stage. They join at the age that they will then be; the
    rest of the year's joiners are as in any year. The number of the year stays, unless more than
    that are already on their way: it is for the forecast total to say.

    Args:
        join: Joiners of any year, age x need.
        requests: Contract `Requests`.
        base_year: January census year.

    Returns:
        Joiners, or None where no open request has an age.
    """
    rows = requests[(requests["year"] == base_year) & (requests["pending"] != "")]
    month = pd.to_datetime(rows["received"], format="%Y-%m", errors="coerce")
    known = rows["age"].notna() & month.notna()
    rows, month = rows[known], month[known]
    if rows.empty or join.sum() <= 0:
        return None, "Joiners of the first year are as in any year: no open request with an age."
    chance = _chances(requests[requests["year"] <= base_year])
    before_september = (month.dt.month <= SCHOOL_YEAR_ENDS).astype(int)
    last_august = month.dt.year - before_september
    age = rows["age"].astype("int64") + base_year - last_august
    coming = np.zeros(AGES)
    np.add.at(
        coming,
        np.clip(age.to_numpy(), 0, AGES - 1),
        rows["pending"].map(chance).fillna(0.0).to_numpy(dtype=float),
    )
    by_age = join.sum(axis=1)
    coming = np.where(by_age > 0, coming, 0.0)
    rest = max(by_age.sum() - coming.sum(), 0.0)
    wanted = coming + by_age * (rest / by_age.sum())
    made = join * np.divide(wanted, by_age, out=np.zeros(AGES), where=by_age > 0)[:, None]
    return made, (
        f"Ages of the first year's joiners follow {len(rows)} requests open at the census, of "
        f"which {round(float(coming.sum()))} are taken to lead to a plan."
    )


def _chances(requests: pd.DataFrame) -> dict[str, float]:
    """Chance of a plan by the stage waited for, from the authority's own closed requests."""
    decided = requests["request_outcome"].isin(ENDED)
    agreed = requests["request_outcome"] == AGREED
    assessed = agreed & requests["assessment_outcome"].isin(ENDED)
    issued = agreed & (requests["assessment_outcome"] == AGREED)

    def share(came: int, of: int, usual: float) -> float:
        return (came + USUAL_WEIGHT * usual) / (of + USUAL_WEIGHT)

    after_assessment = share(int(issued.sum()), int(assessed.sum()), ISSUED_USUALLY)
    after_decision = share(int(agreed.sum()), int(decided.sum()), AGREED_USUALLY)
    return {
        "decision": after_decision * after_assessment,
        "assessment": after_assessment,
        "plan": WRITTEN,
    }

"""How past forecasts fared, in one sentence to stand under a chart."""

import pandas as pd

from sufficiency.reports.printing import printed
from sufficiency.terms import lookup

YEARS_AHEAD = {1: "one year", 2: "two years", 3: "three years"}
TOO_NARROW, TOO_WIDE = 75, 92  # per cent; the range should hold 80
NOT_TESTED = "Not tested on past years."
TOTAL = "total"


def total_fared(accuracy: pd.DataFrame) -> str:
    """Return how past forecasts of all plans fared.

    Args:
        accuracy: The `accuracy` table.
    """
    return _sentence(accuracy, TOTAL, "all plans")


def provision_fared(accuracy: pd.DataFrame, provision: str) -> str:
    """Return how past forecasts of a provision's setting group fared, naming the group.

    Forecasts are tested by setting group: that of most of a provision's settings speaks for it.

    Args:
        accuracy: The `accuracy` table.
        provision: Provision code.
    """
    provisions, groups = lookup("settings", "provision"), lookup("settings", "setting_group")
    own = [groups[setting] for setting, of in provisions.items() if of == provision]
    if not own:
        return NOT_TESTED
    group = max(own, key=own.count)
    name = _lower(lookup("setting_groups", "name")[group])
    return _sentence(accuracy, group, f"{name} as a group")


def _sentence(accuracy: pd.DataFrame, cut: str, subject: str) -> str:
    """Only the method in use has a band, so the rows with a coverage are its own."""
    rows = accuracy[(accuracy["origin"] == 0) & (accuracy["cut"] == cut)]
    rows = rows[rows["coverage_80"].notna() & rows["wape"].notna()]
    rows = rows[rows["horizon"].isin(list(YEARS_AHEAD))].sort_values("horizon", kind="stable")
    if rows.empty:
        return NOT_TESTED
    furthest = rows.iloc[-1]
    coverage = float(furthest["coverage_80"])
    verdict = ""
    if coverage < TOO_NARROW:
        verdict = ", so the range is too narrow"
    elif coverage > TOO_WIDE:
        verdict = ", so the range is wider than it need be"
    return (
        f"Tested on past years ({subject}; all authorities together): "
        f"{YEARS_AHEAD[int(furthest['horizon'])]} ahead such forecasts were "
        f"{printed(furthest['wape'], 'decimal')}% out on average, and the 8-in-10 range held "
        f"{printed(coverage, 'whole')}% of the time{verdict}."
    )


def _lower(name: str) -> str:
    return name if name[:2].isupper() else name[:1].lower() + name[1:]

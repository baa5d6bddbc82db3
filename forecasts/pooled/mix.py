"""The mix: what is known of England's ages and needs, as plain numbers that fit in a small file.

A council that holds only its own figures forecasts its ages and needs with this. It holds England's
counts and rates, medians and coefficients; no authority's rows.
"""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Row = tuple[float, ...]
Grid = tuple[Row, ...]

DIGITS = 6


@dataclass(frozen=True)
class BandMix:
    """England's age bands, in the order of `AGE_BANDS`, and how authorities' shares move.

    Attributes:
        shares: Share of England's plans in each band, last known.
        joining: Log of plans in a band over plans aged into it, England's last known year.
        centres: The median authority's features at the last census.
        low: Lowest value of each feature, less its median, that was learned from.
        high: Highest value.
        constant: Horizon x band, what is added to the log share of the average authority.
        slopes: Horizon x band x feature, what each feature adds.
    """

    shares: Row
    joining: Row
    centres: Row
    low: Row
    high: Row
    constant: Grid
    slopes: tuple[Grid, ...]


@dataclass(frozen=True)
class SingleAgeMix:
    """England's plans by single year of age 0 to 25 at the last census.

    Attributes:
        plans: All plans.
        special: Plans placed in state special schools.
        staying: Share of the plans at each age that are still in force a year later.
        joining: Joiners of a year by age at the census after, per plan in force before.
        growth: Cumulative log growth of all plans, one a horizon.
        special_growth: The same of plans in state special schools.
    """

    plans: Row
    special: Row
    staying: Row
    joining: Row
    growth: Row
    special_growth: Row


@dataclass(frozen=True)
class NeedMix:
    """England's plans by primary need, in the order of `needs()`.

    Attributes:
        shares: Share of plans in each need at the last census.
        by_age: Need x age 0 to 25, share of the plans at that age; empty where not published.
        drift: Yearly change of the log share; 0 where one census alone is published.
    """

    shares: Row
    by_age: Grid
    drift: Row


@dataclass(frozen=True)
class Mix:
    """England's mix of ages and needs as known at one January census.

    Attributes:
        fitted_through: The last January census used.
        bands: Age bands; None where they are not published.
        single_ages: Single years of age; None where they are not published.
        needs: Primary needs; None where they are not published.
    """

    fitted_through: int
    bands: BandMix | None
    single_ages: SingleAgeMix | None
    needs: NeedMix | None

    def as_dict(self) -> dict[str, Any]:
        """Return plain lists and numbers, rounded to six significant digits, ready for JSON."""
        return _plain(asdict(self))

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> "Mix":
        """Return the mix from what `as_dict` gave.

        Raises:
            KeyError, TypeError: The values are not those of a mix.
        """
        parts = {"bands": BandMix, "single_ages": SingleAgeMix, "needs": NeedMix}
        made = {
            name: None
            if values[name] is None
            else part(**{key: _tuples(value) for key, value in values[name].items()})
            for name, part in parts.items()
        }
        return cls(fitted_through=int(values["fitted_through"]), **made)


def row(values: NDArray[np.float64]) -> Row:
    """Return an array of numbers as a tuple."""
    return tuple(float(value) for value in values)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items()}
    if isinstance(value, tuple):
        return [_plain(part) for part in value]
    return float(f"{value:.{DIGITS}g}") if isinstance(value, float) else value


def _tuples(value: Any) -> Any:
    return tuple(_tuples(part) for part in value) if isinstance(value, list) else value

"""Unit costs small enough to reckon with, for the authority on paper."""

import pandas as pd
import pytest

from sufficiency.contracts import Costs, checked

PRICES = (
    # item, provision, kind of scheme, central, 1 in 10 lower, 1 in 10 higher
    ("place_funding", "special", "", 10_000, 10_000, 10_000),
    ("top_up", "special", "", 12_000, 12_000, 12_000),
    ("fee", "independent_special", "", 60_000, 50_000, 70_000),
    ("fee", "non_maintained_special", "", 50_000, 50_000, 50_000),
    ("transport", "ALL", "", 2, 2, 2),
    ("capital", "special", "expansion", 90_000, 90_000, 90_000),
)


@pytest.fixture
def prices() -> pd.DataFrame:
    """Costs of the council for special schools and what it buys; none for bases."""
    columns = ["item", "provision", "scheme_type", "value", "low", "high"]
    rows = pd.DataFrame(PRICES, columns=columns).assign(
        unit="GBP", price_year="2025-26", source="on paper", given_by="council"
    )
    return checked(Costs, rows, "costs")

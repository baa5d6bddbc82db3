"""Person level against what DfE published: plans by need, age and setting."""

import pandas as pd

from sufficiency.contracts import AgainstPublished, checked, empty

SMALLEST_STATED = 5
KNOWN = ("ok", "zero")
DIMENSIONS = ("total", "need", "age", "setting")
# What a release that lacks a code counts it under.
COUNTED_UNDER = {"need": {"DS": "OTH"}, "setting": {"FE6": "FE", "SUPB": "MSLA"}}


def against_published(
    past_plans: pd.DataFrame,
    published_stock: pd.DataFrame,
    authority: str,
    tolerance: float,
) -> pd.DataFrame:
    """Return the return's plans beside the published, for every January in both.

    Where a release lacks a code that the return uses (DS before 2026; sixth-form colleges) the
    return's plans are counted under the code that the release uses, and ages beyond those of the
    release under its first or last class ("under 3" is 2). A code that the release leaves out of a
    dimension it has is a published zero; one withheld has no row.

    Args:
        past_plans: `PastPlans`.
        published_stock: `PublishedStock`, of any authorities.
        authority: Three-digit DfE code.
        tolerance: Share of the published count over which a difference of at least 5 plans is
            stated; 0.02 is 2%.

    Returns:
        `AgainstPublished`: one row a year, dimension and key.
    """
    stock = published_stock[published_stock["level"] == "authority"]
    parts = [
        _compared(plans, rows[rows["authority"] == authority], rows, dimension)
        for year, plans in past_plans.groupby("year")
        for dimension in DIMENSIONS
        for rows in [stock[(stock["year"] == year) & (stock["dimension"] == dimension)]]
    ]
    parts = [part for part in parts if len(part)]
    if not parts:
        return empty(AgainstPublished)
    table = pd.concat(parts, ignore_index=True)
    difference = table["person"] - table["published"]
    is_over = (difference.abs() > tolerance * table["published"]) & (
        difference.abs() >= SMALLEST_STATED
    )
    stated = is_over.map({True: "yes", False: "no"}).astype("str")
    return checked(
        AgainstPublished, table.assign(difference=difference, stated=stated), "against_published"
    )


def _compared(
    plans: pd.DataFrame, own: pd.DataFrame, release: pd.DataFrame, dimension: str
) -> pd.DataFrame:
    """Return person and published counts of one year and dimension; `release` is of all areas."""
    if not own["status"].isin(KNOWN).any():
        return pd.DataFrame()
    own = own.drop_duplicates("key").set_index("key")
    person = _counts(plans, dimension, list(release["key"].unique()))
    published = own["value"].where(own["status"].isin(KNOWN))
    keys = [*own.index, *(key for key in person.index if key not in own.index)]
    withheld = [key for key in own.index if pd.isna(published[key])]
    keys = [key for key in keys if key not in withheld]
    keys.sort(key=lambda key: (int(key) if key.isdigit() else -1, key))
    return pd.DataFrame(
        {
            "year": plans["year"].iloc[0],
            "dimension": dimension,
            "key": keys,
            "person": person.reindex(keys, fill_value=0).to_numpy(),
            "published": published.reindex(keys, fill_value=0.0).round().astype("int32").to_numpy(),
        }
    )


def _counts(plans: pd.DataFrame, dimension: str, keys: list[str]) -> pd.Series:
    """Return plans by key, as the release would count them."""
    if dimension == "total":
        return pd.Series([len(plans)], index=["all"])
    values = plans[dimension]
    if dimension == "age":
        ages = [int(key) for key in keys if key.isdigit()]
        values = values.clip(min(ages), max(ages)) if ages else values
    else:
        under = {old: new for old, new in COUNTED_UNDER[dimension].items() if old not in keys}
        values = values.replace(under)
    return values.astype("str").value_counts()

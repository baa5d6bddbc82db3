"""Contracts of drafts of statutory returns."""

import pandas as pd
import pandera.pandas as pa
from pandera.typing.pandas import Series

from sufficiency.contracts.inputs import Contract
from sufficiency.contracts.kinds import number, text, year


class ScapDraft(Contract):
    """Draft of the SEND part of SCAP: one row a planning area and academic year."""

    authority: Series[str] = text("Three-digit DfE code of the authority that maintains the plans.")
    planning_area: Series[str] = text("SCAP planning-area code, unverified.")
    phase: Series[str] = text("primary or secondary.", isin=["primary", "secondary"])
    code: Series[str] = text("SCAP provision code.", isin=["UR", "IN", "SS", "AP"])
    provision_type: Series[str] = text("SCAP provision type in words.")
    year: Series[pa.Int32] = year()
    academic_year: Series[str] = text("Academic year that holds the census: 2026/27.")
    Reception: Series[pd.Int64Dtype] = number(
        "Plan holders in Reception; missing outside the phase.", nullable=True, ge=0
    )
    ncy_1: Series[pd.Int64Dtype] = pa.Field(
        alias="1",
        description="Plan holders in NCY 1; missing outside the phase.",
        coerce=True,
        nullable=True,
        ge=0,
    )
    ncy_2: Series[pd.Int64Dtype] = pa.Field(
        alias="2",
        description="Plan holders in NCY 2; missing outside the phase.",
        coerce=True,
        nullable=True,
        ge=0,
    )
    ncy_3: Series[pd.Int64Dtype] = pa.Field(
        alias="3",
        description="Plan holders in NCY 3; missing outside the phase.",
        coerce=True,
        nullable=True,
        ge=0,
    )
    ncy_4: Series[pd.Int64Dtype] = pa.Field(
        alias="4",
        description="Plan holders in NCY 4; missing outside the phase.",
        coerce=True,
        nullable=True,
        ge=0,
    )
    ncy_5: Series[pd.Int64Dtype] = pa.Field(
        alias="5",
        description="Plan holders in NCY 5; missing outside the phase.",
        coerce=True,
        nullable=True,
        ge=0,
    )
    ncy_6: Series[pd.Int64Dtype] = pa.Field(
        alias="6",
        description="Plan holders in NCY 6; missing outside the phase.",
        coerce=True,
        nullable=True,
        ge=0,
    )
    ncy_7: Series[pd.Int64Dtype] = pa.Field(
        alias="7",
        description="Plan holders in NCY 7; missing outside the phase.",
        coerce=True,
        nullable=True,
        ge=0,
    )
    ncy_8: Series[pd.Int64Dtype] = pa.Field(
        alias="8",
        description="Plan holders in NCY 8; missing outside the phase.",
        coerce=True,
        nullable=True,
        ge=0,
    )
    ncy_9: Series[pd.Int64Dtype] = pa.Field(
        alias="9",
        description="Plan holders in NCY 9; missing outside the phase.",
        coerce=True,
        nullable=True,
        ge=0,
    )
    ncy_10: Series[pd.Int64Dtype] = pa.Field(
        alias="10",
        description="Plan holders in NCY 10; missing outside the phase.",
        coerce=True,
        nullable=True,
        ge=0,
    )
    ncy_11: Series[pd.Int64Dtype] = pa.Field(
        alias="11",
        description="Plan holders in NCY 11; missing outside the phase.",
        coerce=True,
        nullable=True,
        ge=0,
    )
    total: Series[pa.Int64] = number("Year groups together, rounded from the mean.", ge=0)
    unrounded_total: Series[float] = number("Mean over paths before rounding.", ge=0)
    status: Series[str] = text("That the row is a draft, or the modelled base census.")

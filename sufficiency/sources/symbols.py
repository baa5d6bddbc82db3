"""Published symbols: tell a number from a reason why there is none.

Government statistics print a letter where a figure is missing, withheld or too small. None of them
is zero. Sources: the Analysis Function's guidance on symbols in tables (z, x, c, low, u and the
older `:` and `~`) and the Department for Education's use of `k` for a small number.
"""

from typing import Literal

import numpy as np
import pandas as pd

from sufficiency.contracts.inputs import STATUSES
from sufficiency.findings import Findings

Status = Literal["ok", "zero", "not_applicable", "not_available", "suppressed", "low", "unreliable"]
SYMBOLS: dict[str, Status] = {
    "z": "not_applicable",
    "x": "not_available",
    ":": "not_available",
    "": "not_available",
    "c": "suppressed",
    "low": "low",
    "k": "low",
    "~": "low",
    "u": "unreliable",
}
NUMBER = r"-?(?:\d+|\d{1,3}(?:,\d{3})+)(?:\.\d+)?(?:[eE][+-]?\d+)?"
NEITHER = "neither a number nor a known symbol (z x c low k u : ~)"
CODE = {status: position for position, status in enumerate(STATUSES)}


def parse(
    cells: pd.Series, findings: Findings | None = None, source: str = ""
) -> tuple[pd.Series, pd.Series]:
    """Return the value and the status of each published cell.

    Args:
        cells: Text as published; its name is the column named in a finding.
        findings: Where given, one warning for the symbols that are not known.
        source: File name for the finding.

    Returns:
        Values (float, missing where the cell is a symbol) and statuses (one of
        `contracts.inputs.STATUSES`), both with the index of `cells`. Zero is only ever a published
        0; an unknown symbol is missing and `not_available`.
    """
    values, codes, unknown = parse_codes(cells)
    if findings is not None and unknown.any():
        words = cells[unknown].str.strip().unique()
        shown = ", ".join(repr(word[:12]) for word in words[:5])
        findings.warn(
            "unknown_symbol",
            f"{source}, column {cells.name}: {int(unknown.sum())} cells hold {shown}, which is "
            f"{NEITHER}. They are taken as not available.",
            "Look the symbol up in the release's notes and tell whoever keeps the readers.",
            source=source,
            column=str(cells.name or ""),
            count=int(unknown.sum()),
        )
    status = pd.Series(np.array(STATUSES)[codes], index=cells.index, dtype="str")
    return pd.Series(values, index=cells.index), status


def parse_codes(cells: pd.Series) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return values, positions of their statuses in `STATUSES`, and which cells are not known.

    Same meaning as `parse`, as arrays: for wide tables, where a status as text costs most.
    """
    positions, distinct = pd.factorize(cells.fillna(""))
    words = pd.Series(distinct, dtype="str").str.strip()
    numeric = words.str.fullmatch(NUMBER).to_numpy(dtype=bool)
    values = np.full(len(words), np.nan)
    values[numeric] = words[numeric].str.replace(",", "").astype(float)
    bare = words.str.lower().str.removeprefix("[").str.removesuffix("]")
    status = bare.map({symbol: CODE[name] for symbol, name in SYMBOLS.items()})
    unknown = status.isna().to_numpy() & ~numeric
    codes = status.fillna(CODE["not_available"]).to_numpy().astype(np.int8)
    codes[numeric] = np.where(values[numeric] == 0, CODE["zero"], CODE["ok"])
    return values[positions], codes[positions], unknown[positions]

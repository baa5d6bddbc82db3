"""The September board of the authority on paper, made again with parts of it changed."""

from collections.abc import Callable
from types import SimpleNamespace

import pandas as pd
import pytest

from sufficiency.findings import Findings
from sufficiency.september import september_board

Board = Callable[..., pd.DataFrame]


@pytest.fixture
def board(paper: SimpleNamespace) -> Board:
    """Return a function from changed tables (and findings) to the board of the paper authority."""

    def made(findings: Findings | None = None, **changed: pd.DataFrame) -> pd.DataFrame:
        names = ("register", "classes", "plans", "moves", "imports", "pupils", "awaiting")
        tables = {**vars(paper), **changed}
        chosen = {name: tables[name] for name in names}
        return september_board(
            **chosen,
            base_year=paper.base_year,
            findings=Findings() if findings is None else findings,
        )

    return made

"""Per cent of pupils with a plan: one indicator of many, with the tool's own symbols."""

from pathlib import Path

import pandas as pd
import pytest

from sufficiency.contracts import PupilRates, checked
from sufficiency.findings import Findings
from sufficiency.sources import catalogue
from sufficiency.sources.pupil_rates import pupil_rates, read_indicators

HEADER = "Short Desc,Data item,Years,LA and Regions,Values,LA Number,Region"


def write(folder: Path, *lines: str) -> Path:
    path = folder / "indicators.csv"
    path.write_text("\n".join([HEADER, *lines]) + "\n", encoding="utf-8")
    return path


def line(code: str, year: str, value: str, indicator: str = "SEN_TotStat") -> str:
    return f'{indicator},Per cent,{year},"Place, Other",{value},{code},South West'


def read(folder: Path, *lines: str, findings: Findings | None = None) -> pd.DataFrame:
    return read_indicators(write(folder, *lines), findings or Findings())


def test_the_file_is_known_by_its_columns_and_carries_its_attribution(tmp_path: Path) -> None:
    layout = catalogue.recognise(write(tmp_path, line("839.0", "2025", "5.8")))
    assert layout is not None
    assert layout.name == "lait_indicators"
    assert "Department for Education" in layout.licence


def test_only_the_one_indicator_of_authorities_is_read(tmp_path: Path) -> None:
    findings = Findings()
    table = read(
        tmp_path,
        line("839.0", "2024", "4.9000000000000004"),
        line("839.0", "2025 (prov)", "5.8"),
        line("839.0", "2016", "-"),
        line("970.0", "2025", "5.3"),
        line("839.0", "2016-17 (OT)", "85", "SENFinance"),
        findings=findings,
    )
    assert table[["authority", "year", "percent"]].values.tolist() == [
        ["839", 2024, 4.9],
        ["839", 2025, 5.8],
    ]
    assert not findings.items
    checked(PupilRates, table, "pupil_rates")


@pytest.mark.parametrize(
    "wrong",
    [line("Kent", "2025", "3"), line("839.0", "2024/25", "3"), line("839.0", "2025", "580")],
)
def test_a_row_that_cannot_be_placed_is_counted_with_where_it_stands(
    tmp_path: Path, wrong: str
) -> None:
    findings = Findings()
    table = read(tmp_path, line("838.0", "2025", "5"), wrong, findings=findings)
    assert table["authority"].tolist() == ["838"]
    [found] = findings.items
    assert (found.check, found.count, found.row) == ("pupil_rate_unread", 1, 3)


def test_an_export_without_the_indicator_says_which_to_choose(tmp_path: Path) -> None:
    findings = Findings()
    assert read(tmp_path, line("839.0", "2025", "5", "SENFinance"), findings=findings).empty
    [found] = findings.items
    assert "SEN_TotStat" in found.message


def test_a_later_edition_replaces_an_earlier_one_and_order_does_not_matter(tmp_path: Path) -> None:
    earlier = read(tmp_path, line("839", "2025 (prov)", "5.7"), line("838", "2025", "5"))
    later = read(tmp_path, line("839", "2025", "5.8"))
    table = pupil_rates({"lait_indicators": pd.concat([earlier, later])}, Findings())
    assert table[["authority", "percent"]].values.tolist() == [["838", 5.0], ["839", 5.8]]


def test_no_file_is_said_and_gives_an_empty_table() -> None:
    findings = Findings()
    assert pupil_rates({}, findings).empty
    assert [found.severity for found in findings.items] == ["informs"]


def test_the_real_file_gives_every_authority_its_share(data: Path) -> None:
    path = data / "finance_la" / "lait_sen_indicators.csv.gz"
    findings = Findings()
    table = pupil_rates({"lait_indicators": read_indicators(path, findings)}, findings)
    assert not findings.items
    assert table["year"].agg(["min", "max"]).tolist() == [2016, 2025]
    own = table[table["authority"] == "839"].set_index("year")["percent"]
    # rows of Bournemouth, Christchurch and Poole in the published file; "-" before 2020
    assert own.to_dict() == {2020: 3.3, 2021: 3.6, 2022: 4.0, 2023: 4.2, 2024: 4.9, 2025: 5.8}

"""Statistical neighbours: codes with decimals and repeated columns."""

from pathlib import Path

import pandas as pd

from sufficiency.findings import Findings
from sufficiency.sources.neighbours import read_neighbours, statistical_neighbours

HEADER = "LA num,LA Name,LA number," + ",".join(f"SN{n},SNP" for n in range(1, 11))


def line(code: str, *pairs: tuple[str, str]) -> str:
    filled = [*pairs, *[("900.0", "Close")] * (10 - len(pairs))]
    return f"{code},Name,{code}," + ",".join(f"{n},{c}" for n, c in filled)


def read(tmp_path: Path, *lines: str, findings: Findings | None = None) -> pd.DataFrame:
    path = tmp_path / "neighbours.csv"
    path.write_text("\n".join([HEADER, *lines]), encoding="utf-8")
    return read_neighbours(path, findings or Findings())


def test_codes_lose_their_decimals_and_each_rank_has_its_own_closeness(tmp_path: Path) -> None:
    table = read(tmp_path, line("839.0", ("822.0", "Very Close"), ("882.0", "Not close")))
    first = table[table["rank"] <= 2]
    assert first.values.tolist() == [
        ["839", 1, "822", "Very close"],
        ["839", 2, "882", "Not close"],
    ]
    assert len(table) == 10


def test_a_neighbour_that_is_no_code_is_left_out_and_counted(tmp_path: Path) -> None:
    findings = Findings()
    table = read(tmp_path, line("839.0", ("Kent", "Close"), ("", "")), findings=findings)
    assert table["rank"].tolist() == list(range(3, 11))
    unread = [f for f in findings.items if f.check == "neighbour_unread"]
    assert [f.count for f in unread] == [1]


def test_a_later_edition_replaces_an_earlier_one(tmp_path: Path) -> None:
    earlier = read(tmp_path, line("839", ("801", "Close")))
    later = read(tmp_path, line("839", ("802", "Close")))
    tables = {"statistical_neighbours": pd.concat([earlier, later])}
    found = statistical_neighbours(tables, Findings())
    assert found.loc[found["rank"] == 1, "neighbour"].tolist() == ["802"]


def test_no_file_warns() -> None:
    findings = Findings()
    assert statistical_neighbours({}, findings).empty
    assert [f.severity for f in findings.items] == ["warns"]


def test_real_file_names_bcps_neighbours(data: Path) -> None:
    path = data / "finance_la" / "statistical_neighbours_2025_05.csv"
    tables = {"statistical_neighbours": read_neighbours(path, Findings())}
    found = statistical_neighbours(tables, Findings())
    assert len(found) == 1580
    own = found[found["authority"] == "839"]
    # row of Bournemouth, Christchurch and Poole in the published file
    assert own["neighbour"].tolist() == [
        "822", "882", "886", "878", "826", "303", "938", "926", "845", "881",
    ]  # fmt: skip
    assert own["closeness"].tolist() == ["Very close"] * 8 + ["Close"] * 2

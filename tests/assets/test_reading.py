"""Reading a workspace: every problem of every file in one go, each with what to do."""

import pandas as pd

from assets.reading import read_workspace
from sufficiency.workspace import Workspace, open_workspace


def blocking(workspace: Workspace) -> pd.DataFrame:
    findings = read_workspace(workspace).findings.table()
    return findings[findings["severity"] == "blocks"]


def resettled(workspace: Workspace, old: str, new: str) -> Workspace:
    config = workspace.root / "sufficiency.toml"
    config.write_text(config.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    return open_workspace(workspace.root)


def test_the_demo_reads_without_a_blocking_finding(demo: Workspace) -> None:
    inputs = read_workspace(demo)
    assert not inputs.blocked
    assert (inputs.tables["register"]["assumed"] == "no").all()


def test_every_missing_publication_is_named_with_where_to_put_it(demo: Workspace) -> None:
    for folder, word in (("ehcp", "caseload"), ("population", "mye"), ("schools", "gias")):
        for path in (demo.inputs / folder).glob(f"*{word}*"):
            path.unlink()
    found = blocking(demo)
    for folder in ("ehcp", "population", "schools"):
        rows = found[found["source"] == f"inputs/{folder}"]
        assert len(rows), folder
        assert rows["action"].str.contains(f"inputs/{folder}").all()


def test_an_authority_that_no_file_knows_blocks(demo: Workspace) -> None:
    found = blocking(resettled(demo, '"999"', '"123"'))
    assert "authority_unknown" in set(found["check"])


def test_a_locality_table_that_misses_and_repeats_an_lsoa_blocks(demo: Workspace) -> None:
    workspace = resettled(demo, '"former_district"', '"file"')
    first = read_workspace(demo).tables["localities"]["lsoa"].iloc[0]
    workspace.localities_csv.write_text(f"lsoa,locality\n{first},North\n{first},South\n")
    found = blocking(workspace)
    own = found[found["source"] == "localities.csv"]
    assert len(own) >= 2
    assert own["message"].str.contains("row 2, 3").any()
    assert own["message"].str.contains("lacks 199").any()


def test_wards_and_msoas_can_be_the_localities(demo: Workspace) -> None:
    for scheme in ("ward", "msoa"):
        inputs = read_workspace(resettled(demo, '"former_district"', f'"{scheme}"'))
        assert not [f for f in inputs.findings.blocking if f.source == "localities"]
        assert inputs.tables["localities"]["locality"].nunique() > 3
        resettled(demo, f'"{scheme}"', '"former_district"')

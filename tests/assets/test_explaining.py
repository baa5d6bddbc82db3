"""`sufficiency places`: what was understood of the register, and what changed since it was read."""

from click.testing import CliRunner

from assets.cli import cli
from sufficiency.workspace import Workspace


def told(workspace: Workspace) -> tuple[int, str]:
    result = CliRunner().invoke(cli, ["places", str(workspace.root)])
    return result.exit_code, result.output


def test_a_planner_is_told_of_each_provision_and_of_the_edit_just_made(demo: Workspace) -> None:
    demo.register_workbook.unlink()
    text = demo.register_csv.read_text("utf-8-sig")
    name = text.splitlines()[1].split(",")[2]
    demo.register_csv.write_text(text.replace(name, f"{name} renamed", 1), encoding="utf-8")

    code, output = told(demo)

    assert code == 0, output
    assert f"{name} renamed: Special school" in output
    assert f"name, from {name} to {name} renamed" in output
    assert output.count("changed since") == 1
    assert "counts (commissioned):" in output


def test_a_register_that_blocks_is_told_as_far_as_it_could_be_used(demo: Workspace) -> None:
    demo.register_workbook.unlink()
    lines = demo.register_csv.read_text("utf-8-sig").splitlines()
    lines[1] = lines[1].replace(",special,", ",palace,", 1)
    demo.register_csv.write_text("\n".join(lines) + "\n", encoding="utf-8")

    code, output = told(demo)

    assert code == 1
    assert "Not used, until it is corrected:" in output
    assert "'palace', which is not known" in output
    assert "counts: not worked out" in output

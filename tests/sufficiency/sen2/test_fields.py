"""The field and code tables cover the published lists, field by field."""

from pathlib import Path

import pandas as pd
import pytest

from sufficiency.sen2.fields import (
    SPECIFICATIONS,
    code_list,
    expected,
    fields,
    link_names,
    module_of,
    names,
    plain,
    return_fields,
)
from sufficiency.sen2.model import MODULES, PARENTS

LISTS = {"cease-reason": "ceasereason", "sen-setting": "sensetting", "sen-type": "sentype"}
MERGED = {("person", "gendercurrent"): "sex"}
KINDS = {"id", "date", "datetime", "flag", "number", "code", "text", "urn"}


def published(data: Path, name: str) -> pd.DataFrame:
    path = data / "sen2" / f"sen2_person_level_{name}.csv"
    table = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8")
    assert len(table) > 20
    return table


def test_every_published_column_is_a_field_of_its_module_and_no_field_is_invented(data):
    columns = published(data, "blade_columns")
    wanted: dict[str, set[str]] = {module: set() for module in MODULES}
    for row in columns.to_dict("records"):
        module = row["module"].replace("-", "")
        column = row["blade_csv_column"]
        field = names(module)[plain(column)]
        assert field == MERGED.get((module, column), column.lower())
        wanted[module].add(field)
    assert {module: set(fields(module)["field"]) for module in MODULES} == wanted


def test_every_published_column_belongs_to_the_specifications_that_its_note_states(data):
    ranges = {
        "": SPECIFICATIONS,
        "<v1.2": ("before 1.2",),
        "≥v1.2": ("1.2", "1.3"),
        "≥v1.3": ("1.3",),
    }
    columns = published(data, "blade_columns")
    sexes = columns["blade_csv_column"].isin(["sex", "gendercurrent"])
    assert sexes.sum() == 2
    held_by = {(m, spec): expected(m, spec) for m in MODULES for spec in SPECIFICATIONS}
    for row in columns[~sexes].to_dict("records"):
        module, field = row["module"].replace("-", ""), row["blade_csv_column"].lower()
        if field not in return_fields(module):
            assert field in ("nativeid", "sourceid", f"{module}orderseqcolumn")
            continue
        held = tuple(spec for spec in SPECIFICATIONS if field in held_by[module, spec])
        assert held == ranges[row["note"]], (module, field)


def test_every_published_code_is_in_its_list_in_order(data):
    codes = published(data, "code_lists")
    assert set(codes["code_list"]) == set(LISTS)
    for published_name, rows in codes.groupby("code_list"):
        assert code_list(LISTS[str(published_name)]) == tuple(rows["code"])


def test_each_named_code_list_has_codes_and_each_kind_is_known():
    for module in MODULES:
        rows = fields(module)
        assert set(rows["kind"]) <= KINDS
        for name in set(rows["code_list"]) - {""}:
            assert code_list(name), name
    assert code_list("no such list") == ()
    assert code_list("requestoutcome") == ("Y", "N", "A", "W", "H")


@pytest.mark.parametrize("module", MODULES)
def test_a_name_means_one_field_only(module):
    claims = [
        (plain(name), row["field"])
        for row in fields(module).to_dict("records")
        for name in (row["field"], row["xml_name"], row["heading"], *row["aliases"].split("|"))
        if name
    ]
    by_name: dict[str, set[str]] = {}
    for name, field in claims:
        by_name.setdefault(name, set()).add(field)
    assert {name: told for name, told in by_name.items() if len(told) > 1} == {}
    assert not set(by_name) & set(link_names(module))


@pytest.mark.parametrize("module", MODULES)
def test_own_and_parents_ids_come_first_and_unverified_headings_say_so(module):
    rows = fields(module)
    ids = [f"{module}tableid", *([f"{PARENTS[module]}tableid"] if module in PARENTS else [])]
    assert list(return_fields(module))[: len(ids)] == ids
    told = rows[rows["system"] == "no"]
    assert set(told["heading_verified"]) == {"no"}
    assert (told["heading"] != "").all()
    assert (told["xml_name"][told["kind"] != "id"] != "").all()


@pytest.mark.parametrize("module", MODULES)
def test_a_module_is_told_by_its_columns_in_any_case_and_by_its_headings(module):
    assert module_of([field.upper() for field in fields(module)["field"]]) == module
    assert module_of(list(fields(module)["heading"])) == module


def test_what_has_no_module_headings_is_no_module():
    assert module_of(["Demo000001", "ZZ1 1AA", "2014-05-09"]) == ""
    assert module_of([]) == ""
    assert module_of(["surname"]) == ""

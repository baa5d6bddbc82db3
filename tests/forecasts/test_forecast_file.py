"""The national commands: no future is used, every problem is said plainly."""

import gzip
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from assets import forecasting
from assets.forecasting import (
    NationalData,
    national_panel,
    read_national,
    refit,
    write_forecast,
)
from forecasts.panel import build_panel
from forecasts.pooled import parameters as national_parameters
from forecasts.pooled.parameters import Parameters
from forecasts.tested.pooled import accuracy_of, fit_and_test
from forecasts.tested.verdicts import verdicts
from sufficiency.errors import SufficiencyError

RELEASE = ("caseload", "newplans", "ceased_plans", "requests", "assessments")
OLDER = ("sen2_age_caseload", "sen2_estab_caseload", "sen2_age_new_plans", "sen2_mi")
STOCK_OF_JANUARY = ("sen2_age_caseload", "sen2_estab_caseload")


def copy_until(data: Path, to: Path, origin: int | None) -> Path:
    """Copy the releases; with an origin, as they stood at that January."""
    to.mkdir()
    for path in sorted(data.glob("ehcp20*.csv.gz")):
        name = path.name.split("_", 1)[1].removesuffix(".csv.gz")
        if name not in (*RELEASE, *OLDER):
            continue
        table = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
        if origin is not None:
            year = table["time_period"].str[:4].astype(int)
            january = year + (name not in STOCK_OF_JANUARY)
            table = table[january <= origin]
        table.to_csv(to / f"{name}.csv", index=False)
    return to


@pytest.mark.slow
def test_data_of_later_years_change_no_byte_of_the_forecast(data, tmp_path):
    full = copy_until(data / "ehcp", tmp_path / "full", None)
    cut = copy_until(data / "ehcp", tmp_path / "cut", 2019)
    files = []
    for folder in (full, cut):
        files.append(tmp_path / f"{folder.name}.csv")
        write_forecast([folder], data, "301,303,825", 2019, 3, files[-1])
    assert files[0].read_bytes() == files[1].read_bytes()
    table = pd.read_csv(files[0])
    assert set(table["unique_id"].str[:2]) >= {"P1", "P2"}
    assert (np.diff(table.filter(regex="^q").to_numpy(), axis=1) >= 0).all()


@pytest.fixture(scope="module")
def fitted(stock, flows, population) -> tuple[Parameters, pd.DataFrame]:
    """Parameters of the made-up panel, tested from its last origins alone to save time."""
    panel = build_panel(stock, flows, population, 2025)
    assert panel.origin == 2025
    return fit_and_test(panel, first_origin=2022)


@pytest.fixture
def made_up(monkeypatch, stock, flows, population, fitted) -> None:
    """Stand the made-up panel in for files."""

    def read(data: list[Path], people: Path | None, origin: int) -> NationalData:
        files = pd.DataFrame({"file": ["a.csv"], "layout": ["made_up"], "sha256": ["0" * 64]})
        return NationalData(
            stock[stock["year"] <= origin],
            flows[flows["year"] <= origin],
            population[population["year"] < origin],
            files,
        )

    monkeypatch.setattr(forecasting, "read_national", read)
    monkeypatch.setattr(forecasting, "fit_and_test", lambda panel: fitted)


def test_the_file_holds_every_panel_with_quantiles_in_order(made_up, tmp_path):
    told = write_forecast([tmp_path], None, "905,903", 2025, 2, tmp_path / "f" / "out.csv")
    table = pd.read_csv(tmp_path / "f" / "out.csv")
    assert "2 authorities" in told[0]
    assert any("per cent of pupils with a plan" in line for line in told)
    assert not table.duplicated(["unique_id", "origin", "horizon"]).any()
    assert set(table["unique_id"].str.split("|").str[1]) == {"903", "905"}
    assert (table["origin"] == 2025).all()
    assert set(table["horizon"]) == {1, 2}
    quantiles = table.filter(regex="^q").to_numpy()
    assert (np.diff(quantiles, axis=1) >= 0).all()
    assert (table["mean"] >= 0).all()
    groups = table[table["unique_id"].str.startswith("P2|905")]
    total = table[table["unique_id"] == "P1|905|total"].set_index("horizon")["mean"]
    assert groups.groupby("horizon")["mean"].sum().to_numpy() == pytest.approx(
        total.to_numpy(), abs=0.01
    )
    assert "P5|905|all@11" in set(table["unique_id"])


def test_parameters_are_written_with_their_provenance_and_the_same_bytes(made_up, tmp_path):
    first, second = tmp_path / "one.json.gz", tmp_path / "two.json.gz"
    for path in (first, second):
        refit([tmp_path], None, 2025, path)
    assert first.read_bytes() == second.read_bytes()
    loaded = national_parameters.load(first)
    assert loaded.fitted_through == 2025
    assert loaded.provenance["files"][0]["sha256"] == "0" * 64
    assert "numpy" in loaded.provenance["versions"]
    assert set(loaded.bands) == {"bands", "used", "accuracy"}
    assert len(verdicts(accuracy_of(loaded), "pooled")) > 0
    text = gzip.decompress(first.read_bytes()).decode()
    assert "Place 905" not in text


@pytest.mark.parametrize(
    ("authority", "horizon", "says"),
    [
        ("Barnet", 2, "three-digit DfE codes"),
        ("", 2, "three-digit DfE codes"),
        ("905,777,778", 2, "777, 778"),
        ("all", 0, "1 to 20"),
    ],
)
def test_what_cannot_be_asked_is_said(made_up, tmp_path, authority, horizon, says):
    with pytest.raises(SufficiencyError, match=says):
        write_forecast([tmp_path], None, authority, 2025, horizon, tmp_path / "out.csv")
    assert not (tmp_path / "out.csv").exists()


def test_every_missing_input_is_named(tmp_path):
    with pytest.raises(SufficiencyError, match="There is no folder") as raised:
        read_national([tmp_path / "a", tmp_path / "b"], tmp_path / "c", 2025)
    assert len(str(raised.value).splitlines()) == 3
    with pytest.raises(SufficiencyError, match=r"No EHC plans of January 2025"):
        read_national([tmp_path], None, 2025)


def test_the_pupil_rates_of_any_folder_are_read_up_to_the_origin(data, tmp_path):
    header = "Short Desc,Data item,Years,LA and Regions,Values,LA Number,Region"
    lines = [f"SEN_TotStat,,{year},Place,{year - 2017}.5,839.0," for year in (2020, 2021, 2022)]
    plans, indicators = tmp_path / "plans", tmp_path / "indicators"
    plans.mkdir()
    indicators.mkdir()
    for name in ("sen2_age_caseload", "sen2_estab_caseload", "sen2_age_new_plans"):
        packed = data / "ehcp" / f"ehcp2022_{name}.csv.gz"
        (plans / packed.name).write_bytes(packed.read_bytes())
    assert read_national([plans], None, 2021).pupil_rates.empty
    (indicators / "lait.csv").write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    national = read_national([plans, indicators], None, 2021)
    rates = national.pupil_rates
    assert rates[["authority", "year", "percent"]].values.tolist() == [
        ["839", 2020, 3.5],
        ["839", 2021, 4.5],
    ]
    assert "lait_indicators" in set(national.files["layout"])
    panel = national_panel(national, 2021)
    row = panel.authorities.index("839")
    assert sorted(panel.pupils) == [2020, 2021]
    assert panel.pupils[2021][row] == pytest.approx(panel.stock["total"][row, -1] / 0.045)


def test_what_only_an_older_release_counted_is_kept(data, tmp_path):
    for name in ("ehcp2022_sen2_mi", "ehcp2025_assessments", "ehcp2025_caseload"):
        packed = data / "ehcp" / f"{name}.csv.gz"
        (tmp_path / packed.name).write_bytes(packed.read_bytes())
    flows = read_national([tmp_path], None, 2021).flows
    pending = flows[(flows["flow"] == "assessments_pending") & (flows["level"] == "authority")]
    # The release of 2025 prints x for years before 2023, that of 2022 the counts.
    assert pending.loc[pending["year"] == 2021, "value"].sum() == 18232


def test_estimates_without_the_district_lookup_are_refused(data, tmp_path):
    plans, people = tmp_path / "plans", tmp_path / "people"
    people.mkdir()
    source = data / "population" / "mye_ltla21_2020_ew.csv.gz"
    (people / source.name).write_bytes(source.read_bytes())
    plans.mkdir()
    for name in ("sen2_age_caseload", "sen2_estab_caseload", "sen2_age_new_plans"):
        packed = data / "ehcp" / f"ehcp2022_{name}.csv.gz"
        (plans / packed.name).write_bytes(packed.read_bytes())
    with pytest.raises(SufficiencyError, match="lookup_lad_la_hierarchy"):
        read_national([plans], people, 2022)

"""What the council's own returns say, as tables of a report: counts, never a person."""

from collections.abc import Mapping

import pandas as pd

from sufficiency.reports.printing import Kind, ReportTable, chosen_columns
from sufficiency.terms import ALL, census_label, lookup

OLDER_FROM = 19
LATE = "Children the 20-week exceptions apply to are left out of the last column."


def returns_tables(run_tables: Mapping[str, pd.DataFrame]) -> dict[str, ReportTable]:
    """Return short name -> table: what changed, requests, early signs, quality; empty without.

    Args:
        run_tables: Canonical tables by name: past_plans, plan_flows, requests_by_month,
            sen_support_to_plan, quality_checks, bases, against_published. Tables that are not
            there, or are empty, are left out.
    """
    makers = {
        "Year by year": ("plan_flows", _year_by_year),
        "Requests": ("requests_by_month", _requests),
        "SEN support to plan": ("sen_support_to_plan", _sen_support),
        "Preparing for adulthood": ("adulthood", _adulthood),
        "Links": ("links", _links),
        "Return checks": ("quality_checks", _checks),
        "Bases three ways": ("bases", _bases),
        "Beside published": ("against_published", _beside_published),
    }
    made = {
        name: make(run_tables)
        for name, (needed, make) in makers.items()
        if needed in run_tables and len(run_tables[needed])
    }
    return {name: table for name, table in made.items() if len(table.frame)}


def _year_by_year(run_tables: Mapping[str, pd.DataFrame]) -> ReportTable:
    flows = run_tables["plan_flows"]
    held = run_tables["past_plans"]["year"].value_counts()
    by_flow = flows.groupby(["year", "flow"])["value"].sum().unstack().fillna(0.0)
    reasons = flows.groupby(["year", "reason"])["value"].sum().unstack().fillna(0.0)
    table = pd.DataFrame(
        {
            "january": [census_label(int(year)) for year in by_flow.index],
            "plans": held.reindex(by_flow.index).to_numpy(),
            **{
                name: by_flow.get(name, pd.Series(0.0, by_flow.index)).to_numpy()
                for name in ("joiner", "leaver", "mover", "need_change", "residual")
            },
            **{
                name: reasons.get(name, pd.Series(0.0, reasons.index))
                .reindex(by_flow.index)
                .to_numpy()
                for name in ("transfer_in", "transferred_out")
            },
        }
    )
    columns: dict[str, tuple[str, Kind]] = {
        "january": ("Census", "text"),
        "plans": ("Plans", "whole"),
        "joiner": ("Joined in the year", "whole"),
        "transfer_in": ("of whom moved in with a plan", "whole"),
        "leaver": ("Left", "whole"),
        "transferred_out": ("of whom moved away", "whole"),
        "mover": ("Changed setting", "whole"),
        "need_change": ("Changed need", "whole"),
        "residual": ("Not explained by the return's own new and ceased plans", "signed"),
    }
    note = "The same people in two returns, each under a pseudonym."
    return chosen_columns("From one January to the next", table, columns, note)


def _requests(run_tables: Mapping[str, pd.DataFrame]) -> ReportTable:
    months = run_tables["requests_by_month"]
    years = months.drop(columns="month").groupby(months["month"].str[:4]).sum().reset_index()
    on_time = years["within_20_weeks_counted"] / years["counted_for_20_weeks"]
    table = years.assign(on_time=on_time.where(years["counted_for_20_weeks"] > 0))
    columns: dict[str, tuple[str, Kind]] = {
        "month": ("Calendar year", "text"),
        "received": ("Requests", "whole"),
        "refused": ("Refused an assessment", "whole"),
        "pending": ("Waiting at the next census", "whole"),
        "plans_issued": ("Plans issued", "whole"),
        "on_time": ("Issued within 20 weeks", "percent"),
    }
    return chosen_columns("Requests for a plan", table, columns, LATE, "does not apply")


def _sen_support(run_tables: Mapping[str, pd.DataFrame]) -> ReportTable:
    rates = run_tables["sen_support_to_plan"]
    shown = rates[rates["ncy"].isna() & (rates["year"] == rates["year"].max())]
    shown = shown.sort_values("on_sen_support", ascending=False, kind="stable")
    names = {**lookup("needs", "name"), ALL: "All needs"}
    table = shown.assign(need=shown["need"].map(names).fillna(shown["need"]))
    columns: dict[str, tuple[str, Kind]] = {
        "need": ("Need", "text"),
        "on_sen_support": ("On SEN support a year before", "whole"),
        "came_to_plan": ("of whom had a plan a year on", "whole"),
        "rate": ("Share", "percent"),
    }
    year = census_label(int(rates["year"].max()))
    return chosen_columns(f"From SEN support to a plan by {year}", table, columns)


def _adulthood(run_tables: Mapping[str, pd.DataFrame]) -> ReportTable:
    table = run_tables["adulthood"]
    newest = table[table["year"] == table["year"].max()].copy()
    newest["band"] = newest["age"].ge(OLDER_FROM).map({False: "younger", True: "older"})
    wide = newest.groupby(["kind", "key", "band"])["plans"].sum().unstack(fill_value=0)
    wide = wide.reindex(columns=["younger", "older"], fill_value=0).reset_index()
    wide = wide.sort_values("kind", ascending=False, kind="stable")
    words = {"pathway": "At the census", "destination": "Plan ceased in the year before"}
    wide = wide.assign(kind=wide["kind"].map(words), key=wide["key"].str.replace("_", " "))
    columns: dict[str, tuple[str, Kind]] = {
        "kind": ("When", "text"),
        "key": ("What they do, or why it ceased", "text"),
        "younger": ("Aged 16 to 18", "whole"),
        "older": ("Aged 19 to 25", "whole"),
    }
    caption = f"Preparing for adulthood, {census_label(int(table['year'].max()))}"
    return chosen_columns(caption, wide, columns)


def _links(run_tables: Mapping[str, pd.DataFrame]) -> ReportTable:
    words = {
        "upn": "UPN",
        "uln": "ULN",
        "fallback": "Name, birth date and postcode",
        "none": "Not in the return before",
    }
    links = run_tables["links"]
    table = links.assign(method=links["method"].map(words), year=links["year"].astype("str"))
    columns: dict[str, tuple[str, Kind]] = {
        "year": ("January", "text"),
        "method": ("Recognised by", "text"),
        "plans": ("Plans", "whole"),
        "share": ("Share", "percent"),
    }
    return chosen_columns("How people were recognised from the January before", table, columns)


def _checks(run_tables: Mapping[str, pd.DataFrame]) -> ReportTable:
    checks = run_tables["quality_checks"]
    rank = checks["severity"].map({"blocks": 0, "warns": 1, "informs": 2})
    to_act_on = (checks["count"] > 0) & (checks["severity"] != "informs")
    failing = checks.assign(rank=rank)[to_act_on].sort_values(
        ["rank", "year", "share", "count"], ascending=[True, False, False, False], kind="stable"
    )
    failing = failing.assign(year=failing["year"].astype("str"))
    columns: dict[str, tuple[str, Kind]] = {
        "year": ("January", "text"),
        "source": ("Return", "text"),
        "severity": ("Severity", "text"),
        "title": ("What was found", "text"),
        "count": ("How many", "whole"),
        "share": ("Share of plans or pupils", "percent"),
        "assumed": ("What was assumed", "text"),
        "action": ("What to do", "text"),
    }
    note = (
        f"{checks['check'].nunique()} checks were made; those that need a look are listed. Facts "
        "worth knowing are among the findings."
    )
    return chosen_columns("Checks of the returns", failing, columns, note)


def _bases(run_tables: Mapping[str, pd.DataFrame]) -> ReportTable:
    bases = run_tables["bases"]
    newest = bases[bases["year"] == bases["year"].max()]
    words = {"unit": "SEN unit", "rp": "Resourced provision"}
    table = newest.assign(
        base=newest["base"].map(words), verdict=newest["verdict"].str.replace("_", " ")
    )
    columns: dict[str, tuple[str, Kind]] = {
        "name": ("School", "text"),
        "base": ("Base", "text"),
        "sen2": ("Flagged in SEN2", "whole"),
        "census": ("Flagged in the school census", "whole"),
        "gias": ("GIAS roll or capacity", "whole"),
        "register": ("Places in the register", "whole"),
        "verdict": ("Verdict", "text"),
    }
    note = "SEN2 counts residents; the census counts pupils, wherever they live."
    caption = f"Units and resourced provision, {census_label(int(bases['year'].max()))}"
    return chosen_columns(caption, table, columns, note)


def _beside_published(run_tables: Mapping[str, pd.DataFrame]) -> ReportTable:
    beside = run_tables["against_published"]
    stated = beside[(beside["stated"] == "yes") | (beside["dimension"] == "total")]
    stated = stated.assign(year=stated["year"].astype("str"))
    columns: dict[str, tuple[str, Kind]] = {
        "year": ("January", "text"),
        "dimension": ("By", "text"),
        "key": ("Of", "text"),
        "person": ("In the return", "whole"),
        "published": ("Published", "whole"),
        "difference": ("Difference", "signed"),
    }
    note = "Totals, and every count that differs by more than the settings allow."
    return chosen_columns("The returns beside published counts", stated, columns, note)

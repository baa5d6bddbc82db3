"""Requests for an EHC needs assessment: what each waits for, how long it took, month by month."""

from collections.abc import Sequence

import pandas as pd

from sufficiency.contracts import Requests, RequestsByMonth, checked
from sufficiency.people.lookup import is_among
from sufficiency.people.rows import JoinedReturn, age_before_census, code, joined, month
from sufficiency.privacy import pseudonyms
from sufficiency.sen2.model import Return

TWENTY_WEEKS = 140
DAYS_IN_A_WEEK = 7
OUTCOMES = ("Y", "N", "A", "W", "H")
SOURCES = ("1", "2", "3", "4", "5")
FAR_FROM_NEIGHBOURS = 0.25
ENOUGH_PLANS = 20


def request_rows(returns: Sequence[Return | JoinedReturn]) -> pd.DataFrame:
    """Return one row a request of every return, for `requests` and `requests_by_month`.

    In memory only: its text, from which the pseudonym is made, names the person.

    Args:
        returns: Returns of any years.
    """
    parts = [_requests_of(joined(ret)) for ret in returns]
    return pd.concat(parts, ignore_index=True) if parts else _no_rows()


def requests(rows: pd.DataFrame, key: bytes) -> pd.DataFrame:
    """Return one row a request of every return (`Requests`), historical ones included.

    The same request in the returns of two Januaries is a row in each. What it waits for follows
    its latest stage: an assessment counts whatever the request's outcome says; outcomes that are
    missing or not known are pending; a request that was exported, or whose plan is active, waits
    for nothing. The clock to the decision runs for requests that are not historical, that to the
    plan also for a historical request whose assessment is not; both are missing where a date is
    missing or before the request.

    Args:
        rows: What `request_rows` returned.
        key: Key of the pseudonyms.
    """
    ids = pseudonyms(rows["text"], key, "request")
    columns = [name for name in Requests.to_schema().columns if name != "request_id"]
    table = rows.assign(request_id=ids).sort_values([*columns, "request_id"], kind="stable")
    return checked(Requests, table, "requests")


def requests_by_month(rows: pd.DataFrame) -> pd.DataFrame:
    """Return requests, decisions and plans issued in each month that a return covers.

    A January's return covers the calendar year before; months without any are there with zeros.
    Historical requests, transfers in, and requests received after the census or in another year
    are left out. Plans issued are those that started in the month and did not come from another
    authority, whatever year they were asked for in; a plan whose assessment too is historical is
    not new.

    Args:
        rows: What `request_rows` returned, of one return a year.
    """
    parts = [_months_of(part, int(year) - 1) for year, part in rows.groupby("year")]  # pyright: ignore[reportArgumentType]
    months = pd.concat(parts) if parts else _months_of(rows, 2000).iloc[:0]
    return checked(RequestsByMonth, months.sort_index().reset_index(), "requests_by_month")


def backlog_years(by_month: pd.DataFrame) -> list[int]:
    """Return January census years whose flows may be of a backlog, to be annotated.

    A calendar year in which the share of plans issued within 20 weeks (without exceptions) is more
    than 25 percentage points below that of the year before or after is named by the January that
    follows it. Years with fewer than 20 plans are not judged.

    Args:
        by_month: `RequestsByMonth`.
    """
    year = by_month["month"].str.slice(0, 4).astype(int)
    sums = by_month.groupby(year)[["within_20_weeks_counted", "counted_for_20_weeks"]].sum()
    sums = sums[sums["counted_for_20_weeks"] >= ENOUGH_PLANS]
    share = sums["within_20_weeks_counted"] / sums["counted_for_20_weeks"]
    found = []
    for calendar_year, own in share.items():
        beside = [share[y] for y in (calendar_year - 1, calendar_year + 1) if y in share.index]  # pyright: ignore[reportOperatorIssue]
        if any(own < other - FAR_FROM_NEIGHBOURS for other in beside):
            found.append(int(calendar_year) + 1)  # pyright: ignore[reportArgumentType]
    return found


def _requests_of(own: JoinedReturn) -> pd.DataFrame:
    """Return the columns of `Requests` but its id, and those that months are counted from."""
    ret = own.ret
    rows = own.requests.merge(_assessed(ret), on="requeststableid", how="left")
    who = own.people.drop(columns=["sex", "person_file", "person_sheet", "person_row"])
    rows = rows.merge(who, on="persontableid", how="left", suffixes=("_given", ""))
    received, issued = rows["receiveddate"], rows["startdate"]
    outcome = _known(rows["requestoutcome"], OUTCOMES)
    assessment = _known(rows["assessmentoutcome"], OUTCOMES)
    decided = rows["requestoutcomedate"].where(outcome.isin(["Y", "N"]))
    is_historical = outcome == "H"
    weeks_to_plan = _weeks(received, issued).mask(is_historical & (assessment == "H"))
    exceptions = rows["week20"].astype("boolean").map({True: "yes", False: "no"})
    is_active = is_among(rows["requeststableid"], ret.modules["activeplans"]["requeststableid"])
    pending = _pending(rows, outcome, assessment).mask(is_active | _is_exported(rows), "")
    in_school_year = received.dt.year + (received.dt.month >= 9)
    table = pd.DataFrame(
        {
            "year": ret.year,
            "received": month(received),
            "request_source": _known(code(rows["requestsource"]), SOURCES),
            "request_outcome": outcome,
            "assessment_outcome": assessment,
            "plan_issued": month(issued),
            "weeks_to_decision": _weeks(received, decided),
            "weeks_to_plan": weeks_to_plan,
            "exceptions": exceptions.astype("str").fillna(""),
            "pending": pending,
            "age": age_before_census(rows["birth_date"], in_school_year),
            "is_known": (received <= ret.census_day) & ~is_historical,
            "is_new_plan": issued.notna()
            & ~is_among(rows["requeststableid"], own.from_elsewhere)
            & (assessment != "H"),
        }
    )
    return table.assign(text=_texts(rows, ret.year))


def _assessed(ret: Return) -> pd.DataFrame:
    """Return one row a request with an assessment: the one with a plan, else the latest decided.

    Of several named plans the first that started is when the plan was issued.
    """
    plans = ret.modules["namedplan"]
    plans = plans[plans["assessmenttableid"] != ""].sort_values("startdate", kind="stable")
    starts = plans.drop_duplicates("assessmenttableid").set_index("assessmenttableid")["startdate"]
    rows = ret.modules["assessment"]
    rows = rows[rows["requeststableid"] != ""]
    columns = ["requeststableid", "assessmentoutcome", "assessmentoutcomedate", "week20"]
    rows = rows.assign(
        startdate=starts.reindex(rows["assessmenttableid"]).to_numpy(),
        has_plan=is_among(rows["assessmenttableid"], starts.index),
        is_assessed=True,
    ).sort_values(["has_plan", "assessmentoutcomedate"], ascending=False, kind="stable")
    first = rows.drop_duplicates("requeststableid")
    return first[[*columns, "startdate", "has_plan", "is_assessed"]]


def _known(values: pd.Series, codes: tuple[str, ...]) -> pd.Series:
    return values.astype("str").where(values.isin(codes), "")


def _weeks(start: pd.Series, end: pd.Series) -> pd.Series:
    """Return weeks between two days, missing where the second is before the first."""
    weeks = (end - start).dt.days / DAYS_IN_A_WEEK
    return weeks.where(weeks >= 0)


def _is_exported(rows: pd.DataFrame) -> pd.Series:
    return ~code(rows["exported"]).isin(["", "0", "FALSE", "N", "NO"])


def _pending(rows: pd.DataFrame, outcome: pd.Series, assessment: pd.Series) -> pd.Series:
    """Return decision, assessment, plan or empty: what each request waits for."""
    is_assessed = rows["is_assessed"].notna()
    has_plan = rows["has_plan"].fillna(False).astype(bool)
    pending = pd.Series("", index=rows.index, dtype="str")
    pending = pending.mask(~is_assessed & outcome.isin(["A", ""]), "decision")
    pending = pending.mask(~is_assessed & (outcome == "Y"), "assessment")
    pending = pending.mask(is_assessed & assessment.isin(["A", ""]), "assessment")
    pending = pending.mask(is_assessed & (assessment == "Y"), "plan")
    return pending.mask(has_plan, "")


def _texts(rows: pd.DataFrame, year: int) -> pd.Series:
    """Return the text of each request that its pseudonym is made of: unique in a return.

    Made from the person and the date, because table ids differ between formats of one return.
    """
    born = rows["birth_date"].dt.strftime("%Y-%m-%d").astype("str").fillna("")
    named = rows["name_key"] + "|" + born + "|" + rows["postcode"]
    who = rows["upn"].where(rows["upn"] != "", rows["uln"])
    who = who.where(who != "", named)
    day = rows["receiveddate"].dt.strftime("%Y-%m-%d").astype("str").fillna("")
    text = str(year) + "|" + who + "|" + day + "|" + rows["requestoutcome"]
    again = text.groupby(text).cumcount()
    return text.mask(again > 0, text + "#" + again.astype("str"))


def _months_of(rows: pd.DataFrame, calendar_year: int) -> pd.DataFrame:
    months = pd.Index([f"{calendar_year}-{m:02d}" for m in range(1, 13)], name="month")
    asked = rows[rows["is_known"].astype(bool)]
    issued = rows[rows["is_new_plan"].astype(bool)]
    in_time = issued["weeks_to_plan"] <= TWENTY_WEEKS / DAYS_IN_A_WEEK
    counted = issued["weeks_to_plan"].notna() & (issued["exceptions"] == "no")
    answer = asked["request_outcome"]
    counts = {
        "received": asked["received"],
        "agreed": asked.loc[answer == "Y", "received"],
        "refused": asked.loc[answer == "N", "received"],
        "pending": asked.loc[asked["pending"] != "", "received"],
        "plans_issued": issued["plan_issued"],
        "within_20_weeks": issued.loc[in_time, "plan_issued"],
        "counted_for_20_weeks": issued.loc[counted, "plan_issued"],
        "within_20_weeks_counted": issued.loc[counted & in_time, "plan_issued"],
    }
    return pd.DataFrame(
        {name: m.value_counts().reindex(months, fill_value=0) for name, m in counts.items()}
    )


def _no_rows() -> pd.DataFrame:
    names = [name for name in Requests.to_schema().columns if name != "request_id"]
    frame = pd.DataFrame({name: pd.Series(dtype="object") for name in names})
    text = pd.Series(dtype="str")
    return frame.assign(text=text, is_known=pd.Series(dtype=bool), is_new_plan=False)

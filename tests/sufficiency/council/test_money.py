"""Unit costs and budget lines as the council gives them."""


def test_a_price_without_a_range_is_used_as_certain_and_said(read, said):
    result = read(costs=[{"low": "", "high": "", "unit": ""}])
    cost = result.costs_given.iloc[0]
    assert (cost["low"], cost["value"], cost["high"]) == (58_000, 58_000, 58_000)
    assert (cost["unit"], cost["given_by"]) == ("GBP a pupil and year", "council")
    assert [f.severity for f in said(result, "costs_without_range")] == ["informs"]


def test_a_range_that_does_not_hold_its_value_blocks(read, said):
    result = read(costs=[{"low": "60000"}, {"provision": "special", "high": "50000"}])
    assert [f.row for f in said(result, "costs_range_reversed")] == [2, 3]
    assert result.costs_given.empty


def test_a_kind_of_scheme_is_for_capital_only(read, said):
    rows = [{"scheme_type": "expansion"}, {"item": "capital", "scheme_type": "expansion"}]
    result = read(costs=rows)
    assert [f.row for f in said(result, "costs_scheme_type_without_capital")] == [2]
    assert result.costs_given["item"].tolist() == ["capital"]


def test_a_fee_for_a_place_that_is_commissioned_is_warned_of(read, said):
    assert said(read(costs=[{"provision": "special"}]), "costs_fee_of_a_state_place")


def test_prices_and_lines_without_year_or_source_block(read, said):
    result = read(costs=[{"price_year": "", "source": ""}], budget=[{"financial_year": ""}])
    blank = {(f.source, f.column) for f in said(result, "council_cell_blank")}
    assert blank == {
        ("costs.csv", "price_year"), ("costs.csv", "source"), ("budget.csv", "financial_year"),
    }  # fmt: skip


def test_a_financial_year_of_two_years_is_not_understood(read, said):
    assert said(read(budget=[{"financial_year": "2025-27"}]), "council_unknown_value")


def test_a_budget_line_of_nothing_is_warned_of(read, said):
    assert said(read(budget=[{"amount": "0"}]), "budget_line_of_nothing")

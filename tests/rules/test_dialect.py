"""Each dialect spells exactly the positive operators."""

from dataclasses import replace

import pytest

from tamis.columns.engine.dialect import DUCKDB
from tamis.rules.operators import OPERATORS, positive_form
from tamis.rules.sql.dialect import REQUIRED_SPELLINGS


def test_a_dialect_must_have_every_operator() -> None:
    assert {operator.name for operator in OPERATORS if operator.holds} == REQUIRED_SPELLINGS
    assert {positive_form(operator)[0].name for operator in OPERATORS if operator.kinds} == REQUIRED_SPELLINGS


def test_a_dialect_without_an_operator_is_refused_by_name() -> None:
    spelled = dict(DUCKDB.operators)
    del spelled["contains"]
    with pytest.raises(ValueError, match=r"Some engine must spell .* missing \['contains'\], unknown \[\]"):
        replace(DUCKDB, name="Some engine", operators=spelled)


def test_a_dialect_with_an_unknown_operator_is_refused_by_name() -> None:
    spelled = {**DUCKDB.operators, "is not": DUCKDB.operators["is"], "resembles": DUCKDB.operators["is"]}
    with pytest.raises(ValueError, match=r"missing \[\], unknown \['is not', 'resembles'\]"):
        replace(DUCKDB, operators=spelled)

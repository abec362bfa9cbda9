"""Formulas are escaped and unescaped alike in Python and DuckDB."""

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tamis.domain.files.formulas import TO_ESCAPE, TO_UNESCAPE, escape, unescape

DANGEROUS = "=+-@\t\r\n＝＋－＠"
TEXTS = st.text(st.one_of(st.sampled_from("'" + DANGEROUS), st.characters(exclude_categories=["Cs"])), max_size=6)


@given(text=TEXTS)
def test_escaping_and_unescaping_are_inverse_and_leave_no_formula(text: str) -> None:
    assert unescape(escape(text)) == text
    assert not escape(text).startswith(tuple(DANGEROUS))
    if not text.lstrip("'").startswith((*DANGEROUS, *"0123456789")):
        assert escape(text) == unescape(text) == text


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("=1+1", "'=1+1"),
        ("'=1+1", "''=1+1"),
        ("＝1", "'＝1"),
        ("'tis", "'tis"),
        ("'123", "''123"),
        ("''0351 1-2", "'''0351 1-2"),
        ("'90s", "'90s"),
        ("123", "123"),
        ("a=1", "a=1"),
        ("", ""),
        ("\n=", "'\n="),
    ],
)
def test_a_formula_is_escaped_by_an_apostrophe(text: str, escaped: str) -> None:
    assert escape(text) == escaped


@given(texts=st.lists(TEXTS.filter(lambda text: "\0" not in text), max_size=50))
def test_duckdb_and_python_use_the_expressions_alike(texts: list[str]) -> None:
    rows = "(SELECT unnest($texts::VARCHAR[]) AS text)"
    sql = f"SELECT text, regexp_matches(text, $a), regexp_matches(text, $b) FROM {rows}"
    with duckdb.connect() as db:
        found = db.execute(sql, {"a": TO_ESCAPE, "b": TO_UNESCAPE, "texts": texts}).fetchall()
    assert found == [(text, escape(text) != text, unescape(text) != text) for text in texts]

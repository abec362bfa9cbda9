"""The column types that files declare."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tamis.domain.inference.declared_types import (
    infer_string_kind,
    infer_text_type,
    keeps_digits,
    merge_list_options,
    parse_list,
)
from tamis.domain.inference.parquet_metadata import parse_field_metadata
from tamis.domain.values.fields import Kind


@given(st.lists(st.sampled_from("abcdefgh"), unique=True, min_size=1), st.data())
def test_options_are_in_the_order_of_all_lists(options: list[str], data: st.DataObject) -> None:
    chosen = [[option for option in options if data.draw(st.booleans())] for _ in range(4)]
    found = merge_list_options(filter(None, chosen))
    assert set(found or ()) == {option for one in chosen for option in one}
    for one in chosen:
        assert [option for option in found or () if option in one] == one


@pytest.mark.parametrize(
    ("lists", "options"),
    [
        ([["b", "a"], ["a", "b"]], ("a", "b")),
        ([["VIP"], ["vip"]], None),
        ([["a;b"]], None),
        ([["a\tb"]], None),
        ([[]], None),
        ([[str(n)] for n in range(501)], None),
    ],
)
def test_invalid_options_are_not_declared(lists: list[list[str]], options: tuple[str, ...] | None) -> None:
    assert merge_list_options(lists) == options


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        *((text, True) for text in ("1.50000000000000000000", "0.1", "-9007199254740992", "5e-324")),
        *((text, False) for text in ("9007199254740993", "0.12345678901234567890", "1e400", "x")),
    ],
)
def test_numbers_keep_their_digits_or_are_not_numbers(text: str, kept: bool) -> None:
    assert keeps_digits(text) is kept


@pytest.mark.parametrize(
    ("texts", "kind"),
    [
        (["2024-01-01", "0001-12-31"], Kind.DATE),
        (["2024-01-01T10:00Z", "2024-01-01 10:00:00.5+02:00"], Kind.DATETIME),
        (["2024-01-01", "2024-01-01T10:00Z"], Kind.TEXT),
        (["2024-01-01", "2024-02-30"], Kind.TEXT),
        (["31/12/2024"], Kind.TEXT),
        ([], Kind.TEXT),
    ],
)
def test_strings_are_dates_only_where_all_are_in_iso_form(texts: list[str], kind: Kind) -> None:
    assert infer_string_kind(texts) is kind


def test_texts_that_differ_only_in_case_are_not_a_choice() -> None:
    assert infer_text_type({"NO": 10, "SE": 10}).options == ("NO", "SE")
    assert infer_text_type({"NO": 10, "no": 10}).kind is Kind.TEXT


def test_a_cell_that_is_not_an_array_is_kept() -> None:
    assert (parse_list('["a, b","c"]'), parse_list("a; b"), parse_list("[a")) == (["a, b", "c"], ["a", "b"], ["[a"])


@pytest.mark.parametrize(
    "metadata", [b"", b"\xff", b"{}", b'{"fields": [{"key": "a", "name": "A", "kind": "colour"}]}']
)
def test_foreign_metadata_is_ignored(metadata: bytes) -> None:
    assert parse_field_metadata(metadata) == {}

"""Reading values as properties of events."""

from datetime import UTC, date, datetime

import pytest

from tamis.domain.events.events import EventCatalogue, EventName, EventProperty, RawValue, kind_of, read_property
from tamis.domain.values.fields import Field, Kind, Value


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        (59.9, Kind.NUMBER),
        (3, Kind.NUMBER),
        (True, Kind.BOOLEAN),
        ("Books", Kind.TEXT),
        ("59.90", Kind.TEXT),
        ("true", Kind.TEXT),
        ("2026-11-20", Kind.DATE),
        ("2026-02-30", Kind.TEXT),
        ("2026-11-20T10:00:00Z", Kind.DATETIME),
        ("2026-11-20 10:00+01:00", Kind.DATETIME),
        ("2026-11-20T10:00:00", Kind.TEXT),
        ("", Kind.TEXT),
        (2**60 + 1, Kind.TEXT),
    ],
)
def test_the_first_value_decides_the_kind(raw: RawValue, kind: Kind) -> None:
    assert kind_of(raw) is kind


@pytest.mark.parametrize(
    ("raw", "kind", "value"),
    [
        (" 59.90 ", Kind.NUMBER, 59.9),
        ("1,000", Kind.NUMBER, None),
        ("1e400", Kind.NUMBER, None),
        (True, Kind.NUMBER, None),
        (-0.0, Kind.NUMBER, 0.0),
        (59.9, Kind.TEXT, "59.9"),
        (True, Kind.TEXT, "true"),
        ("  ", Kind.TEXT, None),
        (" TRUE ", Kind.BOOLEAN, True),
        ("yes", Kind.BOOLEAN, None),
        (1, Kind.BOOLEAN, None),
        ("2026-11-20", Kind.DATE, date(2026, 11, 20)),
        ("2026-11-20T10:00:00Z", Kind.DATE, None),
        ("2026-11-20T10:00:00.5+02:00", Kind.DATETIME, datetime(2026, 11, 20, 8, 0, 0, 500_000, UTC)),
        ("2026-11-20", Kind.DATETIME, None),
        ("2026-11-20T25:00:00Z", Kind.DATETIME, None),
        (20261120, Kind.DATE, None),
    ],
)
def test_a_value_that_does_not_fit_its_kind_is_missing(raw: RawValue, kind: Kind, value: Value | None) -> None:
    found = read_property(raw, kind)
    assert found == value
    assert type(found) is type(value)


def test_a_catalogue_finds_names_in_any_spelling() -> None:
    order = EventName(7, 1, "Order")
    amount = Field(101, "amount", "amount", Kind.NUMBER)
    catalogue = EventCatalogue((order, EventName(8, 1, "open")), (EventProperty(7, amount),))
    assert catalogue.find("ORDER ") == order
    assert catalogue.find(7) == order
    assert catalogue.find("orders") is None
    assert catalogue.properties_of(7).find("Amount") == amount
    assert catalogue.properties_of(8).fields == ()

"""Asking the rules about a handful of contacts in Python: for so few, DuckDB takes longer to plan the question than the
reference evaluator takes to answer it (§ One meaning)."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import duckdb

from tamis.columns.projector.replay import Levels, When, used_fields
from tamis.domain.contacts import Contact
from tamis.domain.fields import CREATED_AT, EMAIL, UPDATED_AT, Field
from tamis.domain.instants import EPOCH
from tamis.domain.segments import SEGMENT_SHIFT
from tamis.rules.evaluation.evaluate import selects
from tamis.rules.time.moment import Moment
from tamis.rules.tree import Rule

FEW = 8
Hands = Mapping[tuple[int, int, int], tuple[bool, bool]]
"""By version, segment and contact: whether it is `present` under its own number, whether it is a `member` at all."""


def few_points(con: duckdb.DuckDBPyConnection, points: str) -> bool:
    """Tell whether the points are few enough."""
    return len(con.execute(f"SELECT 1 FROM {points} LIMIT {FEW + 1}").fetchall()) <= FEW


def collect_moves_of_few(
    con: duckdb.DuckDBPyConnection,
    stretch: int,
    points: str,
    levels: Levels,
    whens: Sequence[When],
    by_hand: bool,
) -> None:
    """Do what `evaluate` and `collect_moves` of `replay` do."""
    fields = used_fields(levels)
    rules = {segment_id: rule for level in levels for segment_id, rule in level.items()}
    hands = _hands(con) if by_hand else {}
    rows = con.execute(
        f"SELECT p.contact_id, p.version, p.instant, p.cause, p.k, v.* EXCLUDE (version) FROM {points} p "
        "LEFT JOIN versions v ON v.id = p.contact_id AND v.version = p.version ORDER BY p.contact_id, p.k"
    ).fetchall()
    moves: list[tuple[int, int, datetime, str, int]] = []
    before: tuple[int, list[bool]] = (0, [])
    for contact_id, version, instant, cause, k, id_, *values in rows:
        contact = _contact(id_, values, fields) if id_ else None
        moment = _moment(whens, k, instant)
        present = _present(rules, contact, contact_id, version, moment, hands)
        if k:
            assert before[0] == contact_id
            changed = zip(rules, before[1], present, strict=True)
            moves += [
                (segment_id << SEGMENT_SHIFT | contact_id, 1 if now else -1, instant, cause, k)
                for segment_id, was, now in changed
                if was is not now
            ]
        before = contact_id, present
    if moves:
        con.execute(
            "INSERT INTO moves SELECT $1, unnest($2::BIGINT[]), unnest($3::TINYINT[]), unnest($4::TIMESTAMP[]), "
            "unnest($5::VARCHAR[]), unnest($6::INTEGER[])",
            [stretch, *map(list, zip(*moves, strict=True))],
        )


def _present(
    rules: Mapping[int, Rule], contact: Contact | None, contact_id: int, version: int, moment: Moment, hands: Hands
) -> list[bool]:
    """Tell for each segment whether the contact is a recipient under its own number; a segment comes after all that
    its rule names."""
    members: dict[int, bool] = {}
    present = []
    for segment_id, rule in rules.items():
        held = contact is not None and selects(rule, contact, moment, members.__getitem__)
        is_present, members[segment_id] = hands.get((version, segment_id, contact_id), (held, held))
        present.append(is_present)
    return present


def _moment(whens: Sequence[When], k: int, instant: datetime) -> Moment:
    when = whens[k if len(whens) > 1 else 0]
    return Moment(instant.replace(tzinfo=UTC), when.moment.zone) if when.by_row else when.moment


def _hands(con: duckdb.DuckDBPyConnection) -> Hands:
    rows = con.execute("SELECT version, segment_id, contact_id, present, member FROM hands").fetchall()
    return {tuple(row[:3]): tuple(row[3:]) for row in rows}


def _contact(id_: int, values: Sequence[Any], fields: Sequence[Field]) -> Contact:
    known = {field.id: _typed(value) for field, value in zip(fields, values, strict=True) if value is not None}
    return Contact(
        id_,
        0,
        known.pop(EMAIL.id, ""),
        known,
        known.pop(CREATED_AT.id, EPOCH),
        known.pop(UPDATED_AT.id, EPOCH),
    )


def _typed(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.replace(tzinfo=UTC)
    return tuple(value) if isinstance(value, list) else value

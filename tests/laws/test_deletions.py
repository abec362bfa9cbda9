"""§ Fail closed: what a rule uses cannot be deleted, the refusal names every user, and no deletion widens a segment."""

import json
import re
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tamis.actions.accounts.accounts import create_account
from tamis.actions.fields.fields import delete_field
from tamis.actions.segments.segments import create_segment, delete_segment
from tamis.actions.services import Services
from tamis.domain.accounts.accounts import Account
from tamis.domain.errors import Refused
from tamis.domain.segments.segments import Segment
from tamis.domain.values.fields import Kind
from tamis.rules.syntaxes.json import from_json
from tamis.settings import Settings
from tests.stores.workspace import Workspace, new_workspace
from tests.support.effort import examples

OPTIONS = {"plan": ("Free", "Pro", "Team"), "likes": ("Music", "Art", "Sport")}
FIELDS = ("score", *OPTIONS)
_numbers = count(1)


class Clock:
    """Goes on by a minute with every scene."""

    def __init__(self) -> None:
        self.now = datetime(2024, 1, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


CLOCK = Clock()


class Written(NamedTuple):
    """A rule as JSON, with all that it uses: ("field", key), ("option", key, option) or ("segment", name)."""

    rule: dict[str, Any]
    uses: frozenset[tuple[str, ...]]


def condition(key: str, operator: str, *values: str) -> Written:
    return Written({"field": key, "operator": operator, "values": values}, frozenset({("field", key)}))


def condition_with_options(key: str, operator: str, options: list[str]) -> Written:
    written = condition(key, operator, *map(str.lower, options))
    return Written(written.rule, written.uses | {("option", key, option) for option in options})


def condition_with_segment(operator: str, name: str) -> Written:
    return Written({"operator": operator, "values": [name]}, frozenset({("segment", name)}))


def _options(key: str, most: int, *operators: str) -> st.SearchStrategy[Written]:
    options = st.lists(st.sampled_from(OPTIONS[key]), min_size=1, max_size=most, unique=True)
    return st.builds(condition_with_options, st.just(key), st.sampled_from(operators), options)


conditions = st.one_of(
    st.builds(condition, st.just("score"), st.sampled_from(["is greater than", "is not"]), st.sampled_from(["2", "3"])),
    st.builds(condition, st.just("score"), st.just("is not between"), st.just("2"), st.just("3")),
    st.builds(condition, st.sampled_from(FIELDS), st.sampled_from(["is blank", "is not blank"])),
    st.builds(
        condition, st.just("plan"), st.sampled_from(["contains", "does not contain"]), st.sampled_from(["e", "pro"])
    ),
    _options("plan", 1, "is", "is not"),
    _options("plan", 2, "is one of", "is none of"),
    _options("likes", 2, "includes any of", "includes none of", "includes all of"),
    st.builds(
        condition_with_segment, st.sampled_from(["is in segment", "is not in segment"]), st.sampled_from(["s0", "s1"])
    ),
)


def _joined(parts: list[Written], word: str) -> Written:
    return Written({word: [part.rule for part in parts]}, frozenset().union(*(part.uses for part in parts)))


rules = st.recursive(
    conditions,
    lambda parts: st.one_of(
        st.builds(_joined, st.lists(parts, min_size=2, max_size=3), st.sampled_from(["all", "any"])),
        parts.map(lambda part: Written({"not": part.rule}, part.uses)),
    ),
    max_leaves=4,
)
UPDATED = Written({"field": "updated_at", "operator": "is after", "values": ["NOW"]}, frozenset())
"""It has no members: a contact changed by a deletion does not count as updated."""
people = st.fixed_dictionaries(
    {},
    optional={
        "score": st.integers(1, 4).map(str),
        "plan": st.sampled_from(OPTIONS["plan"]),
        "likes": st.lists(st.sampled_from(OPTIONS["likes"]), min_size=1).map("; ".join),
    },
)
deletions = st.one_of(
    st.tuples(st.just("field"), st.sampled_from(FIELDS)),
    st.sampled_from([("option", key, option) for key, options in OPTIONS.items() for option in options]),
    st.tuples(st.just("segment"), st.sampled_from(["s0", "s1", "s2"])),
)


@dataclass
class Scene:
    """A contact type, its contacts, and segments with all that their rules use."""

    workspace: Workspace
    audience: dict[str, dict[str, str]]
    live: dict[str, tuple[Segment, Written]]

    def members(self) -> dict[str, set[str]]:
        return {name: self.workspace.members(segment) for name, (segment, _) in self.live.items()}

    def users(self, deletion: tuple[str, ...]) -> set[str]:
        """Name the segments by which a deletion must be refused."""
        found = {name for name, (_, rule) in self.live.items() if deletion in rule.uses}
        if deletion[0] == "option" and not found and self.holders(*deletion[1:]):
            found = {name for name, (_, rule) in self.live.items() if ("field", deletion[1]) in rule.uses}
        return found

    def holders(self, key: str, option: str) -> set[str]:
        return {name for name, texts in self.audience.items() if option in texts.get(key, "").split("; ")}

    def delete(self, deletion: tuple[str, ...]) -> None:
        match deletion:
            case ("field", key):
                self.workspace.services.write(delete_field, self.workspace.type, key)
            case ("option", key, option):
                self.workspace.edit(key, delete_options=[option])
                for texts in self.audience.values():
                    left = [o for o in texts.get(key, "").split("; ") if o not in (option, "")]
                    texts.pop(key, None)
                    texts.update({key: "; ".join(left)} if left else {})
            case ("segment", name):
                self.workspace.services.write(delete_segment, self.workspace.account, self.live[name][0].id)
                del self.live[name]


@pytest.fixture(scope="module")
def home() -> Iterator[tuple[Services, Account]]:
    directory = Path(tempfile.mkdtemp(prefix="tamis-"))
    services = Services(Settings(directory, columns_threads=1), CLOCK)
    account, _ = services.write(create_account, "owner@example.org", "Asia/Dhaka", None)
    yield services, account
    services.close()
    shutil.rmtree(directory)


def scene(home: tuple[Services, Account], audience: list[dict[str, str]], written: list[Written]) -> Scene:
    workspace = new_workspace(*home)
    workspace.field("Score", Kind.NUMBER)
    workspace.field("Plan", Kind.CHOICE, *OPTIONS["plan"])
    workspace.field("Likes", Kind.CHOICES, *OPTIONS["likes"])
    named = {f"p{number}": dict(texts) for number, texts in enumerate(audience)}
    workspace.write(**named)
    CLOCK.now += timedelta(minutes=1)
    live: dict[str, tuple[Segment, Written]] = {}
    run = next(_numbers)  # names of segments are unique in an account
    for number, rule in enumerate(written):
        document = json.dumps(rule.rule).replace("NOW", f"{CLOCK.now:%Y-%m-%d %H:%M}Z")
        for earlier in range(number):
            document = document.replace(f'"s{earlier}"', f'"s{earlier} of {run}"')
        name = f"s{number} of {run}"
        made = workspace.services.write(create_segment, workspace.account, workspace.type, name, from_json(document))
        live[f"s{number}"] = (made, rule)
    CLOCK.now += timedelta(minutes=1)
    return Scene(workspace, named, live)


def known_before(number: int) -> st.SearchStrategy[Written]:
    """A rule that names none but the segments made before it."""
    later = {("segment", f"s{other}") for other in range(number, 2)}
    return rules.filter(lambda rule: not rule.uses & later)


@settings(
    max_examples=examples(40), deadline=None, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow]
)
@given(
    audience=st.lists(people, min_size=1, max_size=6),
    written=st.tuples(st.one_of(st.just(UPDATED), known_before(0)), known_before(1), known_before(2)),
    wanted=st.lists(deletions, min_size=1, max_size=6),
)
def test_no_deletion_ever_widens_a_segment(
    home: tuple[Services, Account],
    audience: list[dict[str, str]],
    written: tuple[Written, Written, Written],
    wanted: list[tuple[str, ...]],
) -> None:
    at = scene(home, audience, list(written))
    gone: set[tuple[str, ...]] = set()
    for deletion in wanted:
        left = [o for o in OPTIONS.get(deletion[1], ()) if ("option", deletion[1], o) not in gone]
        last = deletion[0] == "option" and len(left) == 1
        if gone & {deletion, ("field", deletion[1])} or last:
            continue
        users, before = at.users(deletion), at.members()
        refusal: Refused | None = None
        try:
            at.delete(deletion)
        except Refused as error:
            refusal = error
        if refusal:
            assert users, f"{deletion} was refused although it is not in use: {refusal}"
            assert {at.live[name][0].name for name in users} == named_in(str(refusal), at)
        else:
            assert not users, f"{deletion} was allowed under {users}"
            gone.add(deletion)
        after = at.members()
        assert all(after[name] <= before[name] for name in after)


def named_in(message: str, at: Scene) -> set[str]:
    """Return the names of the segments that a message names as users; the one to be deleted comes first."""
    users = re.split("the segments? ", message)[-1]
    return {segment.name for segment, _ in at.live.values() if f'"{segment.name}"' in users}

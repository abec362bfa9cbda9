"""Whatever a server has is pulled, applied to an empty account, and pulled as the same file."""

from collections.abc import Iterator

import pytest
from hypothesis import example, given, settings

from tamis.client import Tamis
from tamis.definitions.apply import apply_plan
from tamis.definitions.counts import count_effects
from tamis.definitions.planner import plan_changes
from tamis.definitions.pull import pull_into
from tamis.definitions.workspace import ApiWorkspace
from tamis.definitions.yaml_file import parse_document, write_document
from tests.definitions.strategies import Part, documents
from tests.definitions.test_laws import as_yaml, desired
from tests.support.effort import examples
from tests.support.process import Server, tamis
from tests.support.users import fresh_address

RULE_BEFORE_DESCRIPTION: Part = {
    "contact_types": [
        {
            "name": "Customers",
            "fields": [],
            "segments": [{"name": "Nobody", "rule": "", "description": "One line"}],
        }
    ]
}

TOPICS: Part = {
    "contact_types": [
        {
            "name": "Customers",
            "fields": [],
            "topics": [{"name": "News", "description": "Once a week"}, {"name": "Offers"}],
            "segments": [{"name": "Readers", "rule": 'is subscribed to "News" and is not subscribed to "Offers"'}],
        }
    ]
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server(tmp_path_factory.mktemp("round-trip") / "data") as running:
        yield running


def open_account(server: Server) -> Tamis:
    """Open a client of a new account."""
    account = tamis(server.data, "account", "create", "--email", fresh_address())
    return Tamis(server.address, account["secret_key"])


def apply(file: str, client: Tamis) -> None:
    """Apply a file to an account, after which it needs nothing more."""
    workspace = ApiWorkspace(client)
    present = workspace.read()
    plan = plan_changes(desired(file), present)
    assert len(count_effects(plan, workspace)) == len(plan.steps)
    steps = list(apply_plan(plan, present, workspace, allow_loss=False))
    assert steps == list(plan.steps)
    assert plan_changes(desired(file), workspace.read()).steps == ()


def pull(client: Tamis, into: str = "") -> str:
    """Pull what an account has into a file."""
    document = parse_document(into)
    pull_into(document, ApiWorkspace(client).read())
    return write_document(document)


def check_round_trip(server: Server, document: Part) -> None:
    """Check one document."""
    with open_account(server) as first, open_account(server) as second:
        written = as_yaml(document)
        apply(written, first)
        assert pull(first, written) == written
        file = pull(first)
        assert pull(first, file) == file
        apply(file, second)
        assert pull(second) == file


def test_a_file_is_the_same_after_a_round_trip(server: Server) -> None:
    @settings(max_examples=examples(60))
    @given(document=documents())
    @example(document=RULE_BEFORE_DESCRIPTION)
    @example(document=TOPICS)
    def check(document: Part) -> None:
        check_round_trip(server, document)

    check()

"""Generated requests to every call (Schemathesis): no fault of the server, and no answer that the description does not
have."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.effort import ALL, examples
from tests.support.process import Server
from tests.support.programs import Program, program_of
from tests.support.users import fresh_address, new_account

EXAMPLES = examples(40)
EXISTING_IDS = 5


SCOPES = ("read", "write", "admin")


@pytest.mark.parametrize("scope", SCOPES)
def test_answers_are_as_described(server: Server, scope: str) -> None:
    import schemathesis
    from schemathesis.checks import not_a_server_error
    from schemathesis.specs.openapi.checks import (
        content_type_conformance,
        response_schema_conformance,
        status_code_conformance,
    )

    checks = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
    person = new_account(server.data, server.address, fresh_address("generated"))
    program = program_of(person, scope)
    _fill(program_of(person))
    schema = schemathesis.openapi.from_url(f"{server.address}/v1/openapi.json")

    for number, result in enumerate(schema.get_all_operations()):
        if not ALL and SCOPES[number % len(SCOPES)] != scope:  # each call with a key of one of the scopes
            continue
        operation: Any = result.ok()  # type: ignore[union-attr]  # the description is valid

        @settings(max_examples=EXAMPLES, database=None, suppress_health_check=list(HealthCheck), deadline=None)
        @given(case=operation.as_strategy(), existing=st.integers(0, 2 * EXISTING_IDS))
        def send(case: Any, existing: int) -> None:
            for name in case.path_parameters if existing < EXISTING_IDS else ():
                if name.endswith("_id"):
                    case.path_parameters[name] = existing + 1
            if str((case.query or {}).get("wait", "")).isdecimal():
                case.query["wait"] = 0  # nothing would come
            answer = case.call(session=program.http, headers={"Authorization": f"Bearer {program.secret_key}"})
            case.validate_response(answer, checks=checks)

        send()


def _fill(program: Program) -> None:
    """Make what generated requests can find."""
    for number in range(2):
        made = program.create("contact-types", {"name": f"Type {number}"})
        program.create(f"contact-types/{made['id']}/fields", {"name": "Age", "kind": "number"})

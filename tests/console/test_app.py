"""The application of the console as a whole."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from litestar.testing import TestClient

from tamis.actions.local_protocol import PATH as LOCAL
from tamis.actions.services import Services
from tamis.settings import Settings
from tamis.web.app import application


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    opened = Services(Settings(tmp_path / "data"))
    yield opened
    opened.close()


def test_a_malformed_request_is_refused_before_any_page_runs(services: Services) -> None:
    with TestClient(application(services, "")) as client:
        answer = client.get(LOCAL, headers={"host": "a/b", "accept": "text/html"})
    assert answer.status_code == 400
    assert "text/html" in answer.headers["content-type"]
    assert answer.headers["x-frame-options"] == "DENY"


def test_no_deprecated_library_features_are_used(services: Services) -> None:
    application(services, "").load("/")  # warnings are errors in the tests

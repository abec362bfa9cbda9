"""A client that is missing skips its tests on a developer's machine, and fails them where all have to be there."""

import pytest

from tests.support.clients import installed

MISSING = "no-such-program-anywhere"


def test_a_missing_client_skips_with_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match=f"{MISSING} is not installed"):
        installed(MISSING)


def test_a_missing_client_fails_under_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match=f"{MISSING} is not installed"):
        installed(MISSING)

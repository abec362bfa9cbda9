"""E-mails over real encrypted SMTP: certificates are checked, passwords never leave in the clear, nothing hangs, and no
secret is in any error."""

import base64
import logging
from dataclasses import replace
from pathlib import Path

import pytest

from tamis.actions.team import mail
from tamis.domain.errors import Unavailable
from tamis.settings import Settings
from tests.support.certificates import CertificateAuthority
from tests.support.mail_server import Behaviour, Mailbox, mail_server

PASSWORD = "oats and rye 91"
HOST = "127.0.0.1"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> CertificateAuthority:
    return CertificateAuthority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def settings(tmp_path: Path, authority: CertificateAuthority, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Settings of a mail server whose certificates are of the authority, which this machine trusts."""
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    monkeypatch.setattr(mail, "TIMEOUT_SECONDS", 1)
    (tmp_path / "password").write_text(f"{PASSWORD}\n")
    return replace(
        Settings(tmp_path / "data"),
        public_url="https://tamis.example.org",
        mail_from="Tamis <tamis@example.org>",
        smtp_user="tamis",
        smtp_password_file=tmp_path / "password",
    )


def send(settings: Settings, box: Mailbox, security: str) -> None:
    mail.send_mail(replace(settings, smtp_host=box.address, smtp_security=security), "ann@example.org", "Hello", "Text")


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_an_encrypted_server_takes_the_message(
    settings: Settings, authority: CertificateAuthority, security: str
) -> None:
    with mail_server(Behaviour(authority.server(HOST), is_encrypted_at_once=security == "tls")) as box:
        send(settings, box, security)
    assert [message["to"] for message in box.messages] == ["ann@example.org"]
    assert base64.b64decode(box.login) == f"\0tamis\0{PASSWORD}".encode()
    assert box.said == ([] if security == "tls" else ["EHLO", "STARTTLS"])  # and nothing else in the clear


@pytest.mark.parametrize("security", ["tls", "starttls"])
@pytest.mark.parametrize("wrong", ["of another host", "expired", "of an unknown authority"])
def test_a_wrong_certificate_is_refused_before_anything_is_said(
    settings: Settings, authority: CertificateAuthority, tmp_path: Path, security: str, wrong: str
) -> None:
    certificate = {
        "of another host": lambda: authority.server("mail.example.org"),
        "expired": lambda: authority.server(HOST, days=-1),
        "of an unknown authority": lambda: CertificateAuthority(tmp_path).server(HOST),
    }[wrong]()
    with mail_server(Behaviour(certificate, is_encrypted_at_once=security == "tls")) as box:
        assert_not_sent(settings, box, security)
    assert (box.messages, box.login) == ([], "")


def test_a_stripped_starttls_sends_neither_password_nor_message(
    settings: Settings, authority: CertificateAuthority
) -> None:
    with mail_server(Behaviour(authority.server(HOST), strips_starttls=True)) as box:
        assert_not_sent(settings, box, "starttls")
    assert (box.messages, box.login) == ([], "")
    assert set(box.said) <= {"EHLO", "HELO", "QUIT"}


def test_a_refused_login_names_no_secret(
    settings: Settings, authority: CertificateAuthority, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with mail_server(Behaviour(authority.server(HOST), refuses_login=True)) as box:
        error = assert_not_sent(settings, box, "starttls")
    logged = str([vars(record) for record in caplog.records])
    encoded = base64.b64encode(f"\0tamis\0{PASSWORD}".encode()).decode()
    for secret in (PASSWORD, encoded, "ann@example.org"):
        assert secret not in repr(error)
        assert secret not in logged
    assert error.__cause__ is None
    assert "SMTPAuthenticationError" in logged


@pytest.mark.parametrize(("security", "moment"), [
    ("tls", "connecting"), ("starttls", "connecting"), ("starttls", "EHLO"), ("starttls", "STARTTLS"),
    ("starttls", "DATA"), ("tls", "AUTH"),
])  # fmt: skip
def test_a_silent_server_is_given_up(
    settings: Settings, authority: CertificateAuthority, security: str, moment: str
) -> None:
    behaviour = Behaviour(authority.server(HOST), is_encrypted_at_once=security == "tls", silent_after=moment)
    with mail_server(behaviour) as box:
        assert_not_sent(settings, box, security)
    assert box.messages == []


def assert_not_sent(settings: Settings, box: Mailbox, security: str) -> Unavailable:
    with pytest.raises(Unavailable) as refused:
        send(settings, box, security)
    assert refused.value.problems[0].code == "mail_not_sent"
    return refused.value

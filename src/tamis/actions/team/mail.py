"""Emails to users: invitations, and links to a new password. Without a mail server, people hand links over."""

import logging
import smtplib
import ssl
from email.message import EmailMessage
from urllib.parse import urlencode

from tamis import log
from tamis.actions.server_file import find_server
from tamis.domain.errors import Unavailable
from tamis.settings import Settings

TIMEOUT_SECONDS = 20
INVITATION_PATH, PASSWORD_PATH = "/invitation", "/password"
DEFAULT_URL = "http://127.0.0.1:8000"


def can_send(settings: Settings) -> bool:
    """Return whether emails can be sent: with a mail server, a sender, and the address at which people reach this
    server, which no request may decide."""
    return bool(settings.smtp_host and settings.mail_from and settings.public_url)


def link_to(settings: Settings, path: str, token: str, origin: str = "") -> str:
    """Return a link to a page with a token, at the address that the settings say, or else at `origin`, or where the
    server of the data directory runs. The token is part of the query, which no log of Tamis has."""
    return f"{settings.public_url or origin or base_url(settings)}{path}?{urlencode({'token': token})}"


def has_public_address(settings: Settings) -> bool:
    """Return whether the address is set at which people reach this server, here or where the server runs."""
    server = find_server(settings.data)
    return bool(settings.public_url or (server and server.public_url))


def base_url(settings: Settings) -> str:
    """Return the address at which people reach this server: what the settings say, here or where the server of the data
    directory runs; or else where it listens, which only its own machine may reach."""
    server = None if settings.public_url else find_server(settings.data)
    return settings.public_url or (server.public_url or server.address if server else DEFAULT_URL)


def send_mail(settings: Settings, to: str, subject: str, text: str) -> None:
    """Send an email; raises Unavailable if the mail server does not take it."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = settings.mail_from, to, subject
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text)
    host, _, port = settings.smtp_host.rpartition(":")
    host = host.strip("[]")
    try:
        password = settings.smtp_password_file.read_text().strip() if settings.smtp_password_file else ""
        with _connect(settings.smtp_security, host, int(port)) as server:
            if settings.smtp_user:
                server.login(settings.smtp_user, password)
            server.send_message(message)
    except (OSError, smtplib.SMTPException, UnicodeError) as error:  # whose text may have the address of a person
        log.event("mail_not_sent", level=logging.ERROR, reason=type(error).__name__)
        raise Unavailable("mail_not_sent") from None
    log.event("mail_sent", host=host)


def _connect(security: str, host: str, port: int) -> smtplib.SMTP:
    context = ssl.create_default_context()
    if security == "tls":
        return smtplib.SMTP_SSL(host, port, timeout=TIMEOUT_SECONDS, context=context)
    server = smtplib.SMTP(host, port, timeout=TIMEOUT_SECONDS)
    if security == "starttls":
        try:
            server.starttls(context=context)
        except BaseException:
            server.close()
            raise
    return server


def invitation_text(account: str, role: str, link: str) -> tuple[str, str]:
    """Return subject and text of an invitation."""
    return (
        "Your invitation to Tamis",
        f"You are invited to the Tamis account {account}, with the role {role}.\n\nTo accept, open this link within "
        f"seven days. It works once:\n\n{link}\n\nIf you did not expect this, ignore it.\n",
    )


def password_text(link: str) -> tuple[str, str]:
    """Return subject and text of a link to a new password."""
    return (
        "Set your Tamis password",
        f"To set a new password, open this link within a day. It works once:\n\n{link}\n\n"
        "If you did not ask for it, ignore it: your password stays as it is.\n",
    )

"""Emails and texts of which only a hint is shown."""

MASK = "***"


def masked_email(email: str) -> str:
    """Return an email of which the first character and the domain are left: `m***@example.org`."""
    local, _, domain = email.rpartition("@")
    return f"{masked_text(local)}@{domain}"


def masked_text(text: str) -> str:
    """Return the first character of a text and a mask, the same for texts that are masked already."""
    return text[:1].replace("*", "") + MASK if text else text

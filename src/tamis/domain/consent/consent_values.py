"""What the cells of a column of consent mean, as senders of mailings write them in their exports."""

import re
from collections.abc import Collection
from enum import StrEnum

from tamis.domain.consent.suppressions import SuppressionReason
from tamis.domain.errors import ValueProblem

CONSENT = "consent"
"""What a column is mapped to whose values say who may be mailed."""


class NoSuppression(StrEnum):
    """What a value means that suppresses nobody."""

    SUBSCRIBED = "subscribed"
    UNDECIDED = "undecided"


ConsentValue = SuppressionReason | NoSuppression

# In the words of Mailchimp, Klaviyo, Brevo, SendGrid, Mailgun, Postmark, Amazon SES, ActiveCampaign, MailerLite,
# Campaign Monitor, HubSpot, Kit, Mautic, listmonk, Sendy and Omnisend. Values are compared
# by their letters and digits alone: HardBounce, HARD_BOUNCE and "hard bounce" are one.
WORDS: dict[ConsentValue, str] = {
    SuppressionReason.UNSUBSCRIBED: """
        unsubscribed, unsubscribe, unsub, global unsubscribe, group unsubscribe, unsubscribed via email,
        unsubscribed via ma, unsubscribed via api, list unsubscribe, opt out, opted out, optout, cancelled, canceled,
        unsubscribed from all email, do not contact, do not mail, do not email, no longer subscribed, withdrawn, revoked
    """,
    SuppressionReason.COMPLAINED: """
        complained, complaint, complaints, spam, spam complaint, spam report, spam reports, spamreport, reported spam,
        reported as spam, marked as spam, marked spam, contact flagged as spam, abuse, abuse complaint, junk
    """,
    SuppressionReason.BOUNCED: """
        bounced, bounce, bounces, cleaned, hard bounce, hard bounced, hard bounces, permanent bounce, invalid,
        invalid email, invalid emails, invalid address, undeliverable, unreachable, permanent
    """,
    SuppressionReason.MANUAL: """
        manual, suppressed, user suppressed, manual suppression, manually suppressed, blacklisted, blocklisted, blocked,
        admin blocked, blacklist, blocklist, archived, removed, deleted, disabled, banned
    """,
    NoSuppression.SUBSCRIBED: """
        subscribed, subscribe, subscriber, active, enabled, confirmed, opt in, opted in, optin, double opt in,
        single opt in, explicit, granted, mailable, deliverable, valid
    """,
    NoSuppression.UNDECIDED: """
        non subscribed, not subscribed, never subscribed, never asked, unconfirmed, not confirmed, pending,
        awaiting confirmation, transactional, implicit, none, unknown, soft bounce, soft bounced, soft bounces,
        temporary bounce
    """,
}
_WORD_SIGNS = re.compile(r"[\W_]+")


def letters_of(text: str) -> str:
    """Return the letters and digits of a text, in lower case."""
    return _WORD_SIGNS.sub("", text.casefold())


MEANINGS = {letters_of(text): meaning for meaning, texts in WORDS.items() for text in texts.split(",")}

_YES = frozenset(map(letters_of, ("yes", "y", "true", "t", "1", "x", "on")))
_NO = frozenset(map(letters_of, ("no", "n", "false", "f", "0", "off")))


def means_yes(letters: str) -> bool:
    """Return whether letters are a way to write yes."""
    return letters in _YES


def means_no(letters: str) -> bool:
    """Return whether letters are a way to write no."""
    return letters in _NO


# What yes means by a part of the column's name; the first part that occurs decides.
_YES_BY_NAME: tuple[tuple[str, ConsentValue], ...] = (
    ("unsub", SuppressionReason.UNSUBSCRIBED),
    ("optout", SuppressionReason.UNSUBSCRIBED),
    ("optedout", SuppressionReason.UNSUBSCRIBED),
    ("donot", SuppressionReason.UNSUBSCRIBED),
    ("complain", SuppressionReason.COMPLAINED),
    ("spam", SuppressionReason.COMPLAINED),
    ("bounce", SuppressionReason.BOUNCED),
    ("suppress", SuppressionReason.MANUAL),
    ("blacklist", SuppressionReason.MANUAL),
    ("blocklist", SuppressionReason.MANUAL),
    ("blocked", SuppressionReason.MANUAL),
    *(
        (part, NoSuppression.SUBSCRIBED)
        for part in ("subscrib", "optin", "optedin", "consent", "accept", "marketing", "newsletter", "permission")
    ),
)
_SURE_SIGNS = ("unsub", "optout", "optedout", "bounce", "complain", "spam")
MOST_MEANINGS = 100
"""The most different cells that a column of consent is expected to have."""
_BRACKETS = re.compile(r"""[\[\]{}"']""")
_SEPARATORS = re.compile(r"[,;|]")


def parse_consent(column: str, text: str) -> ConsentValue | None:
    """Return what a cell says, None if that is nothing; of several values, such as ["HARD_BOUNCE", "UNSUBSCRIBE"], the
    gravest. Yes and no mean what the name of the column says. Raises ValueProblem."""
    parts = [part for part in map(str.strip, _SEPARATORS.split(_BRACKETS.sub("", text))) if part]
    found = [_parse_word(column, part) for part in parts]
    if any(meaning is None for meaning in found):
        raise ValueProblem("consent_value_unknown", text=text)
    meanings = [meaning for meaning in found if meaning is not None]
    return min(meanings, key=lambda meaning: _ORDER[meaning]) if meanings else None


def states_suppressions(column: str, texts: Collection[str]) -> bool:
    """Return whether the cells of a column surely say whose emails are suppressed: all are known, and any of them, or
    the name of a column of yes and no, has a word that is used of mailings alone."""
    if not texts or len(set(texts)) > MOST_MEANINGS:
        return False
    try:
        found = {parse_consent(column, text) for text in texts}
    except ValueProblem:
        return False
    words = [letters_of(text) for text in texts]
    named = [letters_of(column)] if _YES.union(_NO).issuperset(words) else words
    return any(isinstance(meaning, SuppressionReason) for meaning in found) and any(
        sign in word for word in named for sign in _SURE_SIGNS
    )


_ORDER: dict[ConsentValue, int] = {
    meaning: rank
    for rank, meaning in enumerate((*SuppressionReason, NoSuppression.UNDECIDED, NoSuppression.SUBSCRIBED))
}


def _parse_word(column: str, text: str) -> ConsentValue | None:
    letters = letters_of(text)
    if letters in _YES or letters in _NO:
        name = letters_of(column)
        meant = next((meaning for part, meaning in _YES_BY_NAME if part in name), None)
        if meant is None or letters in _YES:
            return meant
        return SuppressionReason.UNSUBSCRIBED if meant is NoSuppression.SUBSCRIBED else NoSuppression.UNDECIDED
    return MEANINGS.get(letters)

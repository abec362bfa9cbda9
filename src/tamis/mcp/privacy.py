"""How much of contacts an assistant sees. Everything that a tool answers passes through here."""

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum

from tamis.domain.contacts.masking import masked_email, masked_text

EMAIL = re.compile(r"""(?<![^\s"<>(),;:\\])[^\s"<>(),;:\\]+@[^\s"'<>(),;:\\]+""")
"""Begins only where a word does, so that a long word is searched once and not from each of its characters."""
HIDDEN = "[email hidden]"


class ShownContacts(StrEnum):
    """What an assistant sees of contacts: nothing but ids and counts, values without what names people, or all."""

    NONE = "none"
    MASKED = "masked"
    FULL = "full"


def filtered(answer: object, shown: ShownContacts) -> object:
    """Return an answer with only what may be shown of emails in its texts, which may be rules, names or messages."""
    match answer:
        case str():
            return filtered_text(answer, shown)
        case Mapping():
            return {filtered(key, shown): filtered(value, shown) for key, value in answer.items()}
        case Sequence() if not isinstance(answer, bytes):
            return [filtered(item, shown) for item in answer]
    return answer


def filtered_text(text: str, shown: ShownContacts) -> str:
    """Return a text in which emails are hidden, masked, or left as they are."""
    if shown is ShownContacts.FULL:
        return text
    return EMAIL.sub(HIDDEN if shown is ShownContacts.NONE else lambda found: masked_email(found[0]), text)


def shown_values(values: Mapping[str, object], kinds: Mapping[str, str], shown: ShownContacts) -> dict[str, object]:
    """Return the values of a contact that may be shown; texts are masked, options, numbers and dates are not."""
    match shown:
        case ShownContacts.NONE:
            return {}
        case ShownContacts.MASKED:
            return {key: _masked_value(value, kinds.get(key, "text")) for key, value in values.items()}
    return dict(values)


def _masked_value(value: object, kind: str) -> object:
    return masked_text(value) if isinstance(value, str) and kind == "text" else value

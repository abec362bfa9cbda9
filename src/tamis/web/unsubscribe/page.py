"""The pages behind an unsubscribe link as HTML; they need no script."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from jinja2 import Environment

from tamis.domain.contacts.masking import masked_email
from tamis.web.templates import make_environment

STYLESHEET_PATH = "/u/page.css"
PREVIEW_EMAIL = "maria@example.org"


class TopicChoice(NamedTuple):
    """A topic on the page, and whether it is chosen."""

    id: int
    name: str
    description: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class LinkPage:
    """What the page offers to the owner of an email, which it shows masked. `sender` is the name of the account, empty
    if it has none; forms are sent to `path`, and do nothing in a preview."""

    sender: str
    email: str
    path: str = ""
    is_unsubscribed: bool = False
    topics: Sequence[TopicChoice] = ()
    is_saved: bool = False
    problem: str = ""
    is_preview: bool = False


def link_page(shown: LinkPage) -> str:
    """Return the page of an unsubscribe link."""
    title = "You are unsubscribed" if shown.is_unsubscribed else "Unsubscribe"
    return _render(
        "choices.html",
        title=f"{title} – {shown.sender}" if shown.sender else title,
        sender=shown.sender,
        email=masked_email(shown.email),
        path=shown.path,
        is_unsubscribed=shown.is_unsubscribed,
        topics=shown.topics,
        is_saved=shown.is_saved,
        problem=shown.problem,
        is_preview=shown.is_preview,
    )


def message_page(title: str, *paragraphs: str) -> str:
    """Return a page that has nothing but a message."""
    return _render("message.html", title=title, paragraphs=paragraphs)


@cache
def stylesheet() -> bytes:
    """Return the style sheet of the pages."""
    return (files("tamis.web.unsubscribe") / "page.css").read_bytes()


@cache
def _stylesheet_url() -> str:
    return f"{STYLESHEET_PATH}?v={hashlib.sha256(stylesheet()).hexdigest()[:12]}"


def _render(template: str, **context: object) -> str:
    return _environment().get_template(template).render(stylesheet=_stylesheet_url(), **context)


@cache
def _environment() -> Environment:
    return make_environment("tamis.web.unsubscribe")

"""Rendering of templates: everything is escaped, and dates are in the time zone of the visitor's account."""

import secrets
from contextvars import ContextVar
from typing import Any

from jinja2 import Environment
from markupsafe import Markup, escape

from tamis.actions.segments.rule_syntax import progress_of
from tamis.domain.messages.kinds import KIND_NAMES
from tamis.domain.values.text import pluralize
from tamis.web.console.display import filters, values
from tamis.web.console.display.disabled_controls import disable_forbidden
from tamis.web.console.display.messages import CAUSES, as_sentence
from tamis.web.console.requests import idempotency
from tamis.web.console.requests.session import Visitor
from tamis.web.console.requests.static import url_of
from tamis.web.templates import make_environment

_visitor: ContextVar[Visitor | None] = ContextVar("visitor", default=None)


def render(visitor: Visitor | None, template: str, **context: object) -> str:
    """Render a template for a visitor, or for a guest."""
    token = _visitor.set(visitor)
    try:
        html = environment.get_template(template).render(visitor=visitor, **context)
        return disable_forbidden(html, visitor.role) if visitor else html
    finally:
        _visitor.reset(token)


def _token() -> Markup:
    visitor = _visitor.get()
    csrf = visitor.csrf if visitor else ""
    return Markup('<input type="hidden" name="csrf" value="{}"><input type="hidden" name="{}" value="{}">').format(
        csrf, idempotency.FIELD, secrets.token_hex(8)
    )


def _zone() -> Any:
    visitor = _visitor.get()
    return visitor.account.zone if visitor else filters.UTC


def _make_environment() -> Environment:
    """Make the environment; the `value` of a form control is written with the filter `exact`, as it is."""
    made = make_environment("tamis.web.console")
    made.globals.update(static=url_of, token=_token)
    made.filters.update(
        exact=escape,
        number=filters.number,
        percent=filters.percent,
        plural=pluralize,
        sentence=as_sentence,
        day=filters.day,
        cut=filters.cut,
        raw_value=values.display_raw_value,
        when=lambda instant: filters.when(instant, _zone()),
        display=lambda value: values.display_value(value, _zone()),
        highlight=values.highlight,
        display_text=lambda text, kind: values.display_text(text, kind, _zone()),
        progress=lambda part: progress_of(part, _zone()),
        kind=lambda kind: KIND_NAMES[kind],
        cause=lambda cause: CAUSES[cause],
        ago=lambda instant, now: filters.ago(instant, now, _zone()),
    )
    return made


environment = _make_environment()

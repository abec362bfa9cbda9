"""Values of contacts: how they are displayed, and the form controls that edit them."""

import re
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from itertools import groupby
from operator import itemgetter

from markupsafe import Markup

from tamis.domain.events.events import RawValue, write_raw
from tamis.domain.values.choices import SEPARATOR
from tamis.domain.values.fields import Field, Kind, Value, format_value
from tamis.domain.values.hidden_characters import escape_hidden_lines
from tamis.domain.values.text import fold, fold_part
from tamis.web.console.display.filters import day, when
from tamis.web.console.requests.forms import Form

_LETTER = re.compile(r".[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\u3099\u309a]*", re.DOTALL)
LONG_TEXT = 80
MAX_EXACT = 1e15


def display_value(value: Value, zone: tzinfo) -> str | Markup:
    """Format a value for people: numbers with separators, days and instants with the exact one on hover."""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, float):
        if value.is_integer() and abs(value) < MAX_EXACT:
            return f"{int(value):,}"
        return f"{value:,}" if 1e-4 < abs(value) < MAX_EXACT else format_value(value)
    if isinstance(value, datetime):
        return when(value, zone)
    if isinstance(value, date):
        return Markup('<time datetime="{}">{}</time>').format(value.isoformat(), day(value))
    return ", ".join(value) if isinstance(value, tuple) else value


def display_raw_value(raw: RawValue) -> str:
    """Format the value of a property of an event for people: as it was sent."""
    if isinstance(raw, bool):
        return "Yes" if raw else "No"
    return write_raw(raw)


def display_text(text: str, kind: Kind | None, zone: tzinfo) -> str | Markup:
    """Format for people a value in an explanation, which is text as `format_value` writes it."""
    if kind is Kind.NUMBER:
        return display_value(float(text), zone)
    if kind is Kind.DATE:
        return display_value(date.fromisoformat(text), zone)
    if kind is Kind.DATETIME:
        return display_value(datetime.fromisoformat(text), zone)
    if kind is Kind.BOOLEAN:
        return display_value(text == "true", zone)
    return text.replace(SEPARATOR, ",") if kind is Kind.CHOICES else text


def highlight(text: str, searched: str) -> Markup:
    """Mark the search terms in a text, compared as the search compares them."""
    letters = _LETTER.findall(text)  # each with its combining accents
    places = [place for place, letter in enumerate(letters) for _ in fold_part(letter)]
    folded = "".join(map(fold_part, letters))
    hits = [False] * len(letters)
    for word in set(fold(searched).split()):
        at = folded.find(word)
        while at >= 0:
            for place in places[at : at + len(word)]:
                hits[place] = True
            at = folded.find(word, at + 1)
    result = Markup("")
    for hit, run in groupby(zip(letters, hits, strict=True), itemgetter(1)):
        part = escape_hidden_lines("".join(letter for letter, _ in run))
        result += Markup("<mark>{}</mark>").format(part) if hit else part
    return result


@dataclass(frozen=True, slots=True)
class Control:
    """A form control called `name`: `text` is its content (of several choices, the chosen ones joined), `problem` what
    is wrong with it."""

    field: Field
    name: str
    text: str
    problem: str = ""

    @property
    def chosen(self) -> list[str]:
        """The ticked ones of several choices."""
        return [part.strip() for part in self.text.split(SEPARATOR) if part.strip()]

    @property
    def is_long(self) -> bool:
        """Whether the text needs several lines."""
        return len(self.text) > LONG_TEXT or "\n" in self.text

    @property
    def step(self) -> str:
        """The step of an instant: a second, or as precise as the value."""
        return "0.001" if "." in self.text else "1"


def make_control(field: Field, value: Value | None, zone: tzinfo, name: str = "value") -> Control:
    """Make the control of a value, or of none."""
    text = "" if value is None else format_value(value)
    if isinstance(value, datetime):  # browsers have controls for clock times without a zone, to the millisecond
        text = _clock_time(value.astimezone(zone).replace(tzinfo=None))
    return Control(field, name, text)


def _clock_time(local: datetime) -> str:
    """Format a clock time as browsers do, so that an unchanged one is sent back identical."""
    if local.microsecond >= 1000:
        return local.isoformat(timespec="milliseconds").rstrip("0")
    return local.isoformat(timespec="seconds" if local.second else "minutes")


def submitted_text(form: Form, field: Field, name: str = "value") -> str:
    """Return the content of a submitted control as text that the field can parse."""
    if field.kind is Kind.CHOICES:
        return f"{SEPARATOR} ".join(form.all(name))
    return form.raw(name).replace("\r\n", "\n") if field.kind is Kind.TEXT else form.text(name)

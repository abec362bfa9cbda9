"""Templates show what hides in text, and leave what a form sends back as it is."""

import re
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup, escape

from tamis.domain.values.hidden_characters import escape_hidden_lines
from tamis.web.console.display.render import environment
from tamis.web.console.display.values import highlight

TEMPLATES = Path(__file__).parents[2] / "src/tamis/web/console/templates"
TEXT = st.text(st.characters(categories=["Cc", "Cf", "Zl", "Zp", "L", "P", "S", "Zs"]))


@given(TEXT)
def test_text_is_escaped_and_controls_keep_their_exact_values(text: str) -> None:
    template = environment.from_string('<p title="{{ text }}">{{ text }}</p><input value="{{ text|exact }}">')
    shown = escape(escape_hidden_lines(text))
    assert template.render(text=text) == f'<p title="{shown}">{shown}</p><input value="{escape(text)}">'


@given(TEXT)
def test_hidden_characters_are_shown_within_search_matches(text: str) -> None:
    assert highlight(text, "a").striptags() == Markup(escape(escape_hidden_lines(text))).striptags()


def test_every_control_keeps_its_exact_value() -> None:
    for page in TEMPLATES.rglob("*.html"):
        text = page.read_text()
        for value in re.findall(r'value="(\{\{.*?\}\})"', text) + re.findall(r"(\{\{[^}]*\}\})</textarea>", text):
            assert value.endswith("|exact }}"), f"{page.name}: {value}"

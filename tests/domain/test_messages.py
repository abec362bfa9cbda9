"""Every message has its sentence in every interface, and gives what its sentences use."""

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

import tamis
from tamis.cli.messages import WORDS as COMMAND_LINE
from tamis.domain.errors import Invalid, Message, Problem, Refused, ValueProblem
from tamis.domain.messages import ENGLISH, data, definitions, events, files, imports, rules, stores, team, values
from tamis.domain.messages.catalog import MessageCatalog
from tamis.web.api.problems import WORDS as API
from tamis.web.console.display.messages import WORDS as CONSOLE
from tamis.web.segment_api.messages import WORDS as SEGMENT_API

ROOT = Path(tamis.__file__).parent
TABLES: Mapping[str, MessageCatalog] = {
    "shared": ENGLISH,
    "cli": COMMAND_LINE,
    "console": CONSOLE,
    "segment_api": SEGMENT_API,
    "api": API,
}
PLACE_OF_CODE = {
    **dict.fromkeys(
        ("Message", "ValueProblem", "NotFound", "Refused", "Unavailable", "Busy", "Damaged", "ProjectionInUse"), 0
    ),
    **dict.fromkeys(("refuse", "_refuse"), 0),
    **dict.fromkeys(("Problem", "_problem", "_failed"), 1),
}


def calls() -> Iterator[tuple[str, ast.Call, str]]:
    """Yield the messages in the source: place, call, and code."""
    for path in sorted(ROOT.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            name = getattr(node.func, "attr", getattr(node.func, "id", "")) if isinstance(node, ast.Call) else ""
            if not isinstance(node, ast.Call) or name not in PLACE_OF_CODE:
                continue
            for code in codes(node.args[PLACE_OF_CODE[name] :][:1]):
                yield f"{path.relative_to(ROOT)}:{node.lineno}", node, code


def codes(arguments: list[ast.expr]) -> Iterator[str]:
    """Yield the literal codes among some arguments, including those of conditional expressions."""
    for argument in arguments:
        match argument:
            case ast.Constant(value=str(code)) if re.fullmatch("[a-z0-9_]+", code):
                yield code
            case ast.IfExp(body=one, orelse=other):
                yield from codes([one, other])
            case ast.BoolOp(values=others):
                yield from codes(others)


def test_each_message_has_a_template_and_its_parameters() -> None:
    wrong = []
    for where, call, code in calls():
        tables = [table for name, table in TABLES.items() if where.startswith((f"web/{name}", name))] or [ENGLISH]
        if not any(code in table.sentences for table in tables):
            wrong.append(f"{where}: {code} has no sentence")
        given = {keyword.arg for keyword in call.keywords}
        if where.startswith("web/segment_api"):
            given.add("name")  # which its checks give with every problem
        if None in given:  # they come in a mapping
            continue
        for name, table in TABLES.items():
            if missing := table.parameters(table.sentences.get(code, "")) - given:
                wrong.append(f"{where}: {code} does not give {missing}, which the table {name} uses")
    assert wrong == []


def test_each_message_template_is_used() -> None:
    source = "\n".join(path.read_text() for path in ROOT.rglob("*.py"))
    every = {code for table in TABLES.values() for code in table.sentences}
    assert [code for code in sorted(every) if source.count(f'"{code}"') < 2] == []


def test_no_code_has_two_templates_in_the_shared_tables() -> None:
    tables = (
        data.DATA,
        definitions.DEFINITIONS,
        events.EVENTS,
        files.FILES,
        imports.IMPORTS,
        rules.RULES,
        stores.STORES,
        team.TEAM,
        values.VALUES,
    )
    assert sum(map(len, tables)) == len(ENGLISH.sentences)


def test_shared_messages_mention_no_command_line_option() -> None:
    assert [sentence for sentence in ENGLISH.sentences.values() if re.search(r"(^|[^\w-])--[a-z]", sentence)] == []


@pytest.mark.parametrize(
    ("sentence", "message", "said"),
    [
        ("{n:,} are", Message("x", n=1234), "1,234 are"),
        ("{n:contact}", Message("x", n=1), "1 contact"),
        ("{n:entry|entries}", Message("x", n=2000), "2,000 entries"),
        ("{of:quoted}", Message("x", of=["a", "b"]), '"a", "b"'),
        ("{of:quoted and}", Message("x", of=["a", "b", "c"]), '"a", "b" and "c"'),
        ("{of:--kind_% or}", Message("x", of=("a", "b")), "--kind a or --kind b"),
        ("{of:plain ;}", Message("x", of=[Message("inner"), Message("inner")]), "within; within"),
        ("{of:it|them}", Message("x", of=["a"]), "it"),
        ("{of:it|them}", Message("x", of=["a", "b"]), "them"),
        ("{of:quoted 2}", Message("x", of=["a", "b", "c"]), '"a", "b" and 1 more'),
        ("{of:quoted 2…}", Message("x", of=["a", "b", "c"]), '"a", "b" …'),
        ("{of:quoted 3}", Message("x", of=["a", "b", "c"]), '"a", "b", "c"'),
        ("a{advice}", Message("x", advice=Message("inner")), "awithin"),
        ("a{advice}", Message("x", advice=None), "a"),
    ],
)
def test_messages_format_their_parameters(sentence: str, message: Message, said: str) -> None:
    assert MessageCatalog({"x": sentence, "inner": "within"}).render(message) == said


def test_an_unknown_code_is_shown_as_is() -> None:
    assert ENGLISH.render(Message("not_known_here", n=1)) == "not_known_here"


def test_interface_specific_messages_take_precedence() -> None:
    assert (
        COMMAND_LINE.render(Message("account_unclear", count=2))
        == "there are 2 accounts; choose one with --account EMAIL"
    )
    assert "--" not in ENGLISH.render(Message("account_unclear", count=2))


def test_errors_are_complete_sentences() -> None:
    assert str(Invalid([Problem("days", "seed_too_long", most=3), Problem("", "not_utf8")])) == (
        "days: must not be longer than 3 characters; is not valid UTF-8"
    )
    assert str(Refused("segment_unknown", segment=7)) == "there is no segment 7"
    assert str(ValueProblem("must_not_be_blank")) == "must not be blank"

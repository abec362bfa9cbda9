"""The MCP server: its tools, with what may be shown and written, and its errors."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.types import ToolAnnotations

from tamis import __version__
from tamis.client import ApiError
from tamis.domain.errors import TamisError
from tamis.mcp.privacy import ShownContacts, filtered, filtered_text
from tamis.mcp.rule_guide import LANGUAGE
from tamis.mcp.tools import Answer, NotFoundByName, OpenClient, Tools, WriteTools

INSTRUCTIONS = """\
Tamis keeps segments of contacts for email marketing. Begin with list_contact_types and list_fields. Preview a rule
before you talk about it; numbers are exact."""
READ_ONLY = "This server is read-only: to create or edit segments, a person must start `tamis mcp` with --write."
SHOWN = {
    ShownContacts.NONE: "It shows no emails and no values of contacts, only counts and IDs (--show-contacts none).",
    ShownContacts.MASKED: "It masks the emails and texts of contacts (--show-contacts masked).",
    ShownContacts.FULL: "It shows contacts with their emails and values (--show-contacts full).",
}
TAKES_RULES = {"preview_rule", "plan_segment_change", "create_segment", "update_segment"}
ADVICE = {
    401: "The key in TAMIS_SECRET_KEY is not valid: a person must start `tamis mcp` with another one.",
    403: "A person must start `tamis mcp` with a key of a larger scope.",
    404: "list_contact_types and list_segments show what there is.",
    412: "It was changed meanwhile: read it again, and plan the change anew.",
    429: "Try again in a minute.",
}


def make_server(open_client: OpenClient, shown: ShownContacts, *, write: bool) -> MCPServer[Any]:
    """Make the server; only with `write` it has tools that change anything."""
    parts = [INSTRUCTIONS, SHOWN[shown], *([] if write else [READ_ONLY])]
    server: MCPServer[Any] = MCPServer(
        "tamis", title="Tamis", version=__version__, instructions="\n".join(parts), log_level="ERROR"
    )
    tools, write_tools = Tools(open_client, shown), WriteTools(open_client)
    reading = ToolAnnotations(read_only_hint=True, open_world_hint=False)
    writing = ToolAnnotations(read_only_hint=False, destructive_hint=True, idempotent_hint=False, open_world_hint=False)
    added: list[Callable[..., Answer]] = [
        tools.list_contact_types,
        tools.list_fields,
        tools.list_segments,
        tools.get_segment,
        tools.preview_rule,
        tools.list_members,
        tools.explain_member,
        tools.compare_segments,
        tools.segment_history,
        tools.forecast_segment,
        tools.plan_segment_change,
    ]
    for tool in added:
        _add(server, tool, shown, reading)
    if write:
        _add(server, write_tools.create_segment, shown, writing)
        _add(server, write_tools.update_segment, shown, writing)
    return server


def _add(
    server: MCPServer[Any], tool: Callable[..., Answer], shown: ShownContacts, annotations: ToolAnnotations
) -> None:
    described = " ".join((tool.__doc__ or "").split())
    if tool.__name__ in TAKES_RULES:
        described += "\n\n" + LANGUAGE

    @wraps(tool)
    def answer(*arguments: Any, **named: Any) -> Answer:
        try:
            found = filtered(tool(*arguments, **named), shown)
        except (ApiError, TamisError, NotFoundByName) as error:
            raise ToolError(filtered_text(error_text(error), shown)) from None
        assert isinstance(found, dict)
        return found

    server.add_tool(answer, name=tool.__name__, description=described, annotations=annotations)


def error_text(error: Exception) -> str:
    """Return what went wrong, all of it, and what to do about it."""
    if not isinstance(error, ApiError):
        return str(error)
    if error.status is None:
        return f"{error.detail} The Tamis server may be stopped; a person must look."
    return "\n".join([*error.sentences, *([ADVICE[error.status]] if error.status in ADVICE else [])])

"""The MCP server: its tools, with what may be shown and written, and its errors."""

from collections.abc import Callable
from typing import Any

import msgspec
from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.exceptions import ToolError, UnexpectedToolError
from mcp.types import CallToolResult, InputRequiredResult, TextContent, ToolAnnotations

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
EXPECTED_ERRORS = (ApiError, TamisError, NotFoundByName)
TAKES_RULES = {"preview_rule", "plan_segment_change", "create_segment", "update_segment"}
ADVICE = {
    401: "The key in TAMIS_SECRET_KEY is not valid: a person must start `tamis mcp` with another one.",
    403: "A person must start `tamis mcp` with a key of a larger scope.",
    404: "list_contact_types and list_segments show what there is.",
    412: "It was changed meanwhile: read it again, and plan the change anew.",
    429: "Try again in a minute.",
}


class FilteredServer(MCPServer[Any]):
    """A server that shows of contacts what may be shown, in answers and in errors."""

    def __init__(self, instructions: str, shown: ShownContacts) -> None:
        super().__init__("tamis", title="Tamis", version=__version__, instructions=instructions, log_level="ERROR")
        self._shown = shown

    async def call_tool(
        self, name: str, arguments: dict[str, Any], context: Context[Any, Any] | None = None
    ) -> CallToolResult | InputRequiredResult:
        """Call a tool; raises ToolError with what went wrong, and what to do about it."""
        try:
            result = await super().call_tool(name, arguments, context)
        except UnexpectedToolError as error:
            if not isinstance(error.__cause__, EXPECTED_ERRORS):
                raise
            raise ToolError(filtered_text(error_text(error.__cause__), self._shown)) from None
        except ToolError as error:
            raise ToolError(filtered_text(str(error), self._shown)) from None
        assert isinstance(result, CallToolResult)
        answer = filtered(result.structured_content, self._shown)
        assert isinstance(answer, dict)
        text = msgspec.json.encode(answer).decode()
        return CallToolResult(content=[TextContent(type="text", text=text)], structured_content=answer)


def make_server(open_client: OpenClient, shown: ShownContacts, *, write: bool) -> MCPServer[Any]:
    """Make the server; only with `write` it has tools that change anything."""
    parts = [INSTRUCTIONS, SHOWN[shown], *([] if write else [READ_ONLY])]
    server = FilteredServer("\n".join(parts), shown)
    tools, write_tools = Tools(open_client, shown), WriteTools(open_client)
    reading = ToolAnnotations(read_only_hint=True, open_world_hint=False)
    writing = ToolAnnotations(read_only_hint=False, destructive_hint=True, idempotent_hint=False, open_world_hint=False)
    added: list[tuple[Callable[..., Answer], ToolAnnotations]] = [
        (tools.list_contact_types, reading),
        (tools.list_fields, reading),
        (tools.list_segments, reading),
        (tools.get_segment, reading),
        (tools.preview_rule, reading),
        (tools.list_members, reading),
        (tools.explain_member, reading),
        (tools.compare_segments, reading),
        (tools.segment_history, reading),
        (tools.forecast_segment, reading),
        (tools.plan_segment_change, reading),
    ]
    if write:
        added += [(write_tools.create_segment, writing), (write_tools.update_segment, writing)]
    for tool, annotations in added:
        server.add_tool(tool, description=_description(tool), annotations=annotations)
    return server


def _description(tool: Callable[..., Answer]) -> str:
    described = " ".join((tool.__doc__ or "").split())
    return f"{described}\n\n{LANGUAGE}" if tool.__name__ in TAKES_RULES else described


def error_text(error: BaseException) -> str:
    """Return what went wrong, all of it, and what to do about it."""
    if not isinstance(error, ApiError):
        return str(error)
    if error.status is None:
        return f"{error.detail} The Tamis server may be stopped; a person must look."
    return "\n".join([*error.sentences, *([ADVICE[error.status]] if error.status in ADVICE else [])])

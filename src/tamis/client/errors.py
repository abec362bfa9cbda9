"""The exception of the client."""

from collections.abc import Mapping, Sequence

import msgspec


class ErrorItem(msgspec.Struct, frozen=True):
    """One thing that is wrong with a request: where, a stable code, and a sentence."""

    path: str
    code: str
    detail: str


class ApiError(Exception):
    """The server refused a request, or could not be reached.

    `status` is the HTTP status, None where no answer came; `code` is stable, for programs; `detail` is a sentence for
    people; `errors` lists everything that is wrong with the input; `request_id` finds the request in the server's log.
    """

    def __init__(
        self,
        status: int | None,
        code: str,
        detail: str,
        errors: Sequence[ErrorItem] = (),
        request_id: str | None = None,
    ) -> None:
        super().__init__(status, code, detail, tuple(errors), request_id)
        self.status = status
        self.code = code
        self.detail = detail
        self.errors = tuple(errors)
        self.request_id = request_id

    @property
    def sentences(self) -> list[str]:
        """Everything that is wrong, for people."""
        others = [item for item in self.errors if item.detail not in self.detail]
        return [self.detail, *(f"{item.path}: {item.detail}" if item.path else item.detail for item in others)]

    def __str__(self) -> str:
        facts = [self.code if self.status is None else f"{self.status} {self.code}"]
        if self.request_id:
            facts.append(f"request {self.request_id}")
        return f"{self.detail} ({', '.join(facts)})"


class _Problem(msgspec.Struct):
    """A body of `application/problem+json`, with what a proxy's answer may lack."""

    code: str = ""
    detail: str = ""
    errors: tuple[ErrorItem, ...] = ()
    request_id: str | None = None


def error_of_response(status: int, headers: Mapping[str, str], body: bytes) -> ApiError:
    """Return the error for a response; other servers on the way, such as proxies, may answer anything."""
    try:
        problem = msgspec.json.decode(body, type=_Problem)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        problem = _Problem()
    return ApiError(
        status,
        problem.code or f"http_{status}",
        problem.detail or f"The server answered with status {status}.",
        problem.errors,
        problem.request_id or headers.get("x-request-id"),
    )

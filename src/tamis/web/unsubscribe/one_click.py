"""The request with which a mail program unsubscribes its user (RFC 8058)."""

import re

from tamis.actions.consent.unsubscribe_links import ONE_CLICK
from tamis.web.body_values import BodyValues

NAME, _, VALUE = ONE_CLICK.partition("=")
_PRINTED_PART = re.compile(
    rb'^Content-Disposition: *form-data; *name="?%b"?(?:\r?\n[^\r\n]+)*\r?\n\r?\n%b\r?$'
    % (NAME.encode(), VALUE.encode()),
    re.IGNORECASE | re.MULTILINE,
)
"""The part of a form. The example of the RFC is no valid form as it is printed (errata 5117 and 8927), and there are
programs that copy it: so the part alone is enough."""


def is_one_click(values: BodyValues | None, body: bytes) -> bool:
    """Return whether a body, with the values that were read from it, is that of a one-click request."""
    if values is not None and values.scalar(NAME) == VALUE:
        return True
    return body.strip() == ONE_CLICK.encode() or _PRINTED_PART.search(body) is not None

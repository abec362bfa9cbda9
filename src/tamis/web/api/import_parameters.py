"""Parameters of imports that are pairs."""

from tamis.domain.errors import Problem
from tamis.domain.values.fields import Kind
from tamis.web.api.problems import BadRequest


def parse_pairs(name: str, texts: list[str] | None) -> dict[str, str]:
    """Read texts such as `COLUMN=FIELD`; raises BadRequest."""
    if wrong := [text for text in texts or () if "=" not in text]:
        raise BadRequest([Problem(name, "pair_not_valid", text=text) for text in wrong])
    pairs = [text.rpartition("=") for text in texts or ()]
    return {column.strip(): value.strip() for column, _, value in pairs}


def parse_kind(name: str) -> Kind:
    """Parse a kind of fields; raises BadRequest."""
    try:
        return Kind(name.lower())
    except ValueError:
        raise BadRequest([Problem("kind", "kind_unknown_in_pair", kind=name, known=list(Kind))]) from None

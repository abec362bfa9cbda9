"""How messages of the domain, which begin small after a path, are written as sentences on a page."""

from tamis.domain.errors import Invalid, Refused


def sentence(message: str) -> str:
    """Write a message as a sentence."""
    return message[:1].upper() + message[1:] + ("" if message.endswith(".") else ".")


def told(error: Invalid | Refused) -> str:
    """Write the first thing that is wrong as a sentence."""
    return sentence(error.problems[0].message if isinstance(error, Invalid) else error.message)

"""What people filled in."""

from dataclasses import dataclass

from litestar.datastructures import FormMultiDict

from tamis.web.console.session import WebRequest

LARGEST_NUMBER = 2**63


@dataclass(frozen=True, slots=True)
class Form:
    """The fields of a form that was sent."""

    fields: FormMultiDict

    def text(self, name: str) -> str:
        """Give a field trimmed; one that is missing is blank."""
        return self.raw(name).strip()

    def raw(self, name: str) -> str:
        """Give a field as it was typed, such as a password."""
        value = self.fields.get(name, "")
        return value if isinstance(value, str) else ""

    def all(self, name: str) -> list[str]:
        """Give all values of a field that may be there several times, trimmed."""
        return [value.strip() for value in self.fields.getall(name, []) if isinstance(value, str)]

    def number(self, name: str) -> int | None:
        """Give a whole number that is not negative, such as an id; None when it is none."""
        text = self.text(name)
        return (
            int(text) if text.isascii() and text.isdigit() and len(text) < 20 and int(text) < LARGEST_NUMBER else None
        )

    def checked(self, name: str) -> bool:
        """Tell whether a box is ticked."""
        return name in self.fields


async def read_form(request: WebRequest) -> Form:
    """Read the form of a request; one of another kind has no fields."""
    return Form(await request.form())

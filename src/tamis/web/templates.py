"""The environment of the HTML templates of the web interfaces."""

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from tamis.domain.values.hidden_characters import escape_hidden_lines


def make_environment(package: str) -> Environment:
    """Make an environment for the templates in the folder `templates` of a package."""
    return Environment(
        loader=PackageLoader(package, "templates"),
        autoescape=True,
        finalize=_shown,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )


def _shown(value: object) -> object:
    """Make invisible characters, and those that change the direction of text, visible in all text of templates."""
    return escape_hidden_lines(value) if isinstance(value, str) and not isinstance(value, Markup) else value

"""Disabling what a visitor's role does not allow: links, buttons and forms that lead to routes which need a greater
role. Which these are follows from the routes, so that templates need not repeat it."""

import re
from functools import cache, lru_cache

from tamis.domain.accounts.users import Role
from tamis.web.console.page_handlers import page_handlers
from tamis.web.console.roles import needed_role

FORM = re.compile(r'(<form\b[^>]*\bmethod="post"[^>]*>)(.*?)(</form>)', re.DOTALL)
ACTION = re.compile(r'\baction="([^"?#]*)')
LINK = re.compile(r'<a\b[^>]*\bhref="(/[^"?#]*)[^>]*>')
HREF = re.compile(r'\s*\bhref="[^"]*"')
REQUEST = re.compile(r'<(?:button|input)\b[^>]*\bhx-(get|post)="([^"?#]*)[^>]*>')
MAX_PATHS = 4_096


def disable_forbidden(html: str, role: Role) -> str:
    """Return a page or fragment in which nothing leads to what a role does not allow."""
    if role is Role.OWNER:
        return html

    def form(found: re.Match[str]) -> str:
        action = ACTION.search(found[1])
        if action is None or is_allowed(role, "POST", action[1]):
            return found[0]
        return f'{found[1]}<fieldset disabled class="not-allowed">{found[2]}</fieldset>{found[3]}'

    def link(found: re.Match[str]) -> str:
        if is_allowed(role, "GET", found[1]):
            return found[0]
        return f'<a role="link" aria-disabled="true" {HREF.sub("", found[0]).removeprefix("<a").lstrip()}'

    def request(found: re.Match[str]) -> str:
        return found[0] if is_allowed(role, found[1].upper(), found[2]) else f"{found[0][:-1]} disabled>"

    return FORM.sub(form, LINK.sub(link, REQUEST.sub(request, html)))


@lru_cache(MAX_PATHS)
def is_allowed(role: Role, method: str, path: str) -> bool:
    """Return whether a role allows a request; one to an unknown path is allowed, and leads nowhere."""
    for pattern, needed in _routes(method):
        if pattern.fullmatch(path):
            return needed is None or role.includes(needed)
    return True


@cache
def _routes(method: str) -> list[tuple[re.Pattern[str], Role | None]]:
    """List the routes of a method with the role that each needs; those without parameters come first."""
    found = [
        (path, needed_role(handler.opt, method))
        for handler in page_handlers()
        if method in handler.http_methods
        for path in handler.paths
    ]
    return [(_pattern(path), needed) for path, needed in sorted(found, key=lambda route: "{" in route[0])]


def _pattern(path: str) -> re.Pattern[str]:
    """Return the pattern of the paths of a route; its parameters are in braces."""
    parts = re.split(r"\{\w+:(\w+)\}", path)
    kinds = {"int": "[0-9]+"}
    return re.compile(
        "".join(kinds.get(part, "[^/]+") if number % 2 else re.escape(part) for number, part in enumerate(parts))
    )

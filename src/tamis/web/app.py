"""All doors of the web behind one port."""

from tamis.actions.house import House
from tamis.web.compat.app import segment_api
from tamis.web.http import Answer, App, Receive, Scope, Send, json_answer, send_answer
from tamis.web.local import PATH, local_door

WELCOME = Answer(200, b'{"name":"Tamis","segment_api":"/api/","documentation":"README.md and docs/ of the project"}')


def web_app(house: House, local_token: str) -> App:
    """Make the ASGI application that the server runs."""
    api = segment_api(house)
    local = local_door(house, local_token)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"].lstrip("/")
        if path.startswith("api/") or path == "api":
            await api({**scope, "path": "/" + path}, receive, send)
        elif scope["path"] == PATH:
            await local(scope, receive, send)
        elif not path:
            await send_answer(WELCOME, send)
        else:
            await send_answer(json_answer(404, {"status": "failed", "errors": "There is nothing here."}), send)

    return app

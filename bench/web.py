"""Single requests, where speed does not matter."""

import http.client
import urllib.parse

from bench.load import HOST

BOUNDARY = "----------------------------bench4c1e"


def fetch(port: int, path: str, headers: dict[str, str]) -> bytes:
    """Get a whole answer, which must be a success."""
    connection = http.client.HTTPConnection(HOST, port, timeout=60)
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    assert answer.status == 200, body[:500]
    return body


def multipart(values: dict[str, str]) -> tuple[str, bytes]:
    """Write a form as the documented clients send it; gives its content type and the body."""
    parts = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in values.items()
    ]
    return f"multipart/form-data; boundary={BOUNDARY}", ("".join(parts) + f"--{BOUNDARY}--\r\n").encode()


def urlencoded(values: dict[str, str]) -> tuple[str, bytes]:
    """Write a form as a browser does; gives its content type and the body."""
    return "application/x-www-form-urlencoded", urllib.parse.urlencode(values).encode()

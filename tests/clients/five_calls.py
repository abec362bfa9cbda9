"""The five calls of the Segment API with requests; prints the body of each answer on a line of its own."""

import sys

import requests

base, public, secret, segment, email = sys.argv[1:]
headers = {"PublicKey": public, "SecretKey": secret}


def call(method: str, path: str, form: dict[str, str] | None = None) -> requests.Response:
    """Send a request, its form as multipart/form-data."""
    files = {name: (None, value) for name, value in form.items()} if form else None
    answer = requests.request(method, f"{base}/{path}", headers=headers, files=files, timeout=60)
    sys.stdout.buffer.write(answer.content + b"\n")
    return answer


call("GET", "segment/list")
call("GET", f"segment/email/list?segment_id={segment}")
person = {"segment_id": segment, "first_name": "Zoë", "last_name": 'O"Neil; & Söhne', "email": email}
call("POST", "segment/email/store", person)
rows = call("GET", f"segment/email/list?segment_id={segment}").json()["message"]["contactEmails"]
recipient = next(row["id"] for row in rows if row["email"] == email)
call("DELETE", f"segment/email/delete?segment_recipient_id={recipient}")
call("DELETE", f"segment/delete?segment_id={segment}")
call("GET", f"segment/email/list?segment_id={segment}")
call("DELETE", f"segment/delete?segment_id={segment}")

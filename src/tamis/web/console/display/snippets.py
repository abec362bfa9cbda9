"""Example programs in five languages that read an account's segments, ready to copy and run."""

from typing import NamedTuple

SECRET = "YOUR SECRET KEY"


class Snippet(NamedTuple):
    """A program; `id` names its file, `needs` its requirements."""

    id: str
    language: str
    needs: str
    code: str


def snippets(base: str, public_key: str, secret_key: str = SECRET) -> list[Snippet]:
    """Return the programs for an account: `base` is the URL of the Segment API, with its final slash."""
    values = {"BASE": base, "PUBLIC": public_key, "SECRET": secret_key}
    return [Snippet(id_, language, needs, _fill_in(code, values)) for id_, language, needs, code in _TEMPLATES]


def _fill_in(code: str, values: dict[str, str]) -> str:
    # No value has a quote or a backslash: an address and keys are letters, digits and a few signs.
    for name, value in values.items():
        code = code.replace("{" + name + "}", value)
    return code


_TEMPLATES = (
    ("curl", "curl", "curl",
     """\
curl {BASE}segment/list \\
  -H 'PublicKey: {PUBLIC}' \\
  -H 'SecretKey: {SECRET}'"""),
    ("python", "Python", "Python 3",
     """\
import json
import urllib.request

request = urllib.request.Request(
    "{BASE}segment/list",
    headers={
        "PublicKey": "{PUBLIC}",
        "SecretKey": "{SECRET}",
    },
)
with urllib.request.urlopen(request) as answer:
    segments = json.load(answer)["message"]["segments"]

for segment in segments:
    print(segment["id"], segment["segment_name"], segment["segment_emails_count"])"""),
    ("php", "PHP", "PHP with the curl extension",
     """\
<?php
$request = curl_init('{BASE}segment/list');
curl_setopt_array($request, [
    CURLOPT_RETURNTRANSFER => true,
    CURLOPT_FAILONERROR => true,
    CURLOPT_HTTPHEADER => [
        'PublicKey: {PUBLIC}',
        'SecretKey: {SECRET}',
    ],
]);
$answer = curl_exec($request);
if ($answer === false) {
    exit(curl_error($request) . "\\n");
}

foreach (json_decode($answer)->message->segments as $segment) {
    echo "$segment->id $segment->segment_name $segment->segment_emails_count\\n";
}"""),
    ("node", "Node", "Node 18 or newer, and a file name that ends in .mjs",
     """\
const answer = await fetch("{BASE}segment/list", {
  headers: {
    PublicKey: "{PUBLIC}",
    SecretKey: "{SECRET}",
  },
});
if (!answer.ok) throw new Error(await answer.text());

const { message } = await answer.json();
for (const segment of message.segments) {
  console.log(segment.id, segment.segment_name, segment.segment_emails_count);
}"""),
    ("ruby", "Ruby", "Ruby",
     """\
require "json"
require "net/http"

address = URI("{BASE}segment/list")
headers = {
  "PublicKey" => "{PUBLIC}",
  "SecretKey" => "{SECRET}"
}
answer = Net::HTTP.get_response(address, headers)
abort answer.body unless answer.is_a?(Net::HTTPSuccess)

JSON.parse(answer.body)["message"]["segments"].each do |segment|
  puts segment.values_at("id", "segment_name", "segment_emails_count").join(" ")
end"""),
)  # fmt: skip

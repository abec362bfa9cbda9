"""Messages of Amazon SNS: their signature, the hosts of Amazon, and the confirmation of a subscription.

https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html
"""

import base64
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from tamis.actions.providers.collecting import instant_of_text
from tamis.actions.providers.requests import ProviderRequest, RequestRefused, require_object, require_recent
from tamis.actions.webhooks.sender import Fetched
from tamis.domain.providers import RefusalReason

NOTIFICATION: Final = "Notification"
SUBSCRIPTION: Final = "SubscriptionConfirmation"
UNSUBSCRIPTION: Final = "UnsubscribeConfirmation"
MAX_AGE = timedelta(hours=2)
"""SNS tries for an hour at most."""
MAX_CERTIFICATE_BYTES = 16_384
MAX_CONFIRMATION_BYTES = 65_536
MAX_CERTIFICATES = 32

REGION = r"[a-z]{2}(?:-[a-z]+){1,3}-\d{1,2}"
TOPIC = re.compile(rf"arn:aws(?:-cn|-us-gov)?:sns:(?P<region>{REGION}):\d{{12}}:[A-Za-z0-9_-]{{1,256}}(?:\.fifo)?")
CERTIFICATE_URL = re.compile(
    rf"https://sns\.(?P<region>{REGION})\.amazonaws\.com(?:\.cn)?/SimpleNotificationService-[0-9a-f]{{32,64}}\.pem",
    re.ASCII,
)
CONFIRMATION_URL = re.compile(
    rf"https://sns\.(?P<region>{REGION})\.amazonaws\.com(?:\.cn)?/\?[A-Za-z0-9&=%:._~+-]{{1,2000}}", re.ASCII
)
SIGNED: Mapping[str, tuple[str, ...]] = {
    NOTIFICATION: ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"),
    SUBSCRIPTION: ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"),
    UNSUBSCRIPTION: ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"),
}
"""The keys that are signed, in the order of the signed text, for each type of message."""


Fetch = Callable[[str, int], Awaitable[Fetched]]
"""Fetches a URL whose content has at most so many bytes; never raises."""


@dataclass(frozen=True, slots=True)
class SnsMessage:
    """A message from the expected topic that names a certificate of Amazon; its signature is yet to be verified."""

    values: Mapping[str, str] = field(repr=False)
    type: str
    certificate_url: str

    @property
    def text(self) -> str:
        """What was published."""
        return self.values["Message"]

    @property
    def id(self) -> str:
        """The id, which is the same however often the message is delivered."""
        return self.values.get("MessageId", "")


def parse_message(request: ProviderRequest, topic: str) -> SnsMessage:
    """Parse a message that must be from a topic, by its ARN; raises RequestRefused."""
    content = require_object(request.content())
    values = {name: value for name, value in content.items() if isinstance(value, str)}
    type_ = values.get("Type", "")
    if type_ not in SIGNED or not {"Message", "MessageId", "Timestamp", "TopicArn"} <= values.keys():
        raise RequestRefused(RefusalReason.OTHER_FORMAT)  # also a raw delivery, which has no signature
    if values["TopicArn"] != topic:
        raise RequestRefused(RefusalReason.TOPIC_OTHER)
    if not values.get("Signature") or values.get("SignatureVersion") not in ("1", "2"):
        raise RequestRefused(RefusalReason.SIGNATURE_MISSING)
    url = values.get("SigningCertURL", "")
    _require_host_of_topic(CERTIFICATE_URL, url, topic)
    return SnsMessage(values, type_, url)


def verify(message: SnsMessage, certificate: bytes, now: datetime) -> None:
    """Raise RequestRefused unless a message is signed with a certificate that is valid now."""
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from cryptography.hazmat.primitives.hashes import SHA1, SHA256
    from cryptography.x509 import load_pem_x509_certificate

    try:
        parsed = load_pem_x509_certificate(certificate)
        key = parsed.public_key()
    except (ValueError, UnsupportedAlgorithm):
        raise RequestRefused(RefusalReason.CERTIFICATE_NOT_TRUSTED) from None
    is_valid = parsed.not_valid_before_utc <= now <= parsed.not_valid_after_utc
    if not is_valid or not isinstance(key, RSAPublicKey):
        raise RequestRefused(RefusalReason.CERTIFICATE_NOT_TRUSTED)
    # Version 1 is defined with SHA-1, which Amazon still uses unless a topic is set to version 2.
    algorithm = SHA256() if message.values["SignatureVersion"] == "2" else SHA1()
    try:
        signature = base64.b64decode(message.values["Signature"], validate=True)
        key.verify(signature, _signed_text(message), PKCS1v15(), algorithm)
    except (InvalidSignature, ValueError):
        raise RequestRefused(RefusalReason.SIGNATURE_WRONG) from None
    require_recent(instant_of_text(message.values["Timestamp"]), now, MAX_AGE)


class AmazonCertificates:
    """The certificates of Amazon, each fetched once; `fetch` is called with URLs of Amazon only."""

    def __init__(self, fetch: Fetch) -> None:
        self._fetch = fetch
        self._known: dict[str, bytes] = {}

    async def get(self, message: SnsMessage) -> bytes:
        """Return the certificate that a message names; raises RequestRefused."""
        url = message.certificate_url
        if url not in self._known:
            found = await self._fetch(url, MAX_CERTIFICATE_BYTES)
            if found.status is None or found.status >= 500:
                raise RequestRefused(RefusalReason.CERTIFICATE_NOT_FETCHED)
            if found.status != 200 or not found.content:
                raise RequestRefused(RefusalReason.CERTIFICATE_NOT_TRUSTED)
            if len(self._known) >= MAX_CERTIFICATES:
                self._known.clear()
            self._known[url] = found.content
        return self._known[url]

    async def confirm(self, message: SnsMessage) -> None:
        """Confirm the subscription that a verified message is about; raises RequestRefused."""
        url = message.values.get("SubscribeURL", "")
        _require_host_of_topic(CONFIRMATION_URL, url, message.values["TopicArn"])
        found = await self._fetch(url, MAX_CONFIRMATION_BYTES)
        if found.status != 200:
            raise RequestRefused(RefusalReason.SUBSCRIPTION_NOT_CONFIRMED)


def _require_host_of_topic(pattern: re.Pattern[str], url: str, topic: str) -> None:
    """Raise RequestRefused unless a URL is one of Amazon's, in the region of a topic."""
    found, of_topic = pattern.fullmatch(url), TOPIC.fullmatch(topic)
    if found is None or of_topic is None or found["region"] != of_topic["region"]:
        raise RequestRefused(RefusalReason.CERTIFICATE_NOT_TRUSTED)


def _signed_text(message: SnsMessage) -> bytes:
    names = [name for name in SIGNED[message.type] if name in message.values]
    return "".join(f"{name}\n{message.values[name]}\n" for name in names).encode("utf-8", "replace")

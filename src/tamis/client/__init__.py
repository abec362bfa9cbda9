"""A client of the API for programs, blocking (`Tamis`) and for event loops (`AsyncTamis`); see docs/client.md."""

from tamis.client.clients import AsyncTamis, Tamis
from tamis.client.errors import ApiError, ErrorItem
from tamis.client.models.events import NewEvent
from tamis.client.models.suppressions import NewSuppression
from tamis.client.retries import RetryPolicy
from tamis.client.webhooks import InvalidWebhook, WebhookMessage, verify_webhook

__all__ = [
    "ApiError",
    "AsyncTamis",
    "ErrorItem",
    "InvalidWebhook",
    "NewEvent",
    "NewSuppression",
    "RetryPolicy",
    "Tamis",
    "WebhookMessage",
    "verify_webhook",
]

"""Providers: the services that send email and report what became of it."""

from msgspec import UNSET, UnsetType

from tamis.client.calls import Resource, Sender, call, paged
from tamis.client.models.providers import Provider, ProviderActivity, ProviderWithToken
from tamis.client.request import Page, Request, json_body, path


class ProviderCalls(Resource[Sender]):
    """Services that send email and report to the account."""

    @paged
    def list(self, *, page_size: int | None = None, cursor: str | None = None) -> Request[Page[Provider]]:
        """List the providers of the account."""
        return Request("GET", "/providers", Page[Provider], {"limit": page_size, "cursor": cursor})

    @call
    def get(self, provider_id: int) -> Request[Provider]:
        """Return a provider."""
        return Request("GET", path("providers", provider_id), Provider)

    @call
    def create(
        self,
        service: str,
        *,
        description: str | UnsetType = UNSET,
        credential: str | UnsetType = UNSET,
        checks_address: bool | UnsetType = UNSET,
    ) -> Request[ProviderWithToken]:
        """Add a provider; the answer has the path of its URL."""
        content = json_body(
            service=service, description=description, credential=credential, checks_address=checks_address
        )
        return Request("POST", "/providers", ProviderWithToken, content=content)

    @call
    def update(
        self,
        provider_id: int,
        *,
        description: str | UnsetType = UNSET,
        credential: str | UnsetType = UNSET,
        checks_address: bool | UnsetType = UNSET,
    ) -> Request[Provider]:
        """Change a provider, such as what its requests are verified with."""
        content = json_body(description=description, credential=credential, checks_address=checks_address)
        return Request("PATCH", path("providers", provider_id), Provider, content=content)

    @call
    def rotate(self, provider_id: int) -> Request[ProviderWithToken]:
        """Create a new URL; the previous one works for another 24 hours."""
        return Request("POST", path("providers", provider_id, "rotate"), ProviderWithToken)

    @call
    def delete(self, provider_id: int) -> Request[None]:
        """Delete a provider, whose URL stops working at once."""
        return Request("DELETE", path("providers", provider_id), type(None))

    @paged
    def activity(
        self, provider_id: int, *, page_size: int | None = None, cursor: str | None = None
    ) -> Request[Page[ProviderActivity]]:
        """List what came from a provider, newest first."""
        query = {"limit": page_size, "cursor": cursor}
        return Request("GET", path("providers", provider_id, "activity"), Page[ProviderActivity], query)

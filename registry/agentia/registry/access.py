"""Who may write: members of the mesh, by its join token."""

import hmac
from dataclasses import dataclass

from pydantic import SecretStr
from starlette.requests import Request

from agentia.core.fetch import SafeFetcher
from agentia.registry.errors import MembersOnly


@dataclass(frozen=True)
class Access:
    """`fetch` serves strangers, `fetch_private` members, whose agents may live at private addresses."""

    token: SecretStr | None
    fetch: SafeFetcher
    fetch_private: SafeFetcher

    def writer(self, request: Request) -> SafeFetcher:
        """The fetcher for what a writing request points to. Raises MembersOnly; without a token anyone may write."""
        if self.token is None:
            return self.fetch
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        expected = self.token.get_secret_value().encode()
        if scheme.lower() != "bearer" or not hmac.compare_digest(given.strip().encode(), expected):
            fix = "Send `Authorization: Bearer <token>` with the mesh's join token; AGENTIA_JOIN_TOKEN holds it."
            raise MembersOnly("Only members of this mesh may change its registry.", fix=fix)
        return self.fetch_private

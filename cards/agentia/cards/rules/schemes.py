"""Each kind of security scheme: what it must say, and which ways of signing in are out of date."""

from collections.abc import Iterator
from typing import Any, Final

from a2a.types import a2a_pb2 as pb

from agentia.cards.finding import Finding, error, hint, warning
from agentia.cards.rules.identity import link

_PLACES: Final = ("header", "query", "cookie")
_FLOW_URLS: Final = {
    "authorization_code": ("authorization_url", "token_url"),
    "client_credentials": ("token_url",),
    "device_code": ("device_authorization_url", "token_url"),
    "implicit": ("authorization_url",),
    "password": ("token_url",),
}
_DISCOVERY: Final = "/.well-known/openid-configuration"


def check(scheme: pb.SecurityScheme, at: str) -> Iterator[Finding]:
    kind = scheme.WhichOneof("scheme")
    if kind == "api_key_security_scheme":
        yield from _api_key(scheme.api_key_security_scheme, at)
    elif kind == "http_auth_security_scheme":
        yield from _http(scheme.http_auth_security_scheme, at)
    elif kind == "oauth2_security_scheme":
        yield from _oauth2(scheme.oauth2_security_scheme, at)
    elif kind == "open_id_connect_security_scheme":
        yield from _open_id(scheme.open_id_connect_security_scheme, at)
    elif kind is None:
        yield error(at, "is of no known kind", "Give one of apiKey, http, oauth2, openIdConnect and mtls.")


def scopes(scheme: pb.OAuth2SecurityScheme) -> frozenset[str]:
    """The scopes that the scheme's flow offers."""
    flow = _flow(scheme)
    return frozenset(flow[1].scopes) if flow else frozenset()


def _api_key(scheme: pb.APIKeySecurityScheme, at: str) -> Iterator[Finding]:
    if scheme.location not in _PLACES:
        yield error(f"{at}.location", "is not one of header, query and cookie", "Write header.")
    elif scheme.location == "query":
        yield warning(f"{at}.location", "puts the key where logs keep it", "Send it in a header.")
    if not scheme.name:
        yield error(f"{at}.name", "is missing", "Name the header, such as X-API-Key.")


def _http(scheme: pb.HTTPAuthSecurityScheme, at: str) -> Iterator[Finding]:
    if not scheme.scheme:
        yield error(f"{at}.scheme", "is missing", "Name an HTTP authentication scheme, such as Bearer.")
    elif scheme.scheme.lower() == "basic":
        yield warning(f"{at}.scheme", "sends a password with each call", "Use Bearer with tokens that expire.")


def _open_id(scheme: pb.OpenIdConnectSecurityScheme, at: str) -> Iterator[Finding]:
    field = f"{at}.openIdConnectUrl"
    if not scheme.open_id_connect_url:
        yield error(field, "is missing", f"Give the issuer's URL, ending in {_DISCOVERY}.")
    elif not scheme.open_id_connect_url.endswith(_DISCOVERY):
        yield hint(field, "is not a discovery document", f"Such URLs end in {_DISCOVERY}.")
    yield from link(field, scheme.open_id_connect_url)


def _oauth2(scheme: pb.OAuth2SecurityScheme, at: str) -> Iterator[Finding]:
    yield from link(f"{at}.oauth2MetadataUrl", scheme.oauth2_metadata_url)
    flow = _flow(scheme)
    if flow is None:
        yield error(f"{at}.flows", "is missing", "Declare one flow, such as authorizationCode.")
        return
    name, message = flow
    here = f"{at}.flows.{_camel(name)}"
    if name in ("implicit", "password"):
        yield warning(
            here, "is a flow that OAuth 2.1 removed", "Use authorizationCode with PKCE, or clientCredentials."
        )
    if name == "authorization_code" and not message.pkce_required:
        yield hint(f"{here}.pkceRequired", "is false", "Require PKCE; OAuth 2.1 does.")
    for url in _FLOW_URLS[name]:
        if not getattr(message, url):
            yield error(f"{here}.{_camel(url)}", "is missing", "Give the URL of the authorization server.")
        yield from link(f"{here}.{_camel(url)}", getattr(message, url))
    yield from link(f"{here}.refreshUrl", message.refresh_url)


def _flow(scheme: pb.OAuth2SecurityScheme) -> tuple[str, Any] | None:
    name = scheme.flows.WhichOneof("flow")
    return (name, getattr(scheme.flows, name)) if name else None


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(each.capitalize() for each in rest)

"""Cards of 0.3 and 0.2 brought into the 1.0 layout, JSON to JSON.

Each field moves on its own, and only where its 1.0 place is empty: cards in the wild mix layouts. What 1.0 has no place
for (`stateTransitionHistory`, the credentials of 0.2's `authentication`) stays where it was; the reader skips it.
"""

from collections.abc import Mapping
from typing import Any, Final

from agentia.cards.protocol import JSONRPC
from agentia.cards.shape import a_text, an_object, elements, entries

SCHEMES: Final = {
    "apiKey": "apiKeySecurityScheme",
    "http": "httpAuthSecurityScheme",
    "oauth2": "oauth2SecurityScheme",
    "openIdConnect": "openIdConnectSecurityScheme",
    "mutualTLS": "mtlsSecurityScheme",
}
# 0.3 lets one scheme offer several flows, 1.0 has room for one: the safest is kept.
FLOWS: Final = ("authorizationCode", "deviceCode", "clientCredentials", "implicit", "password")


def upgraded(data: Mapping[str, Any]) -> dict[str, Any]:
    """The card `data` with all that 1.0 can say in its 1.0 place. Raises CardInvalid at a misshapen old field."""
    card = dict(data)
    if not _has(card, "supportedInterfaces", "supported_interfaces") and card.get("url") is not None:
        card["supportedInterfaces"] = _interfaces(card)
    if card.get("securitySchemes") is not None:
        named = entries(card["securitySchemes"], "securitySchemes")
        card["securitySchemes"] = {name: _scheme(each, at) for name, at, each in named}
    _move_authentication(card)
    _move_requirements(card, "security")
    _move_skills(card)
    _move_extended(card)
    return card


def _has(card: Mapping[str, Any], *names: str) -> bool:
    return any(card.get(name) is not None for name in names)


def _interfaces(card: Mapping[str, Any]) -> list[dict[str, str]]:
    version = card.get("protocolVersion") or ("0.2" if "authentication" in card else "0.3.0")
    same = {"protocolVersion": a_text(version, "protocolVersion")}
    binding = a_text(card.get("preferredTransport") or JSONRPC, "preferredTransport")
    main = {"url": a_text(card["url"], "url"), "protocolBinding": binding, **same}
    others = elements(card.get("additionalInterfaces"), "additionalInterfaces")
    return [main, *({**_interface(each, at), **same} for at, each in others)]


def _interface(value: object, at: str) -> dict[str, str]:
    each = an_object(value, at)
    url, binding = a_text(each.get("url"), f"{at}.url"), a_text(each.get("transport"), f"{at}.transport")
    return {"url": url, "protocolBinding": binding}


def _scheme(value: object, at: str) -> dict[str, Any]:
    """An unknown `type` becomes a scheme of no kind: what requires it then cannot be met, which is the safe reading."""
    scheme = an_object(value, at)
    if "type" not in scheme or _has(scheme, *SCHEMES.values()):
        return scheme
    kind = a_text(scheme["type"], f"{at}.type")
    inner = {key: each for key, each in scheme.items() if key != "type"}
    if kind == "apiKey" and "in" in inner:
        inner["location"] = inner.pop("in")
    if kind == "oauth2" and inner.get("flows") is not None:
        inner["flows"] = _one_flow(an_object(inner["flows"], f"{at}.flows"))
    return {SCHEMES[kind]: inner} if kind in SCHEMES else {}


def _one_flow(flows: Mapping[str, Any]) -> dict[str, Any]:
    return next(({name: flows[name]} for name in FLOWS if flows.get(name) is not None), {})


def _move_authentication(card: dict[str, Any]) -> None:
    """0.2 named HTTP schemes: `{"authentication": {"schemes": ["Bearer"]}}`; any one of them was enough."""
    if card.get("authentication") is None or _has(card, "security", "securitySchemes", "securityRequirements"):
        return
    names = _texts(an_object(card["authentication"], "authentication").get("schemes"), "authentication.schemes")
    card["securitySchemes"] = {name: {SCHEMES["http"]: {"scheme": name}} for name in names}
    card["securityRequirements"] = [{"schemes": {name: {}}} for name in names]


def _move_requirements(owner: dict[str, Any], at: str) -> None:
    if owner.get("security") is not None and not _has(owner, "securityRequirements", "security_requirements"):
        owner["securityRequirements"] = [_requirement(each, where) for where, each in elements(owner["security"], at)]


def _requirement(value: object, at: str) -> dict[str, Any]:
    return {"schemes": {name: {"list": _texts(scopes, where)} for name, where, scopes in entries(value, at)}}


def _texts(value: object, at: str) -> list[str]:
    return [a_text(each, where) for where, each in elements(value, at)]


def _move_skills(card: dict[str, Any]) -> None:
    if card.get("skills") is not None:
        skills = [(dict(an_object(each, at)), at) for at, each in elements(card["skills"], "skills")]
        for skill, at in skills:
            _move_requirements(skill, f"{at}.security")
        card["skills"] = [skill for skill, _ in skills]


def _move_extended(card: dict[str, Any]) -> None:
    extended = card.get("supportsAuthenticatedExtendedCard")
    capabilities = an_object(card.get("capabilities") or {}, "capabilities")
    if extended is not None and not _has(capabilities, "extendedAgentCard", "extended_agent_card"):
        card["capabilities"] = {**capabilities, "extendedAgentCard": extended}

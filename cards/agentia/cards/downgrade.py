"""Cards in the 0.3 layout, and in both layouts at once, made from 1.0 JSON.

A 0.3 client reads the old fields and skips the new, a 1.0 client the other way round, so one document serves both.
This says what the SDK's converter says (tests hold it to that) without importing it, which takes longer than a card
is worth at the start of a service.
"""

from collections.abc import Mapping
from typing import Any, Final

from agentia.cards.protocol import is_legacy
from agentia.cards.upgrade import SCHEMES

_TYPES: Final = {wrapper: kind for kind, wrapper in SCHEMES.items()}
# What 0.3 requires and 1.0 JSON leaves out when empty, each with the type whose empty value stands for it.
_Required = Mapping[str, type[str] | type[bool] | type[list[Any]] | type[dict[str, Any]]]
_CARD: Final[_Required] = {
    **dict.fromkeys(("name", "description", "version"), str),
    **dict.fromkeys(("defaultInputModes", "defaultOutputModes", "skills"), list),
}
_SKILL: Final[_Required] = {"id": str, "name": str, "description": str, "tags": list}
_EXTENSION: Final[_Required] = {"uri": str, "required": bool}
_PROVIDER: Final[_Required] = {"organization": str, "url": str}
_SIGNATURE: Final[_Required] = {"protected": str, "signature": str}
_SCHEME: Final[Mapping[str, _Required]] = {
    "apiKey": {"name": str},
    "http": {"scheme": str},
    "oauth2": {},
    "openIdConnect": {"openIdConnectUrl": str},
    "mutualTLS": {},
}
_FLOW: Final[Mapping[str, _Required]] = {
    "authorizationCode": {"authorizationUrl": str, "tokenUrl": str, "scopes": dict},
    "clientCredentials": {"tokenUrl": str, "scopes": dict},
    "implicit": {"authorizationUrl": str, "scopes": dict},
    "password": {"tokenUrl": str, "scopes": dict},
}


def downgraded(card: Mapping[str, Any]) -> dict[str, Any] | None:
    """The 1.0 JSON `card` as 0.3 has it; None when no interface of it speaks 0.3."""
    spoken = [each for each in card.get("supportedInterfaces", ()) if is_legacy(each.get("protocolVersion", ""))]
    if not spoken:
        return None
    legacy = _filled(_CARD, {name: card[name] for name in (*_CARD, "documentationUrl", "iconUrl") if name in card})
    legacy |= _places(spoken) | _capabilities(card.get("capabilities", {})) | _security(card)
    legacy["skills"] = [_skill(each) for each in legacy["skills"]]
    if "provider" in card:
        legacy["provider"] = _filled(_PROVIDER, card["provider"])
    if "signatures" in card:
        legacy["signatures"] = [_filled(_SIGNATURE, each) for each in card["signatures"]]
    if "securitySchemes" in card:
        legacy["securitySchemes"] = {name: _scheme(each) for name, each in card["securitySchemes"].items() if each}
    return legacy


def superset(card: Mapping[str, Any]) -> dict[str, Any]:
    """The 1.0 JSON `card` with the fields of 0.3 beside its own; unchanged when no interface of it speaks 0.3."""
    legacy = downgraded(card)
    if legacy is None:
        return dict(card)
    # The SDK's 1.0 client prefers the flat 0.3 scheme, so that must not say less than the 1.0 one (device code, PKCE).
    flat = {name: {**next(iter(each.values()), {}), **each} for name, each in card.get("securitySchemes", {}).items()}
    merged: dict[str, Any] = _beside({**card, "securitySchemes": flat} if flat else card, legacy)
    return merged


def _filled(required: _Required, given: Mapping[str, Any]) -> dict[str, Any]:
    return {**{name: empty() for name, empty in required.items()}, **given}


def _places(spoken: list[dict[str, str]]) -> dict[str, Any]:
    listed = [{"url": each.get("url", ""), "transport": each.get("protocolBinding", "")} for each in spoken]
    main = {"url": listed[0]["url"], "preferredTransport": listed[0]["transport"]}
    main["protocolVersion"] = spoken[0].get("protocolVersion") or "0.3"
    return {**main, "additionalInterfaces": listed[1:]} if listed[1:] else dict(main)


def _capabilities(card: Mapping[str, Any]) -> dict[str, Any]:
    extended = card.get("extendedAgentCard")
    kept = {name: each for name, each in card.items() if name != "extendedAgentCard"}
    if "extensions" in kept:
        kept["extensions"] = [_filled(_EXTENSION, each) for each in kept["extensions"]]
    return {"capabilities": kept} | ({} if extended is None else {"supportsAuthenticatedExtendedCard": extended})


def _security(owner: Mapping[str, Any]) -> dict[str, Any]:
    if "securityRequirements" not in owner:
        return {}
    each_named = [each.get("schemes", {}) for each in owner["securityRequirements"]]
    return {"security": [{name: scopes.get("list", []) for name, scopes in each.items()} for each in each_named]}


def _skill(skill: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: each for name, each in skill.items() if name != "securityRequirements"}
    return _filled(_SKILL, kept) | _security(skill)


def _scheme(scheme: Mapping[str, Any]) -> dict[str, Any]:
    wrapper, inner = next(iter(scheme.items()))
    kind = _TYPES[wrapper]
    flat = {**_filled(_SCHEME[kind], inner), "type": kind}
    if kind == "apiKey":
        flat["in"] = flat.pop("location", "")
    if kind == "oauth2":
        flat["flows"] = {name: _flow(name, each) for name, each in inner.get("flows", {}).items() if name in _FLOW}
    return flat


def _flow(name: str, flow: Mapping[str, Any]) -> dict[str, Any]:
    return _filled(_FLOW[name], {key: each for key, each in flow.items() if key != "pkceRequired"})


def _beside(modern: Any, legacy: Any) -> Any:
    """`modern` with what only `legacy` has, element by element; where both have a value, `modern` stays."""
    if isinstance(modern, Mapping) and isinstance(legacy, Mapping):
        both = {name: _beside(each, legacy[name]) if name in legacy else each for name, each in modern.items()}
        return {**both, **{name: each for name, each in legacy.items() if name not in modern}}
    if isinstance(modern, list) and isinstance(legacy, list):
        return [_beside(*pair) for pair in zip(modern, legacy, strict=True)]
    return modern

"""Where an instance of an agent takes a call: its card names one URL a binding, and each replica has its own base."""

from typing import Any
from urllib.parse import urlsplit

from agentia.core.identity import origin
from agentia.gateway.call import Binding, Call, Version
from agentia.registry.client import Agent


def target(agent: Agent, instance: str, call: Call) -> str:
    """The full URL at one instance for a call."""
    endpoint = _endpoint(agent, instance, call.binding, call.version)
    if call.binding == "HTTP+JSON":
        endpoint = endpoint.rstrip("/") + call.path
    return f"{endpoint}?{call.query}" if call.query else endpoint


def _endpoint(agent: Agent, instance: str, binding: Binding, version: Version) -> str:
    """The binding's URL from the card, moved to the instance; the instance's root when the card names none of use.

    A card's word is followed below the agent's own URL and on its own origin, never to another host.
    """
    base, root = agent.url.rstrip("/"), instance.rstrip("/")
    named = _named(agent.card, binding, version)
    if named == base or named.startswith(f"{base}/"):
        below = named[len(base) :]
    elif origin(named) == origin(base):
        root, below = origin(root), urlsplit(named).path
    else:
        below = ""
    if binding == "HTTP+JSON" and version == "0.3":
        below = below.removesuffix("/v1")  # the path of the call brings it along
    return root + below


def _named(card: dict[str, Any], binding: Binding, version: Version) -> str:
    """The URL of the best interface: of the binding and version, else of the binding alone."""
    interfaces = [one for one in card.get("supportedInterfaces", []) if one.get("protocolBinding") == binding]
    fitting = [one for one in interfaces if str(one.get("protocolVersion", "")).startswith(version)]
    return next((str(one.get("url", "")) for one in fitting or interfaces), "")

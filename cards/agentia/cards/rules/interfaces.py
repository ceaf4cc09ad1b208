"""Where the agent is, and what it speaks there."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Final

from a2a.types import a2a_pb2 as pb

from agentia.cards.finding import Finding, error, hint, warning
from agentia.cards.protocol import BINDINGS, GRPC, is_legacy, release
from agentia.cards.urls import is_loopback, is_unspecified, origin, split

_ALIASES: Final = {"JSONRPC20": "JSONRPC", "REST": "HTTP+JSON", "HTTP": "HTTP+JSON", "HTTPJSON": "HTTP+JSON"}
_GRPC_TARGET: Final = re.compile(r"(dns:/{0,3})?[A-Za-z0-9.\[\]:-]+:\d{1,5}")
_NEWEST: Final = (1, 0)


def check(card: pb.AgentCard, fetched_from: str | None) -> Iterator[Finding]:
    if not card.supported_interfaces:
        yield error("supportedInterfaces", "is missing", "List at least one {url, protocolBinding, protocolVersion}.")
        return
    for index, each in enumerate(card.supported_interfaces):
        at = f"supportedInterfaces[{index}]"
        yield from _url(each, f"{at}.url")
        yield from _binding(each.protocol_binding, f"{at}.protocolBinding")
        yield from _version(each.protocol_version, f"{at}.protocolVersion")
        if fetched_from is not None:
            yield from _place(each.url, fetched_from, f"{at}.url")
    yield from _together(card)


def _url(interface: pb.AgentInterface, field: str) -> Iterator[Finding]:
    url = interface.url
    if not url:
        yield error(field, "is missing", "Give the absolute URL of the interface.")
    elif (parts := split(url)) is None:
        if interface.protocol_binding != GRPC or not _GRPC_TARGET.fullmatch(url):
            yield error(
                field, "is not an absolute http or https URL", "Write it out, such as https://agent.example.com/a2a."
            )
    elif parts.username is not None or parts.password is not None:
        yield error(field, "holds credentials", "Remove them, cards are public; declare a security scheme instead.")
    elif is_unspecified(url):
        yield error(
            field, "is an address that no one can call", "Name the host that clients reach, not the one listened on."
        )
    else:
        if parts.scheme == "http" and not is_loopback(url):
            yield warning(field, "is not encrypted", "Serve it with https.")
        if parts.query or parts.fragment:
            yield warning(field, "has a query or fragment", "Remove it; clients append paths to the URL.")


def _binding(binding: str, field: str) -> Iterator[Finding]:
    if not binding:
        yield error(field, "is missing", f"Name one of {', '.join(BINDINGS)}.")
        return
    if binding in BINDINGS:
        return
    bare = re.sub(r"[^A-Z0-9]", "", binding.upper())
    meant = _ALIASES.get(bare) or next((each for each in BINDINGS if each.replace("+", "") == bare), None)
    if meant is not None:
        yield error(field, f"is spelled otherwise than {meant}", f"Write exactly {meant}.")
    elif ":" not in binding:
        yield warning(
            field, "names a binding that few know", f"Use one of {', '.join(BINDINGS)}, or a URI for your own."
        )


def _version(version: str, field: str) -> Iterator[Finding]:
    numbers = release(version)
    if not version:
        yield error(field, "is missing", "Give the protocol's version, such as 1.0.")
    elif numbers is None:
        yield error(field, "is not a protocol version", "Write major.minor, such as 1.0.")
    elif numbers > _NEWEST:
        yield warning(field, "is newer than any protocol we know", "Write 1.0 if that is what the interface speaks.")
    elif numbers < (0, 3):
        yield warning(field, "is a protocol before 0.3, which few clients speak", "Upgrade the agent to 1.0.")
    elif numbers == _NEWEST and version.count(".") == 2:
        yield hint(field, "has a patch number, which never matters", "Write major.minor: 1.0.")


def _place(url: str, fetched_from: str, field: str) -> Iterator[Finding]:
    here, there = origin(fetched_from), origin(url)
    if here is None or there is None or here == there:
        return
    if is_loopback(url) and not is_loopback(fetched_from):
        yield error(field, "is a loopback address, but the card is served to others", "Name the public host.")
    elif here[1:2] == there[1:2] and (here[0], there[0]) == ("https", "http"):
        yield error(field, "is not encrypted although the card was", "Use https for the interface too.")
    else:
        fix = "Serve the card where the agent is; whoever checks one origin should not be sent to another."
        yield warning(field, "is at another origin than the card", fix)


def _together(card: pb.AgentCard) -> Iterator[Finding]:
    versions = [release(each.protocol_version) for each in card.supported_interfaces]
    if not any(each and each[0] == 1 for each in versions):
        yield warning("supportedInterfaces", "has none of protocol 1.0", "Add one; new clients speak nothing older.")
    elif versions[0] and versions[0][0] == 0:
        yield hint(
            "supportedInterfaces", "prefers an old protocol to 1.0", "List 1.0 first; clients take the first they know."
        )
    if not any(is_legacy(each.protocol_version) for each in card.supported_interfaces):
        yield hint(
            "supportedInterfaces", "has none of protocol 0.3", "Add one if clients of 0.3 should reach the agent."
        )
    if len({origin(each.url) for each in card.supported_interfaces if origin(each.url)}) > 1:
        yield hint("supportedInterfaces", "are at different origins", "Check that all of them are really yours.")
    spoken = Counter(each.SerializeToString(deterministic=True) for each in card.supported_interfaces)
    if any(times > 1 for times in spoken.values()):
        yield warning("supportedInterfaces", "lists an interface twice", "Remove the double.")

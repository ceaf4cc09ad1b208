"""Agent Cards as the gateway shows them: at its own URL, and signed again with its own key."""

import json
from typing import Any

import aiohttp
from a2a.types import a2a_pb2 as pb
from starlette.types import Send

from agentia.cards.errors import CardInvalid
from agentia.cards.protocol import HTTP_JSON
from agentia.cards.rewrite import RELAYED, rewrite_urls
from agentia.cards.signing import sign_card
from agentia.cards.versions import card_bytes, card_from_json, card_to_json, decoded, plain_json
from agentia.core.identity import ServiceKey
from agentia.gateway.answer import read
from agentia.gateway.call import Call
from agentia.gateway.directory import Directory
from agentia.gateway.errors import AnswerInvalid
from agentia.gateway.headers import back
from agentia.gateway.place import MESH, Place

MESH_NAME = "Agentia"
_MESH_WORDS = "A mesh of specialist agents behind one address."
_RELAYED = RELAYED | {(HTTP_JSON, "0.3")}


class Cards:
    """Rewrites and signs a card when it has changed, and keeps the bytes until then. `guarded` ones name the token."""

    def __init__(self, directory: Directory, key: ServiceKey, base_url: str, *, guarded: bool = False) -> None:
        self._directory = directory
        self._key = key
        self._base = base_url.rstrip("/")
        self._guarded = guarded
        self._shown: dict[Place, tuple[dict[str, Any], bytes]] = {}

    async def at(self, place: Place) -> bytes:
        """The card of the agent at a place. Raises `AgentUnknown`, `RegistryAway`, `CardInvalid`."""
        agent = await self._directory.find(place.agent)
        source, shown = self._shown.get(place, (None, b""))
        if source != agent.card:
            shown = card_bytes(self._moved(agent.card, place))
            self._shown[place] = (agent.card, shown)
        return shown

    async def pass_on(self, response: aiohttp.ClientResponse, call: Call, send: Send, place: Place) -> None:
        """Send an answer that holds an extended card, rewritten. Raises `AgentLost`, `AnswerInvalid`."""
        body = await read(response, place.agent)
        try:
            body = self._answer(body, call, place)
        except CardInvalid as exc:
            raise AnswerInvalid(f"The extended card of '{place.agent}' is not usable. {exc.message}") from exc
        headers = [(name, value) for name, value in back(response.raw_headers) if name != b"content-length"]
        await send({"type": "http.response.start", "status": response.status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    def _answer(self, body: bytes, call: Call, place: Place) -> bytes:
        answer = decoded(body)
        if call.binding == "HTTP+JSON":
            return json.dumps(self._extended(answer, call, place)).encode()
        if "result" in answer:
            answer["result"] = self._extended(answer["result"], call, place)
        return json.dumps(answer).encode()

    def _extended(self, card: Any, call: Call, place: Place) -> dict[str, Any]:
        moved = self._moved(card, place)
        return plain_json(moved) if call.version == "1.0" else card_to_json(moved, "0.3")

    def _moved(self, source: Any, place: Place) -> pb.AgentCard:
        card = rewrite_urls(card_from_json(source), self._base + place.root, relayed=_RELAYED)
        if place == MESH:
            card.name, card.description = MESH_NAME, f"{_MESH_WORDS} {card.description}".rstrip()
        if self._guarded:
            _guard(card)
        return sign_card(card, self._key)


def _guard(card: pb.AgentCard) -> None:
    """Say that callers show the gateway's access token; what the agent itself may ask for does not pass."""
    card.ClearField("security_schemes")
    card.ClearField("security_requirements")
    card.security_schemes["token"].http_auth_security_scheme.scheme = "Bearer"
    card.security_requirements.add().schemes["token"].SetInParent()

"""Relaying: a call comes in, an instance of the agent gets it, and its answer goes back as it comes."""

from contextlib import AbstractContextManager

from multidict import CIMultiDict
from starlette.types import Receive, Scope, Send

from agentia.core.service import BodyTooLarge
from agentia.core.telemetry import HEADER, NOTHING, OFF, Span, Telemetry, traceparent
from agentia.gateway.admission import principal_of
from agentia.gateway.answer import pass_on
from agentia.gateway.body import read_body
from agentia.gateway.call import Call, header
from agentia.gateway.cards import Cards
from agentia.gateway.dial import Dial
from agentia.gateway.dialect import error_response
from agentia.gateway.door import Principal
from agentia.gateway.drain import Drain
from agentia.gateway.errors import GatewayError, NotServed, RelayLoop, RequestTooLarge
from agentia.gateway.hangup import Hangup
from agentia.gateway.headers import onward
from agentia.gateway.place import Place


class Relay:
    """Takes calls for agents. `name` is the gateway's own in `Via`, by which it knows a call that comes round.

    `telemetry` is told of each.
    """

    telemetry: Telemetry = OFF

    def __init__(self, name: str, *, dial: Dial, cards: Cards, drain: Drain) -> None:
        self._name = name
        self._dial = dial
        self._cards = cards
        self._drain = drain

    async def take(self, place: Place, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request to an agent's place, whatever the way it ends."""
        call = Call(scope["method"], place.below(scope), scope["query_string"].decode("latin-1"), scope["headers"])
        try:
            self._check(call)
            call.body = await read_body(receive)
            async with Hangup(receive):
                with self._traced(place, call) as span:
                    await self._answer(place, call, principal_of(scope), send, span)
            return
        except BodyTooLarge as exc:
            error: GatewayError = RequestTooLarge(exc.message, fix=exc.fix)
        except GatewayError as exc:
            error = exc
        await error_response(error, call.binding, call.version, call.request_id)(scope, receive, send)

    def _check(self, call: Call) -> None:
        if not call.is_a2a:
            raise NotServed(
                f"There is nothing at {call.method} {call.path or '/'}.",
                fix="GET / lists what there is; an agent takes JSON-RPC by POST at its root, and HTTP+JSON below it.",
            )
        if any(name == b"via" and self._name.encode() in value for name, value in call.headers):
            raise RelayLoop(
                "The agent's registered URL leads back to this gateway.", fix="Register the agent's own URL."
            )

    def _traced(self, place: Place, call: Call) -> AbstractContextManager[Span]:
        if self.telemetry is OFF:
            return NOTHING
        operation, given = call.operation, header(call.headers, HEADER.encode())
        told = {"rpc.system": "jsonrpc" if call.binding == "JSONRPC" else "http", "rpc.method": operation}
        parent = traceparent(given.decode("latin-1")) if given else None
        named = {**told, "gen_ai.agent.name": place.agent}
        return self.telemetry.span(f"{operation} {place.agent}", named, kind="server", parent=parent, ends=True)

    async def _answer(self, place: Place, call: Call, principal: Principal, send: Send, span: Span) -> None:
        onwards = self._onward(call)
        if span.traceparent is not None:
            onwards[HEADER] = span.traceparent
        response = await self._dial.reach(place.agent, call, onwards, principal)
        span.set({"http.response.status_code": response.status})
        try:
            if call.wants_extended_card and response.status == 200:
                await self._cards.pass_on(response, call, send, place)
            else:
                await pass_on(response, call, send, place.agent, self._drain)
        finally:
            response.close()

    def _onward(self, call: Call) -> CIMultiDict[str]:
        headers = onward(call.headers)
        if call.wants_extended_card:
            headers.popall("Accept-Encoding", None)  # it has to be read here
        headers.add("Via", f"1.1 {self._name}")
        return headers

"""A specialist as a service: its engine, its routes, its card, and its place in the registry."""

import asyncio
import ipaddress
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Final

import httpx
from starlette.applications import Starlette

from agentia.agents.answering import Answering
from agentia.agents.callers import PinnedKeys, identifier
from agentia.agents.children import Children, open_children
from agentia.agents.definition import opened
from agentia.agents.errors import DatabaseSilent, NotRegistered
from agentia.agents.patience import SECONDS
from agentia.agents.peers import Peers
from agentia.agents.specialists import Specialist
from agentia.agents.task_run import Surroundings
from agentia.agents.transport import http_client
from agentia.agents.watch import watched
from agentia.cards import card_bytes
from agentia.cards.signing import sign_card
from agentia.cards.wellknown import card_routes
from agentia.core.fetch import SafeFetcher
from agentia.core.identity import HopVerifier, ServiceKey, sign_webhook
from agentia.core.service import Patient, serve
from agentia.core.service import create_app as service_app
from agentia.core.settings import Settings
from agentia.core.telemetry import telemetry
from agentia.registry.client import RegistryClient, keep_registered
from agentia.tasks.admission import Limits
from agentia.tasks.cancelling import Delegations
from agentia.tasks.engine import Engine
from agentia.tasks.jsonrpc import JsonRpc
from agentia.tasks.open import open_store
from agentia.tasks.operations import Operations
from agentia.tasks.outbox import Outbox
from agentia.tasks.push import PushConfigs
from agentia.tasks.records import Owner, StorageFailed
from agentia.tasks.rest import Rest
from agentia.tasks.retention import Retention
from agentia.tasks.storage import Store
from agentia.tasks.webhook import Webhooks

DATABASE_SECONDS: Final = 2.0
"""For an answer of the database when somebody asks whether this service can work."""


@dataclass(slots=True)
class _Parts:
    """What the service is made of; built once, closed by the lifespan."""

    store: Store
    engine: Engine
    outbox: Outbox
    registry: RegistryClient
    http: httpx.AsyncClient
    around: Surroundings
    registered: asyncio.Event


def serve_specialist(specialist: Specialist, settings: Settings, sock: socket.socket, *, patient: bool = False) -> None:
    """Serve `specialist` on a bound socket until SIGTERM. Raises AgentiaError when it cannot start.

    A `patient` one waits until it can use its database and its key.
    """

    def build() -> Starlette:
        return create_app(specialist, settings, f"{settings.public_url or local_url(sock)}/")

    app = Patient(build) if patient else build()
    serve(app, sock, service=specialist.id, on_drain=app.state.drain, grace=settings.drain_seconds)


def local_url(sock: socket.socket) -> str:
    """How programs on this machine reach a bound socket."""
    host, port = sock.getsockname()[:2]
    address = ipaddress.ip_address(host)
    if address.is_unspecified:  # every address of this machine, loopback among them
        address = ipaddress.ip_address("127.0.0.1" if address.version == 4 else "::1")
    return f"http://[{address}]:{port}" if address.version == 6 else f"http://{address}:{port}"


def create_app(specialist: Specialist, settings: Settings, url: str, *, patience: float = SECONDS) -> Starlette:
    """The ASGI app of `specialist` as others reach it at `url`; `patience` is that with silent peers, in seconds.

    `app.state.registered` is set while the registry knows it. Raises AgentiaError when its store cannot be used.
    """
    specialist = specialist.under(settings)
    key = ServiceKey.load_or_create(settings.data / "keys" / f"{specialist.id}.pem", specialist.id)
    body = card_bytes(sign_card(specialist.card(url), key))
    parts = _build(specialist, settings, key, patience)
    push = PushConfigs(parts.store, parts.around.fetcher.check, parts.outbox)
    operations = Operations(parts.engine, push, deletes=partial(_delete, specialist, parts.around))
    identify = identifier(HopVerifier(specialist.id, [url], PinnedKeys(parts.registry).find), url)
    silence = settings.keep_alive_seconds
    routes = [
        *card_routes(lambda: body, key.jwks),
        *Rest(operations, identify, keep_alive=silence).routes(),
    ]

    async def ready() -> None:
        if not parts.registered.is_set():
            raise NotRegistered(f"{specialist.name} is not in the registry yet.")
        parts.registry.clocks.check()
        await _answering(parts.store)

    app = service_app(
        routes,
        busy={"/": JsonRpc(operations, identify, keep_alive=silence)},
        lifespan=lambda _: _lifespan(specialist, parts, url, settings.drain_seconds),
        ready=ready,
    )
    app.state.engine, app.state.registered, app.state.drain = parts.engine, parts.registered, parts.engine.drain
    return app


def _build(specialist: Specialist, settings: Settings, key: ServiceKey, patience: float) -> _Parts:
    token = settings.join_token.get_secret_value() if settings.join_token else None
    store = open_store(settings, specialist.id)  # first, as it may fail
    registry, http = RegistryClient(settings.registry_url, join_token=token), http_client()
    peers = Peers(registry, key, http, patience=patience)
    fetcher = SafeFetcher(allow_private=settings.allow_private)
    around = Surroundings(None, fetcher, peers, settings, store)
    answering = Answering(specialist, around)
    engine = Engine(
        store,
        answering.task,
        direct=answering.reply if specialist.direct else None,
        version=specialist.version,
        limits=Limits(input_modes=_modes(specialist)),
        lease_seconds=settings.lease_seconds,
        task_seconds=settings.task_seconds,
        max_runs=settings.max_runs,
        retention=Retention(min(settings.event_retention, settings.task_retention), settings.task_retention),
        delegations=Delegations(open_children, Children(peers).cancel),
        keep_requests=specialist.keeps_requests,
        arrived=answering.arrived,
    )
    webhooks = Webhooks(around.fetcher.post, partial(sign_webhook, key))
    outbox = Outbox(store, engine.topics, webhooks, seconds=settings.lease_seconds)
    return _Parts(store, engine, outbox, registry, http, around, asyncio.Event())


async def _answering(store: Store) -> None:
    """Raise when the database does not answer soon."""
    try:
        async with asyncio.timeout(DATABASE_SECONDS):
            await store.due("")
    except (TimeoutError, StorageFailed) as exc:
        raise DatabaseSilent("The task database does not answer.") from exc


@asynccontextmanager
async def _lifespan(specialist: Specialist, parts: _Parts, url: str, grace: float) -> AsyncIterator[None]:
    """First out of the registry, then the runs, and what they use last."""
    async with AsyncExitStack() as stack:
        parts.around.telemetry = telemetry(specialist.id)
        stack.push_async_callback(parts.around.telemetry.close)
        stack.enter_context(watched())
        stack.push_async_callback(parts.http.aclose)
        stack.push_async_callback(parts.registry.close)
        stack.push_async_callback(parts.store.close)
        parts.around.services = await stack.enter_async_context(opened(specialist.lifespan, parts.around.settings))
        stack.push_async_callback(parts.outbox.close)
        stack.push_async_callback(parts.engine.close, grace)
        parts.outbox.start()
        await parts.engine.start()
        await stack.enter_async_context(_registered(parts, url))
        yield


@asynccontextmanager
async def _registered(parts: _Parts, url: str) -> AsyncIterator[None]:
    joining = asyncio.create_task(keep_registered(parts.registry, url, url, registered=parts.registered))
    try:
        yield
    finally:
        joining.cancel()
        await asyncio.gather(joining, return_exceptions=True)


async def _delete(specialist: Specialist, around: Surroundings, owner: Owner) -> None:
    if specialist.deletes is not None:
        await specialist.deletes(around.services, owner)


def _modes(specialist: Specialist) -> frozenset[str]:
    """The union of the card's input modes, as no message says which skill it is for; as the engine compares them."""
    modes = {*specialist.input_modes, *(mode for skill in specialist.skills for mode in skill.input_modes)}
    return frozenset(mode.partition(";")[0].strip().lower() for mode in modes)

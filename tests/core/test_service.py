"""What every HTTP service shares, on real sockets and in real processes."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, StreamingResponse
from starlette.routing import Route

from agentia.core.errors import AgentiaError
from agentia.core.service import BindFailed, BodyTooLarge, PortTaken, StartFailed, bind, create_app, running


class Odd(AgentiaError):
    """An error of ours with a status of its own."""

    status = 409


async def echo(request: Request) -> PlainTextResponse:
    return PlainTextResponse(str(len(await request.body())))


async def ours(_: Request) -> PlainTextResponse:
    raise Odd("That is odd.", fix="Make it even.")


async def theirs(_: Request) -> PlainTextResponse:
    raise RuntimeError("the secret recipe")


async def halfway(_: Request) -> StreamingResponse:
    async def parts() -> AsyncIterator[bytes]:
        yield b"first"
        raise RuntimeError("the secret recipe")

    return StreamingResponse(parts())


async def own_words(request: Request) -> JSONResponse:
    try:
        await request.body()
    except BodyTooLarge:
        return JSONResponse({"jsonrpc": "2.0", "error": {"code": -32600}})
    raise AssertionError("the body should have been too large")


ROUTES = [
    Route("/echo", echo, methods=["POST"]),
    Route("/ours", ours),
    Route("/theirs", theirs),
    Route("/halfway", halfway),
    Route("/own-words", own_words, methods=["POST"]),
]


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with (
        running(create_app(ROUTES, max_body=1_000_000)) as url,
        httpx.AsyncClient(base_url=url, verify=False) as client,
    ):
        yield client


class TestSockets:
    def test_a_free_port_is_given_and_listens_at_once(self) -> None:
        with bind("127.0.0.1", 0) as sock, socket.create_connection(sock.getsockname()):
            pass

    def test_a_taken_port_is_said_with_what_to_do(self) -> None:
        with bind("127.0.0.1", 0) as first:
            port = first.getsockname()[1]
            with pytest.raises(PortTaken, match=f"Port {port} on 127.0.0.1 is already taken") as refused:
                bind("127.0.0.1", port)

        assert "--port" in refused.value.fix

    def test_a_port_just_given_up_can_be_had_again(self) -> None:
        with bind("127.0.0.1", 0) as first:
            address = first.getsockname()
            with socket.create_connection(address):
                accepted = first.accept()[0]
                accepted.close()

        bind(*address).close()

    @pytest.mark.parametrize(("host", "port"), [("192.0.2.1", 0), ("no.such.host.invalid", 0), ("127.0.0.1", 70_000)])
    def test_an_address_that_cannot_be_had_is_a_sentence(self, host: str, port: int) -> None:
        with pytest.raises(BindFailed, match=r"is not (an address of this machine|a port)\."):
            bind(host, port)

    def test_ipv6_works_where_the_machine_has_it(self) -> None:
        if not socket.has_dualstack_ipv6():
            pytest.skip("this machine has no IPv6")
        with bind("::1", 0) as sock:
            assert sock.family == socket.AF_INET6


class TestErrors:
    async def test_an_error_of_ours_is_answered_with_its_sentence(self, client: httpx.AsyncClient) -> None:
        answer = await client.get("/ours")

        assert answer.status_code == 409
        assert answer.json() == {"error": {"code": "odd", "message": "That is odd.", "fix": "Make it even."}}

    async def test_any_other_error_is_neutral_with_an_incident_to_find_in_the_log(
        self, client: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
    ) -> None:
        answer = await client.get("/theirs")

        assert answer.status_code == 500
        assert "secret" not in answer.text
        (record,) = [record for record in caplog.records if record.getMessage() == "request failed"]
        assert vars(record)["incident"] == answer.json()["error"]["incident"]
        assert vars(record)["path"] == "/theirs"
        assert record.exc_info
        assert "secret recipe" in str(record.exc_info[1])

    @pytest.mark.parametrize(
        ("method", "path", "status", "code"),
        [("GET", "/nowhere", 404, "not_found"), ("GET", "/echo", 405, "method_not_allowed")],
    )
    async def test_what_routing_refuses_has_the_same_shape(
        self, client: httpx.AsyncClient, method: str, path: str, status: int, code: str
    ) -> None:
        answer = await client.request(method, path)

        assert answer.status_code == status
        assert answer.json()["error"]["code"] == code

    async def test_an_error_in_the_middle_of_an_answer_breaks_it_off(self, client: httpx.AsyncClient) -> None:
        with pytest.raises(httpx.RemoteProtocolError):
            await client.get("/halfway")


class TestBodies:
    async def test_a_body_up_to_the_limit_is_taken(self, client: httpx.AsyncClient) -> None:
        assert (await client.post("/echo", content=bytes(1_000_000))).text == "1000000"

    async def test_a_body_announced_too_large_is_refused_before_it_is_read(self, client: httpx.AsyncClient) -> None:
        """The body never comes; that there is an answer is the proof."""
        reader, writer = await asyncio.open_connection(client.base_url.host, client.base_url.port)
        writer.write(b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 20000000\r\n\r\n")

        head = await reader.readuntil(b"\r\n\r\n")

        assert head.startswith(b"HTTP/1.1 413")
        writer.close()

    async def test_a_client_that_sends_twenty_megabytes_hears_why_they_are_refused(
        self, client: httpx.AsyncClient
    ) -> None:
        answer = await client.post("/echo", content=bytes(20_000_000))

        assert answer.status_code == 413
        assert answer.json()["error"]["code"] == "body_too_large"
        assert "1,000,000 bytes" in answer.json()["error"]["message"]

    async def test_a_body_without_length_is_cut_off_at_the_limit(self, client: httpx.AsyncClient) -> None:
        """The sender stops only when it is answered."""
        answered = asyncio.Event()

        async def endless() -> AsyncIterator[bytes]:
            while not answered.is_set():
                yield bytes(100_000)

        reader, writer = await asyncio.open_connection(client.base_url.host, client.base_url.port)
        writer.write(b"POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")

        async def send() -> None:
            async for chunk in endless():
                writer.write(b"%x\r\n%b\r\n" % (len(chunk), chunk))
                await writer.drain()

        sending = asyncio.create_task(send())
        head = await reader.readuntil(b"\r\n\r\n")
        answered.set()
        await sending
        writer.close()

        assert head.startswith(b"HTTP/1.1 413")

    async def test_a_route_may_refuse_a_large_body_in_its_own_words(self, client: httpx.AsyncClient) -> None:
        answer = await client.post("/own-words", content=bytes(1_000_001))

        assert answer.json()["jsonrpc"] == "2.0"


class TestHealth:
    async def test_a_service_that_needs_nothing_is_healthy_and_ready(self, client: httpx.AsyncClient) -> None:
        assert (await client.get("/healthz")).json() == {"status": "ok"}
        assert (await client.get("/readyz")).json() == {"status": "ready"}

    async def test_what_is_missing_for_work_is_said(self) -> None:
        async def ready() -> None:
            raise Odd("The registry does not answer.")

        async with running(create_app([], ready=ready)) as url, httpx.AsyncClient(base_url=url, verify=False) as client:
            answer = await client.get("/readyz")

            assert answer.status_code == 503
            assert answer.json() == {"status": "not ready", "reason": "The registry does not answer."}
            assert (await client.get("/healthz")).status_code == 200

    async def test_a_check_that_breaks_is_not_ready_in_neutral_words(self) -> None:
        async def ready() -> None:
            raise RuntimeError("the secret recipe")

        async with running(create_app([], ready=ready)) as url, httpx.AsyncClient(base_url=url, verify=False) as client:
            answer = await client.get("/readyz")

        assert answer.status_code == 503
        assert "secret" not in answer.text


class TestStarting:
    async def test_an_error_of_ours_at_the_start_comes_out_as_it_is(self) -> None:
        @asynccontextmanager
        async def lifespan(_: Starlette) -> AsyncIterator[None]:
            raise Odd("The database is gone.")
            yield

        with pytest.raises(Odd, match="database is gone"):
            async with running(create_app([], lifespan=lifespan)):
                pass

    async def test_any_other_error_at_the_start_is_neutral_and_keeps_its_cause(self) -> None:
        @asynccontextmanager
        async def lifespan(_: Starlette) -> AsyncIterator[None]:
            raise RuntimeError("the secret recipe")
            yield

        with pytest.raises(StartFailed, match="quant could not start") as failed:
            async with running(create_app([], lifespan=lifespan), service="quant"):
                pass

        assert isinstance(failed.value.__cause__, RuntimeError)

    async def test_an_error_at_the_end_is_logged(self, caplog: pytest.LogCaptureFixture) -> None:
        @asynccontextmanager
        async def lifespan(_: Starlette) -> AsyncIterator[None]:
            yield
            raise RuntimeError("could not close")

        async with running(create_app([], lifespan=lifespan)):
            pass

        assert "service did not stop cleanly" in caplog.messages

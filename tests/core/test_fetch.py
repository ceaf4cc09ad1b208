"""What strangers point to is fetched from public addresses only, once dialled as checked, within limits."""

import asyncio
import gzip
import ssl
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from agentia.core.addresses import AddressRefused, is_public, parse_web_url
from agentia.core.fetch import FetchFailed, FetchRefused, SafeFetcher

Writer = asyncio.StreamWriter
Answer = Callable[[bytes, Writer], Awaitable[None]]


@asynccontextmanager
async def server(answer: Answer | bytes, *, tls: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    """A server on loopback that reads a request's head and then says what it is told; yields its port."""

    async def serve(reader: asyncio.StreamReader, writer: Writer) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            if isinstance(answer, bytes):
                writer.write(answer)
                await writer.drain()
            else:
                await answer(head, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # the client left, which some tests are about
        finally:
            writer.close()

    listening = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls)
    async with listening:
        yield listening.sockets[0].getsockname()[1]


def http(body: bytes, *headers: str, status: str = "200 OK", length: bool = True) -> bytes:
    lines = [f"HTTP/1.1 {status}", *headers, *([f"Content-Length: {len(body)}"] if length else []), "", ""]
    return "\r\n".join(lines).encode() + body


def resolving(**names: list[str]) -> Callable[[str, int], Awaitable[list[str]]]:
    async def resolve(host: str, port: int) -> list[str]:
        return names[host.replace(".", "_")]

    return resolve


@pytest.fixture
def local() -> SafeFetcher:
    return SafeFetcher(allow_private=True, max_bytes=100_000)


async def test_a_document_comes_with_its_type_and_etag(local: SafeFetcher) -> None:
    async with server(http(b"{}", "Content-Type: Application/JSON; charset=utf-8", 'ETag: "v1"')) as port:
        got = await local.get(f"http://127.0.0.1:{port}/card.json?x=1#part")

    assert (got.status, got.body, got.media_type, got.etag) == (200, b"{}", "application/json", '"v1"')


async def test_an_etag_that_still_holds_gives_304(local: SafeFetcher) -> None:
    async def answer(head: bytes, writer: Writer) -> None:
        assert b'If-None-Match: "v1"' in head
        writer.write(b'HTTP/1.1 304 Not Modified\r\nETag: "v1"\r\n\r\n')

    async with server(answer) as port:
        got = await local.get(f"http://127.0.0.1:{port}/", etag='"v1"')

    assert (got.status, got.body, got.etag) == (304, b"", '"v1"')


async def test_an_etag_that_no_header_can_hold_is_not_sent(local: SafeFetcher) -> None:
    async with server(http(b"{}")) as port:
        assert (await local.get(f"http://127.0.0.1:{port}/", etag="é")).status == 200


async def test_an_error_page_is_for_the_caller_to_judge(local: SafeFetcher) -> None:
    async with server(http(b"no such page", status="404 Not Found")) as port:
        assert (await local.get(f"http://127.0.0.1:{port}/")).status == 404


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"])
async def test_redirects_are_refused(local: SafeFetcher, status: str) -> None:
    async with server(http(b"", "Location: http://169.254.169.254/", status=status)) as port:
        with pytest.raises(FetchRefused, match="redirects are not followed"):
            await local.get(f"http://127.0.0.1:{port}/")


async def test_a_size_that_is_announced_too_large_is_refused_unread(local: SafeFetcher) -> None:
    async with server(b"HTTP/1.1 200 OK\r\nContent-Length: 100001\r\n\r\n") as port:
        with pytest.raises(FetchRefused, match="more than the 100,000 bytes"):
            await local.get(f"http://127.0.0.1:{port}/")


async def test_a_body_that_turns_out_too_large_is_cut_off(local: SafeFetcher) -> None:
    """The server sends without end; that the call returns is the proof."""

    async def endless(head: bytes, writer: Writer) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            writer.write(b"x" * 10_000)
            await writer.drain()

    async with server(endless) as port:
        with pytest.raises(FetchRefused, match="more than the 100,000 bytes"):
            await local.get(f"http://127.0.0.1:{port}/")


async def test_compressed_documents_are_unpacked(local: SafeFetcher) -> None:
    for packed, name in ((gzip.compress(b"a,b\n" * 99), "gzip"), (zlib.compress(b"a,b\n" * 99), "deflate")):
        async with server(http(packed, f"Content-Encoding: {name}")) as port:
            assert (await local.get(f"http://127.0.0.1:{port}/")).body == b"a,b\n" * 99


async def test_a_gzip_bomb_is_refused(local: SafeFetcher) -> None:
    bomb = gzip.compress(bytes(50_000_000))
    assert len(bomb) < 100_000

    async with server(http(bomb, "Content-Encoding: gzip")) as port:
        with pytest.raises(FetchRefused, match="more than the 100,000 bytes"):
            await local.get(f"http://127.0.0.1:{port}/")


@pytest.mark.parametrize("packed", [b"not gzip at all", gzip.compress(b"x" * 1000, mtime=0)[:-12]])
async def test_damaged_compression_is_a_failure(local: SafeFetcher, packed: bytes) -> None:
    async with server(http(packed, "Content-Encoding: gzip")) as port:
        with pytest.raises(FetchFailed, match="damaged"):
            await local.get(f"http://127.0.0.1:{port}/")


async def test_compression_that_was_not_asked_for_is_refused(local: SafeFetcher) -> None:
    async with server(http(b"...", "Content-Encoding: br")) as port:
        with pytest.raises(FetchRefused, match="not asked for"):
            await local.get(f"http://127.0.0.1:{port}/")


async def test_the_time_is_for_the_whole_fetch_however_busy_the_server_keeps_us() -> None:
    async def trickle(head: bytes, writer: Writer) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            writer.write(b".")
            await writer.drain()
            await asyncio.sleep(0.01)

    async with server(trickle) as port:
        with pytest.raises(FetchFailed, match=r"more than 0\.2 s"):
            await SafeFetcher(allow_private=True, timeout=0.2).get(f"http://127.0.0.1:{port}/")


@pytest.mark.parametrize("answer", [b"SSH-2.0-OpenSSH\r\n", b"", http(b"half", "Content-Length: 99", length=False)])
async def test_a_server_that_does_not_answer_in_http_is_a_failure(local: SafeFetcher, answer: bytes) -> None:
    async with server(answer) as port:
        with pytest.raises(FetchFailed, match="broke off"):
            await local.get(f"http://127.0.0.1:{port}/")


async def test_a_port_where_nobody_listens_is_a_failure(local: SafeFetcher) -> None:
    async with server(b"") as port:
        pass

    with pytest.raises(FetchFailed, match="could not be reached"):
        await local.get(f"http://127.0.0.1:{port}/")


async def test_a_name_that_does_not_exist_is_a_failure() -> None:
    async def unknown(host: str, port: int) -> list[str]:
        raise OSError("no such name")

    with pytest.raises(FetchFailed, match="could not be reached"):
        await SafeFetcher(resolve=unknown).get("http://nowhere.example/")


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://[::1]/",
        "http://0.0.0.0/",
        "http://[::]/",
        "http://localhost/",
        "http://10.1.2.3/",
        "http://169.254.169.254/latest/meta-data",
        "http://100.64.0.1/",
        "http://[::ffff:127.0.0.1]/",
        "http://[64:ff9b::7f00:1]/",
        "http://[fe80::1]/",
        "http://[ff02::1]/",
        "http://224.0.0.1/",
        "http://255.255.255.255/",
    ],
)
async def test_private_addresses_are_refused(url: str) -> None:
    with pytest.raises(FetchRefused, match="not public"):
        await SafeFetcher().get(url)


@pytest.mark.parametrize(
    "host", ["2130706433", "0x7f000001", "017700000001", "127.1", "0x7f.1", "0177.0.0.1", "127.0.0.01", "1.2.3.4.5"]
)
async def test_odd_spellings_of_an_address_are_refused(host: str) -> None:
    with pytest.raises(FetchRefused):
        await SafeFetcher(allow_private=True).get(f"http://{host}/")


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.org/",
        "file:///etc/passwd",
        "example.org",
        "//example.org",
        "http://",
        "",
        "http://a:99999/",
        "http:///x",
        f"http://{'a.' * 200}b/",
    ],
)
async def test_what_is_no_web_address_is_refused(url: str) -> None:
    with pytest.raises(FetchRefused, match=r"The URL .+\."):
        await SafeFetcher(allow_private=True).get(url)


@given(st.text() | st.text().map("http://{}".format))
def test_any_text_at_all_is_parsed_or_refused(text: str) -> None:
    with suppress(AddressRefused):
        assert parse_web_url(text).host


@pytest.mark.parametrize("url", ["http://ada:secret@example.org/", "http://token@example.org/"])
async def test_credentials_in_a_url_are_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(FetchRefused, match="user name or password") as refused:
        await SafeFetcher().get(url)

    assert "secret" not in str(refused.value)


async def test_one_private_address_among_public_ones_is_enough_to_refuse() -> None:
    fetcher = SafeFetcher(resolve=resolving(cards_example=["93.184.216.34", "10.0.0.1"]))

    with pytest.raises(FetchRefused, match="not public"):
        await fetcher.get("http://cards.example/")


async def test_the_address_that_was_checked_is_the_one_dialled() -> None:
    """A name that turns private after the check (DNS rebinding) has no second chance: it is asked for once."""
    asked: list[str] = []

    async def rebinding(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["10.0.0.1"]

    async with server(http(b"checked")) as port:
        fetcher = SafeFetcher(resolve=rebinding, allow_private=True)

        assert (await fetcher.get(f"http://cards.example:{port}/")).body == b"checked"

    assert asked == ["cards.example"]


async def test_the_host_header_names_the_host_of_the_url() -> None:
    async def answer(head: bytes, writer: Writer) -> None:
        writer.write(http(head))

    async with server(answer) as port:
        fetcher = SafeFetcher(resolve=resolving(cards_example=["127.0.0.1"]), allow_private=True)
        got = await fetcher.get(f"http://cards.example:{port}/a%20b?q=1")

    assert b"GET /a%20b?q=1 HTTP/1.1" in got.body
    assert f"Host: cards.example:{port}".encode() in got.body


async def test_the_next_address_is_tried_when_the_first_does_not_answer() -> None:
    async with server(http(b"second")) as port:
        fetcher = SafeFetcher(resolve=resolving(cards_example=["127.9.9.9", "127.0.0.1"]), allow_private=True)

        assert (await fetcher.get(f"http://cards.example:{port}/")).body == b"second"


async def test_a_single_fetch_may_be_allowed_private_addresses() -> None:
    async with server(http(b"ok")) as port:
        fetcher = SafeFetcher()

        assert (await fetcher.get(f"http://127.0.0.1:{port}/", allow_private=True)).body == b"ok"
        with pytest.raises(FetchRefused):
            await fetcher.get(f"http://127.0.0.1:{port}/")


async def test_proxies_of_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")

    async with server(http(b"direct")) as port:
        got = await SafeFetcher(allow_private=True).get(f"http://127.0.0.1:{port}/")

    assert got.body == b"direct"


def certificate(folder: Path, name: str) -> Path:
    """A self-signed certificate for a name, with its key, in one file."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    signed = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file = folder / f"{name}.pem"
    file.write_bytes(private + signed.public_bytes(serialization.Encoding.PEM))
    return file


async def test_tls_is_for_the_name_though_the_address_is_dialled(tmp_path: Path) -> None:
    pem = certificate(tmp_path, "cards.example")
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(pem)
    names: list[str | None] = []
    serving.sni_callback = lambda _socket, name, _context: names.append(name)
    fetcher = SafeFetcher(
        resolve=resolving(cards_example=["127.0.0.1"], other_example=["127.0.0.1"]),
        allow_private=True,
        tls=ssl.create_default_context(cafile=str(pem)),
    )

    async with server(http(b"secure"), tls=serving) as port:
        assert (await fetcher.get(f"https://cards.example:{port}/")).body == b"secure"
        with pytest.raises(FetchFailed, match="TLS certificate that cannot be trusted"):
            await fetcher.get(f"https://other.example:{port}/")

    assert names == ["cards.example", "other.example"]


@pytest.mark.parametrize("address", ["8.8.8.8", "93.184.216.34", "2606:4700:4700::1111", "::ffff:8.8.8.8"])
def test_public_addresses_are_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        *(
            "127.8.8.8",
            "10.0.0.1",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.0.1",
            "100.127.255.254",
            "0.1.2.3",
            "240.0.0.1",
        ),
        *(
            "192.0.2.1",
            "198.18.0.1",
            "203.0.113.9",
            "255.255.255.255",
            "239.1.1.1",
            "192.0.0.8",
            "::",
            "::1",
            "::8.8.8.8",
        ),
        *(
            "::ffff:10.0.0.1",
            "::ffff:169.254.169.254",
            "64:ff9b::808:808",
            "64:ff9b:1::1",
            "fc00::1",
            "fd12::1",
            "fe80::1",
        ),
        *("fe80::1%eth0", "fec0::1", "ff0e::1", "2001:db8::1", "2002:7f00:1::1", "2001:0:1::1", "100::1", "5f00::1"),
    ],
)
def test_special_addresses_are_not_public(address: str) -> None:
    assert not is_public(address)


async def test_a_url_can_be_checked_without_being_called() -> None:
    await SafeFetcher(allow_private=True).check("http://127.0.0.1:9/")
    with pytest.raises(FetchRefused, match="not public"):
        await SafeFetcher().check("http://127.0.0.1:9/")
    with pytest.raises(FetchRefused, match="http"):
        await SafeFetcher().check("file:///etc/passwd")

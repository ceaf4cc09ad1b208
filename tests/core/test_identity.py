"""Service keys are made once and kept safe; hop tokens prove who calls whom, for whom, and through whom."""

import base64
import math
import os
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from agentia.core.identity import (
    MAX_HOPS,
    DeadlinePassed,
    Hop,
    HopCycle,
    HopError,
    HopInvalid,
    HopTooDeep,
    HopVerifier,
    KeyInvalid,
    ServiceKey,
    first_context,
    mint,
    origin,
    public_key,
)

HOME = {name: f"http://127.0.0.1:{8000 + n}" for n, name in enumerate(["gateway", "concierge", "analyst", "quant"])}


class Mesh:
    """Services with their keys, and how often a key was asked for."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.asked = 0

    def key(self, name: str) -> ServiceKey:
        return ServiceKey.load_or_create(self.folder / f"{name}.pem", name)

    async def public(self, name: str, kid: str) -> Ed25519PublicKey:
        self.asked += 1
        return public_key(self.key(name).jwks(), kid)

    async def origins(self, name: str) -> list[str]:
        return [HOME[name]] if name in HOME else []

    def verifier(self, name: str, **options: Any) -> HopVerifier:
        return HopVerifier(name, [HOME[name] + "/"], self.public, **options)

    def call(self, issuer: str, callee: str, before: Hop | None = None, **claims: Any) -> str:
        """A call from one service to another, handing on the hop `before`."""
        onward = {"chain": before.chain, "previous": before.token, "deadline": before.deadline} if before else {}
        who = {"audience": HOME.get(callee, callee), "principal": "ada", "tenant": "acme"}
        return mint(self.key(issuer), **{**who, **onward, **claims})

    async def hop(self, issuer: str, callee: str, before: Hop | None = None, **claims: Any) -> Hop:
        return await self.verifier(callee).verify(self.call(issuer, callee, before, **claims))


@pytest.fixture
def mesh(tmp_path: Path) -> Mesh:
    return Mesh(tmp_path)


def forge(key: ServiceKey, token: str, change: Callable[[dict[str, Any]], object]) -> str:
    """The token with other claims, signed again by `key`."""
    claims = jwt.decode(token, options={"verify_signature": False})
    change(claims)
    return key.sign(claims)


class TestKeys:
    def test_a_key_is_made_once_and_read_from_then_on(self, tmp_path: Path) -> None:
        first = ServiceKey.load_or_create(tmp_path / "keys" / "quant.pem", "quant")

        assert ServiceKey.load_or_create(tmp_path / "keys" / "quant.pem", "quant").jwks() == first.jwks()
        assert [file.name for file in (tmp_path / "keys").iterdir()] == ["quant.pem"]

    def test_only_the_owner_may_read_the_key_file(self, tmp_path: Path) -> None:
        ServiceKey.load_or_create(tmp_path / "keys" / "quant.pem", "quant")

        assert stat.S_IMODE((tmp_path / "keys" / "quant.pem").stat().st_mode) == 0o600
        assert stat.S_IMODE((tmp_path / "keys").stat().st_mode) == 0o700

    def test_processes_that_start_together_get_the_same_key(self, tmp_path: Path) -> None:
        code = (
            "import sys; from pathlib import Path; from agentia.core.identity import ServiceKey; sys.stdin.read(1);"
            f"print(ServiceKey.load_or_create(Path({str(tmp_path / 'one.pem')!r}), 'one').kid)"
        )
        racers = [
            subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) for _ in "123"
        ]
        kids = {racer.communicate(b"!")[0] for racer in racers}

        assert len(kids) == 1
        assert all(racer.returncode == 0 for racer in racers)

    def test_a_file_that_holds_no_key_is_named_with_its_remedy(self, tmp_path: Path) -> None:
        (tmp_path / "quant.pem").write_text("not a key")

        with pytest.raises(KeyInvalid, match=r"quant\.pem holds no Ed25519") as refused:
            ServiceKey.load_or_create(tmp_path / "quant.pem", "quant")

        assert "Move the file away" in refused.value.fix

    def test_a_key_of_another_kind_is_refused(self, tmp_path: Path) -> None:
        rsa = generate_private_key(65537, 2048).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        (tmp_path / "quant.pem").write_bytes(rsa)

        with pytest.raises(KeyInvalid, match="holds no Ed25519"):
            ServiceKey.load_or_create(tmp_path / "quant.pem", "quant")

    def test_a_place_that_cannot_be_written_is_a_sentence(self, tmp_path: Path) -> None:
        (tmp_path / "keys").write_text("a file where a folder should be")

        with pytest.raises(KeyInvalid, match="cannot be used: "):
            ServiceKey.load_or_create(tmp_path / "keys" / "quant.pem", "quant")

    def test_a_key_file_that_others_can_read_is_reported(
        self, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        ServiceKey.load_or_create(tmp_path / "quant.pem", "quant")
        os.chmod(tmp_path / "quant.pem", 0o644)

        ServiceKey.load_or_create(tmp_path / "quant.pem", "quant")

        assert "key file is open to others" in caplog.messages

    def test_the_key_set_holds_the_public_half_alone(self, mesh: Mesh) -> None:
        (key,) = mesh.key("quant").jwks()["keys"]

        assert (key["kty"], key["crv"], key["alg"], key["kid"]) == ("OKP", "Ed25519", "EdDSA", mesh.key("quant").kid)
        assert "d" not in key

    def test_the_key_id_is_the_thumbprint_that_the_standard_gives(self) -> None:
        """RFC 8037, appendix A.3."""
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        seed = base64.urlsafe_b64decode("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=")

        assert ServiceKey("x", Ed25519PrivateKey.from_private_bytes(seed)).kid == (
            "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
        )

    @pytest.mark.parametrize(
        "jwks", [{}, {"keys": []}, {"keys": ["x"]}, {"keys": [{"kid": "k", "crv": "Ed25519", "x": "AA"}]}, {"keys": 1}]
    )
    def test_a_key_set_without_the_key_is_refused(self, jwks: dict[str, Any]) -> None:
        with pytest.raises(KeyInvalid):
            public_key(jwks, "k")


class TestHops:
    async def test_a_hop_says_who_calls_whom_for_whom(self, mesh: Mesh) -> None:
        deadline = time.time() + 60
        token = mesh.call("gateway", "concierge", task="t-1", context="c-1", deadline=deadline, budget=2.5)

        hop = await mesh.verifier("concierge").verify(token)

        assert hop == Hop(
            issuer="gateway",
            audience=HOME["concierge"],
            principal="ada",
            tenant="acme",
            task="t-1",
            context="c-1",
            chain=("gateway",),
            deadline=deadline,
            budget=2.5,
            token=token,
            previous=None,
        )

    async def test_a_chain_grows_by_one_name_a_hop(self, mesh: Mesh) -> None:
        entry = await mesh.hop("gateway", "concierge")
        child = await mesh.hop("concierge", "analyst", entry)
        grandchild = await mesh.hop("analyst", "quant", child)

        assert grandchild.chain == ("gateway", "concierge", "analyst")
        assert grandchild.previous == child.token

    async def test_the_context_of_a_chain_is_the_first_that_was_named(self, mesh: Mesh) -> None:
        entry = await mesh.verifier("concierge").verify(mesh.call("gateway", "concierge"))
        child = await mesh.verifier("analyst").verify(mesh.call("concierge", "analyst", entry, context="c-1"))
        grandchild = mesh.call("analyst", "quant", child, context="c-2")

        assert first_context(entry.token) is None
        assert first_context(child.token) == first_context(grandchild) == "c-1"

    async def test_eight_hops_pass_and_nine_do_not(self, mesh: Mesh) -> None:
        names = [f"agent-{n}" for n in range(MAX_HOPS + 2)]
        hop, token = None, ""
        for n in range(MAX_HOPS):
            token = mesh.call(names[n], names[n + 1], hop)
            hop = await HopVerifier(names[n + 1], [names[n + 1]], mesh.public).verify(token)
        assert hop is not None
        assert len(token) < 16_000  # fits the header limits of common servers

        onward = mesh.call(names[MAX_HOPS], names[MAX_HOPS + 1], hop)
        with pytest.raises(HopTooDeep, match="more than 8 times"):
            await HopVerifier(names[-1], [names[-1]], mesh.public).verify(onward)

    async def test_a_service_refuses_a_call_that_came_through_itself(self, mesh: Mesh) -> None:
        entry = await mesh.hop("gateway", "concierge")
        child = await mesh.hop("concierge", "analyst", entry)

        with pytest.raises(HopCycle, match="concierge already works on this task: gateway → concierge → analyst → con"):
            await mesh.hop("analyst", "concierge", child)

    async def test_a_passed_deadline_is_refused_even_when_the_token_is_known(
        self, mesh: Mesh, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        verifier, token = mesh.verifier("quant"), mesh.call("gateway", "quant", deadline=time.time() + 5)
        await verifier.verify(token)

        now = time.time()
        monkeypatch.setattr(time, "time", lambda: now + 6)

        with pytest.raises(DeadlinePassed):
            await verifier.verify(token)

    async def test_a_token_expires_even_when_it_is_known(self, mesh: Mesh, monkeypatch: pytest.MonkeyPatch) -> None:
        verifier, token = mesh.verifier("quant"), mesh.call("gateway", "quant", lifetime=9999)
        await verifier.verify(token)

        now = time.time()
        monkeypatch.setattr(time, "time", lambda: now + 311)

        with pytest.raises(HopInvalid, match="expired"):
            await verifier.verify(token)

    async def test_only_the_newest_tokens_expiry_counts(self, mesh: Mesh, monkeypatch: pytest.MonkeyPatch) -> None:
        entry, now = await mesh.hop("gateway", "concierge"), time.time()
        monkeypatch.setattr(time, "time", lambda: now + 86_400)

        assert (await mesh.hop("concierge", "analyst", entry)).chain == ("gateway", "concierge")

    async def test_a_known_token_is_not_proven_twice(self, mesh: Mesh) -> None:
        verifier, token = mesh.verifier("quant"), mesh.call("gateway", "quant")

        assert await verifier.verify(token) is await verifier.verify(token)
        assert mesh.asked == 1

    async def test_a_token_for_another_service_is_refused(self, mesh: Mesh) -> None:
        with pytest.raises(HopInvalid, match="addressed to another"):
            await mesh.verifier("quant").verify(mesh.call("gateway", "analyst"))

    @pytest.mark.parametrize("token", ["", "x", "a.b.c", "x" * 100_000, "e30.e30.e30", "é.ü.ß"])
    async def test_what_is_no_token_is_refused(self, mesh: Mesh, token: str) -> None:
        with pytest.raises(HopInvalid):
            await mesh.verifier("quant").verify(token)

    async def test_a_token_signed_with_anothers_key_is_refused(self, mesh: Mesh) -> None:
        forged = forge(mesh.key("quant"), mesh.call("gateway", "analyst"), lambda claims: None)

        with pytest.raises(HopInvalid, match="not signed by"):
            await mesh.verifier("analyst").verify(forged)

    async def test_an_unsigned_token_is_refused(self, mesh: Mesh) -> None:
        payload = jwt.decode(mesh.call("gateway", "quant"), options={"verify_signature": False})
        unsigned = jwt.encode(payload, "", algorithm="none", headers={"kid": mesh.key("gateway").kid})

        with pytest.raises(HopInvalid):
            await mesh.verifier("quant").verify(unsigned)

    async def test_a_token_whose_public_key_serves_as_a_secret_is_refused(self, mesh: Mesh) -> None:
        key = mesh.key("gateway")
        payload = jwt.decode(mesh.call("gateway", "quant"), options={"verify_signature": False})
        secret = key.private.public_key().public_bytes_raw()
        confused = jwt.encode(payload, secret, algorithm="HS256", headers={"kid": key.kid})

        with pytest.raises(HopInvalid):
            await mesh.verifier("quant").verify(confused)

    async def test_an_unknown_issuer_is_refused(self, mesh: Mesh) -> None:
        async def nobody(name: str, kid: str) -> Ed25519PublicKey:
            raise LookupError(name)

        with pytest.raises(HopInvalid):
            await HopVerifier("quant", [HOME["quant"]], nobody).verify(mesh.call("gateway", "quant"))

    @pytest.mark.parametrize(
        "change",
        [
            {"exp": time.time() + 86_400},
            {"iat": time.time() + 600, "exp": time.time() + 700},
            {"exp": math.nan},
            {"exp": math.inf},
            {"exp": None},
            {"chain": []},
            {"chain": "gateway"},
            {"chain": ["concierge", "gateway"]},
            {"ten": None},
            {"dl": "soon"},
        ],
        ids=lambda change: "+".join(change),  # no times in names, which all workers must agree on
    )
    async def test_claims_that_make_no_sense_are_refused_from_a_known_key_too(
        self, mesh: Mesh, change: dict[str, Any]
    ) -> None:
        forged = forge(mesh.key("gateway"), mesh.call("gateway", "quant"), lambda claims: claims.update(change))

        with pytest.raises(HopInvalid):
            await mesh.verifier("quant").verify(forged)

    async def test_a_service_cannot_call_for_somebody_else(self, mesh: Mesh) -> None:
        entry = await mesh.hop("gateway", "concierge")

        for other in ({"principal": "eve"}, {"tenant": "other"}):
            with pytest.raises(HopInvalid, match="for whom"):
                await mesh.hop("concierge", "analyst", entry, **other)

    @pytest.mark.parametrize("chain", [(), ("gateway", "quant"), ("concierge",)])
    async def test_a_service_cannot_rewrite_the_chain(self, mesh: Mesh, chain: tuple[str, ...]) -> None:
        entry = await mesh.hop("gateway", "concierge")

        with pytest.raises(HopInvalid, match="continue the chain"):
            await mesh.hop("concierge", "analyst", entry, chain=chain)

    async def test_a_chain_without_its_beginning_is_refused(self, mesh: Mesh) -> None:
        entry = await mesh.hop("gateway", "concierge")

        with pytest.raises(HopInvalid, match="where its chain began"):
            await mesh.hop("concierge", "analyst", entry, previous=None)

    async def test_a_deadline_may_shrink_and_nothing_else(self, mesh: Mesh) -> None:
        now = time.time()
        entry = await mesh.hop("gateway", "concierge", deadline=now + 60)

        assert (await mesh.hop("concierge", "analyst", entry, deadline=now + 30)).deadline == now + 30
        for later in (now + 90, None):
            with pytest.raises(HopInvalid, match="extends the deadline"):
                await mesh.hop("concierge", "analyst", entry, deadline=later)

    async def test_a_budget_may_shrink_and_nothing_else(self, mesh: Mesh) -> None:
        entry = await mesh.hop("gateway", "concierge", budget=2.0)

        assert (await mesh.hop("concierge", "analyst", entry, budget=1.0)).budget == 1.0
        for more in (2.5, None):
            with pytest.raises(HopInvalid, match="raises the budget"):
                await mesh.hop("concierge", "analyst", entry, budget=more)

    async def test_a_token_in_the_hands_of_a_service_that_it_was_not_for_is_refused(self, mesh: Mesh) -> None:
        """analyst sees the gateway's token for concierge inside its own, and must not use it as if it were its own."""
        entry = await mesh.hop("gateway", "concierge")
        stolen = mesh.call("analyst", "quant", entry)

        with pytest.raises(HopInvalid, match="analyst hands on a call that was not addressed to it"):
            await mesh.verifier("quant", origins=mesh.origins).verify(stolen)

    async def test_origins_that_match_let_the_chain_through(self, mesh: Mesh) -> None:
        entry = await mesh.hop("gateway", "concierge")
        token = mesh.call("concierge", "quant", entry)

        assert (await mesh.verifier("quant", origins=mesh.origins).verify(token)).issuer == "concierge"

    async def test_only_a_root_may_begin_a_chain_where_roots_are_named(self, mesh: Mesh) -> None:
        verifier = mesh.verifier("quant", roots=["gateway"])

        assert (await verifier.verify(mesh.call("gateway", "quant"))).issuer == "gateway"
        with pytest.raises(HopInvalid, match="may not begin"):
            await verifier.verify(mesh.call("analyst", "quant"))

    async def test_an_older_token_is_verified_like_the_newest(self, mesh: Mesh) -> None:
        entry = await mesh.hop("gateway", "concierge")
        forged = forge(mesh.key("concierge"), entry.token, lambda claims: None)

        with pytest.raises(HopInvalid, match="not signed by"):
            await mesh.hop("concierge", "analyst", entry, previous=forged)

    async def test_every_refusal_is_a_hop_error(self) -> None:
        assert all(issubclass(error, HopError) for error in (HopInvalid, HopCycle, HopTooDeep, DeadlinePassed))


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://127.0.0.1:8010/", "http://127.0.0.1:8010"),
        ("https://Example.org:443/agents/quant?x=1", "https://example.org"),
        ("http://[::1]:80/a", "http://[::1]"),
        ("concierge", "concierge"),
    ],
)
def test_the_origin_of_a_url_is_written_one_way(url: str, expected: str) -> None:
    assert origin(url) == expected

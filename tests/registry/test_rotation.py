"""A service's key is changed in steps: each set of keys is vouched for by the one before, and no other is taken."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from agentia.core.identity import KeyInvalid, ServiceKey, drop, publish, use, vouched, voucher
from agentia.registry.client import RegistryRefused

STEPS: tuple[Callable[[Path], None], ...] = (publish, use, drop)


def read(path: Path) -> ServiceKey:
    return ServiceKey.load_or_create(path, path.stem)


def rotated(path: Path) -> Iterator[ServiceKey]:
    """The key as its service reads it after each step, its first one before."""
    yield read(path)
    for step in STEPS:
        step(path)
        yield read(path)


def kids(jwks: Any) -> list[str]:
    return [each["kid"] for each in jwks["keys"]]


def test_the_next_key_is_known_before_it_signs_and_the_old_one_after_it_did(tmp_path: Path) -> None:
    before, published, used, dropped = rotated(tmp_path / "gateway.pem")
    assert kids(published.jwks()) == [before.kid, used.kid]
    assert kids(used.jwks()) == [used.kid, before.kid]
    assert kids(dropped.jwks()) == [used.kid]
    assert before.kid != used.kid == dropped.kid
    assert sorted(path.name for path in tmp_path.iterdir()) == ["gateway.pem"]


def test_steps_have_their_order(tmp_path: Path) -> None:
    path = tmp_path / "gateway.pem"
    with pytest.raises(KeyInvalid, match="no key"):
        publish(path)
    read(path)
    for wrong in (use, drop):
        with pytest.raises(KeyInvalid):
            wrong(path)
    publish(path)
    for wrong in (publish, drop):
        with pytest.raises(KeyInvalid):
            wrong(path)
    use(path)
    for wrong in (publish, use):
        with pytest.raises(KeyInvalid):
            wrong(path)


async def test_a_gateway_changes_its_key_and_agents_know_it_at_every_step(registry: Any, tmp_path: Path) -> None:
    signed: list[str] = []
    for key in rotated(tmp_path / "gateway.pem"):
        await registry.member.pin_key("gateway", key.jwks(), voucher(key))
        signed.append(key.kid)
        known = {*kids(await registry.member.keys_of("gateway"))}
        assert known == {*kids(key.jwks())}
        assert known >= {*signed[-2:]}, "what the step before has signed can still be verified"
    assert len({*signed}) == 2


async def test_replicas_of_both_sides_of_a_step_may_pin_in_any_order(registry: Any, tmp_path: Path) -> None:
    path = tmp_path / "gateway.pem"
    before = read(path)
    for step in STEPS:
        step(path)
        after = read(path)
        for key in (before, after, before, after):
            await registry.member.pin_key("gateway", key.jwks(), voucher(key))
        before = after


async def test_other_keys_are_refused_without_a_voucher_of_a_pinned_one(
    registry: Any, key: ServiceKey, other_key: ServiceKey
) -> None:
    await registry.member.pin_key("agent", key.jwks(), voucher(key))
    thief = ServiceKey("agent", other_key.private)
    stolen = voucher(key)  # vouches for the keys that are pinned, and for no others
    for proof in ("", "no token", voucher(thief), stolen):
        with pytest.raises(RegistryRefused, match="Other keys are pinned"):
            await registry.member.pin_key("agent", thief.jwks(), proof)
    assert await registry.member.keys_of("agent") == key.jwks()


def test_a_voucher_counts_for_one_service_and_some_minutes(key: ServiceKey, monkeypatch: pytest.MonkeyPatch) -> None:
    proof, now = voucher(key), time.time()
    assert vouched(proof, "agent", key.jwks(), key.jwks())
    assert not vouched(proof, "gateway", key.jwks(), key.jwks())
    monkeypatch.setattr("agentia.core.identity.rotation.time.time", lambda: now + 400)
    assert not vouched(proof, "agent", key.jwks(), key.jwks())


async def test_replicas_of_an_agent_keep_its_name_at_new_addresses_through_every_step(
    registry: Any, start_agent: Any, tmp_path: Path
) -> None:
    for key in rotated(tmp_path / "quant.pem"):
        replica = await start_agent("Quant", key=key)
        agent, _ = await registry.member.join(replica.url, instance=replica.url)
        assert agent.id == "quant"
        assert {*kids(await registry.member.keys_of("quant"))} == {*kids(key.jwks())}


async def test_a_sudden_new_key_at_a_new_address_is_a_stranger(
    registry: Any, start_agent: Any, key: ServiceKey, other_key: ServiceKey
) -> None:
    first, second = await start_agent("Quant", key=key), await start_agent("Quant", key=other_key)
    await registry.member.join(first.url, instance=first.url)
    with pytest.raises(RegistryRefused, match="taken"):
        await registry.member.join(second.url, instance=second.url)

"""What the registry keeps, and what happens when it cannot."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from a2a.types import a2a_pb2 as pb

from agentia.core.database import connect
from agentia.core.identity import ServiceKey
from agentia.core.migrate import MigrationMissing
from agentia.registry.errors import StorageFailed
from agentia.registry.owners import Claim
from agentia.registry.records import Horizon, Page
from agentia.registry.store import Store

URL = "http://agent.example"
NOW = Horizon(now=1_000.0, alive=985.0, listed=400.0)
LATER = Horizon(now=5_000.0, alive=4_985.0, listed=4_400.0)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    store = Store(tmp_path / "db" / "registry.sqlite")
    yield store
    await store.close()


def claim(name: str = "Quant", *, keys: ServiceKey | None = None, url: str = URL) -> Claim:
    return Claim(name.lower(), pb.AgentCard(name=name), url, url, keys.jwks() if keys else None, source=url)


async def test_what_nobody_heard_of_for_long_is_forgotten(store: Store) -> None:
    await store.register(claim(), NOW)
    assert await store.forget(NOW) == set()
    assert await store.agents(Page(), LATER) == []
    assert await store.forget(LATER) == {"quant"}
    assert await store.origin("quant") is None


async def test_a_name_with_keys_is_remembered_though_nobody_serves_it(store: Store, key: ServiceKey) -> None:
    await store.register(claim(keys=key), NOW)
    assert await store.forget(LATER) == {"quant"}
    assert await store.cards() == []
    assert await store.origin("quant") == (URL, None, URL)
    assert await store.keys("quant") == key.jwks()


async def test_a_refused_registration_leaves_nothing_behind(store: Store, key: ServiceKey) -> None:
    await store.register(claim(keys=key), NOW)
    before = await store.agents(Page(), NOW)
    with pytest.raises(Exception, match="taken"):
        await store.register(claim(url="http://other.example"), NOW)
    assert await store.agents(Page(), NOW) == before


async def fill(store: Store) -> None:
    for number in range(500):
        await store.register(claim(f"agent-{number}"), NOW)


async def test_a_full_disk_is_a_sentence_and_loses_nothing(tmp_path: Path) -> None:
    store = Store(tmp_path / "registry.sqlite")
    await store.register(claim(), NOW)
    disk = store._database._connection
    disk.execute(f"PRAGMA max_page_count={disk.execute('PRAGMA page_count').fetchone()[0]}")
    with pytest.raises(StorageFailed, match="cannot use its database"):
        await fill(store)
    assert "quant" in await store.healthy(NOW)
    disk.execute("PRAGMA max_page_count=100000")
    await store.register(claim("Late"), NOW)
    await store.close()


def test_a_newer_schema_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "registry.sqlite"
    connection = connect(path)
    connection.execute("CREATE TABLE alembic_version (version_num TEXT)")
    connection.execute("INSERT INTO alembic_version VALUES ('9999')")
    connection.close()
    with pytest.raises(MigrationMissing, match="newer"):
        Store(path)

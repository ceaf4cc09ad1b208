"""What is set wrongly or missing is said in one line; who can recover stays, unready, and recovers by itself."""

import json
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bench.compose import ROOT, Mesh, docker, inspected, lacking, ready, until

FAKETIME = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))


@contextmanager
def odd(mesh: Mesh, service: str, *options: str, command: tuple[str, ...] = ()) -> Iterator[str]:
    """One more container of a service, started with other options."""
    name = f"{mesh.project}-odd-{uuid.uuid4().hex[:6]}"
    settings = [
        part for option in options for part in ("-e" if "=" in option[:60] and option[0] != "/" else "-v", option)
    ]
    mesh.compose("run", "--detach", "--no-deps", "--name", name, *settings, service, *command)
    try:
        yield name
    finally:
        docker("rm", "--force", "--volumes", name, check=False)


def lacks(container: str, words: str) -> None:
    """Wait until it is unready for that reason; see that it said so in one line, and that it lives."""
    until(f"{container} says {words!r}", lambda: words in lacking(container))
    lines = [json.loads(line) for line in docker("logs", container, check=False).splitlines() if line.startswith("{")]
    told = [line for line in lines if words in json.dumps(line, ensure_ascii=False)]
    assert len(told) == 1, told
    assert "exception" not in told[0]
    assert "Restarting" not in docker("ps", "--all", "--filter", f"name={container}", "--format", "{{.Status}}")


def recovers(container: str) -> None:
    """Wait until it can work, in the process that could not."""
    until(f"{container} is ready", lambda: ready(container))
    assert inspected(container)[0]["RestartCount"] == 0


def test_no_password(mesh: Mesh) -> None:
    with odd(mesh, "quant", "AGENTIA_DATABASE_PASSWORD_FILE=") as agent:
        lacks(agent, "password authentication failed")


def test_a_wrong_password_that_is_then_right(mesh: Mesh) -> None:
    wrong = ("AGENTIA_DATABASE_PASSWORD_FILE=", "AGENTIA_DATABASE_URL=postgresql://guest:wrong@postgres/agentia")
    mesh.sql("DROP ROLE IF EXISTS guest; CREATE ROLE guest LOGIN PASSWORD 'right' IN ROLE mesh")
    with odd(mesh, "quant", *wrong) as agent:
        lacks(agent, "password authentication failed")
        mesh.sql("ALTER ROLE guest PASSWORD 'wrong'")
        recovers(agent)


def test_a_database_that_cannot_be_reached_until_it_can(mesh: Mesh) -> None:
    with odd(mesh, "quant", "AGENTIA_DATABASE_URL=postgresql://mesh@elsewhere/agentia") as agent:
        lacks(agent, "The database cannot be reached right now")
        (postgres,) = mesh.containers("postgres")
        docker("network", "disconnect", mesh.network("mesh"), postgres)
        docker("network", "connect", "--alias", "postgres", "--alias", "elsewhere", mesh.network("mesh"), postgres)
        recovers(agent)


def test_a_database_that_hangs_until_it_goes_on(mesh: Mesh) -> None:
    (postgres,), (agent,) = mesh.containers("postgres"), mesh.containers("quant")
    docker("pause", postgres)
    try:
        until("it says so", lambda: "The task database does not answer." in lacking(agent))
    finally:
        docker("unpause", postgres)
    recovers(agent)


def test_a_migration_is_missing_until_it_is_run(mesh: Mesh) -> None:
    mesh.sql("CREATE DATABASE spare OWNER mesh")
    elsewhere = ("AGENTIA_DATABASE_URL=postgresql://mesh@postgres/spare", "AGENTIA_MIGRATE=check")
    with odd(mesh, "quant", *elsewhere) as agent:
        lacks(agent, "Run `agentia migrate`.")
        docker("exec", agent, "agentia", "migrate")
        recovers(agent)


@pytest.mark.parametrize("service", ["quant", "gateway"])
def test_a_wrong_registry_url(mesh: Mesh, service: str) -> None:
    with odd(mesh, service, "AGENTIA_REGISTRY_URL=http://nowhere:8000") as container:
        until("it says so", lambda: "registry" in lacking(container))
        until("its log says so", lambda: warnings(container))
        time.sleep(2)
        assert len(warnings(container)) == 1


def warnings(container: str) -> list[str]:
    """What a service has warned of."""
    return [line for line in docker("logs", container, check=False).splitlines() if '"warning"' in line]


def test_a_url_that_is_none_ends_the_service_with_a_sentence(mesh: Mesh) -> None:
    told = mesh.compose("run", "--rm", "--no-deps", "-e", "AGENTIA_GATEWAY_URL=gateway", "gateway", check=False)
    assert "AGENTIA_GATEWAY_URL must be a URL that begins with http:// or https://" in told
    assert "Traceback" not in told


def test_who_asks_at_a_wrong_gateway_url_is_told(mesh: Mesh) -> None:
    there = f"--network={mesh.network('mesh')}"
    told = docker("run", "--rm", there, "agentia-test", "ask", "--url", "http://nowhere:8000", "hello", check=False)
    assert "Nobody answers at http://nowhere:8000" in told


def test_a_secret_that_is_not_there_ends_the_service_with_a_sentence(mesh: Mesh) -> None:
    told = mesh.compose("run", "--rm", "--no-deps", "-e", "AGENTIA_JOIN_TOKEN_FILE=/nowhere", "registry", check=False)
    assert "AGENTIA_JOIN_TOKEN_FILE names the file /nowhere, which cannot be read: No such file or directory" in told


@pytest.mark.parametrize("service", ["registry", "/agents/agents.py:sipper"])
def test_a_full_volume_until_there_is_space(mesh: Mesh, service: str) -> None:
    """A volume in memory, full of something else when the service first needs it for its database or its key."""
    volume = f"{mesh.project}-full"
    options = ("type=tmpfs", "device=tmpfs", "o=size=1m,uid=10001,mode=0700")
    docker("volume", "create", volume, *(part for option in options for part in ("--opt", option)))
    try:
        filled = ("sh", "-c", f"head -c 2000000 /dev/zero >/data/filler; exec agentia service {service}")
        known = environment(mesh, "registry" if service == "registry" else "dripper")
        settings = [f"{name}={value}" for name, value in known.items() if name.startswith("AGENTIA")]
        with elsewhere(mesh, volume, settings, filled) as container:
            lacks(container, "cannot be used")
            docker("exec", container, "rm", "/data/filler")
            recovers(container)
    finally:
        docker("volume", "rm", "--force", volume)


@contextmanager
def elsewhere(mesh: Mesh, volume: str, settings: list[str], command: tuple[str, ...]) -> Iterator[str]:
    """A container with other data than the mesh's."""
    name = f"{mesh.project}-odd-{uuid.uuid4().hex[:6]}"
    told = [part for setting in settings for part in ("-e", setting)]
    secrets = f"{mesh.project}_mesh-secret:/secrets/mesh:ro"
    agents = f"{ROOT}/tests/containers/agents.py:/agents/agents.py:ro"
    password = f"{mesh.project}_database-secret:/secrets/database:ro"
    mounts = [part for mount in (f"{volume}:/data", secrets, password, agents) for part in ("-v", mount)]
    places = ("--network", mesh.network("mesh"), *mounts)
    docker("run", "-d", "--name", name, *places, *told, f"--entrypoint={command[0]}", "agentia-test", *command[1:])
    try:
        yield name
    finally:
        docker("rm", "--force", name, check=False)


def environment(mesh: Mesh, service: str) -> dict[str, str]:
    """What a service of the mesh is told."""
    (known,) = inspected(*mesh.containers(service))
    return dict(pair.split("=", 1) for pair in known["Config"]["Env"] if "=" in pair)


@pytest.mark.skipif(not FAKETIME, reason="libfaketime is not installed (Debian package faketime)")
@pytest.mark.parametrize("seconds", [60, -60])
def test_a_clock_that_is_off_by_a_minute_is_told_and_nothing_else(mesh: Mesh, seconds: int) -> None:
    with odd(mesh, "dripper", *shifted(f"FAKETIME={seconds:+d}")) as agent:
        until("it is ready", lambda: ready(agent))
        lines = [line for line in docker("logs", agent, check=False).splitlines() if "clock differs" in line]
        assert len(lines) == 1
        assert abs(json.loads(lines[0])["seconds"] - seconds) <= 2
        tasks = [mesh.begin("drip 1 drop", "dripper") for _ in range(4)]
        assert {mesh.ended(each, "dripper")["status"]["state"] for each in tasks} == {"TASK_STATE_COMPLETED"}


@pytest.mark.skipif(not FAKETIME, reason="libfaketime is not installed (Debian package faketime)")
def test_a_clock_that_is_off_by_far_too_much_is_told_until_it_is_right(mesh: Mesh, tmp_path: Path) -> None:
    clock = tmp_path / "clock"
    clock.write_text("+600")
    clock.chmod(0o644)
    tmp_path.chmod(0o755)
    with odd(mesh, "dripper", *shifted("FAKETIME_TIMESTAMP_FILE=/clock/clock"), f"{tmp_path}:/clock:ro") as agent:
        until("it says so", lambda: "seconds ahead of the registry's" in lacking(agent))
        clock.write_text("+0")
        recovers(agent)


def shifted(setting: str) -> tuple[str, ...]:
    """What lets a container see another time."""
    library = str(FAKETIME[0])
    return (
        f"{library}:/faketime.so:ro",
        "LD_PRELOAD=/faketime.so",
        setting,
        "FAKETIME_DONT_FAKE_MONOTONIC=1",
        "FAKETIME_CACHE_DURATION=1",
    )

"""What the containers may do, and what nobody can read of them."""

import re

import pytest

from bench.compose import Mesh, docker, inspected

SERVICES = ("postgres", "registry", "gateway", "analyst", "quant", "concierge", "librarian", "dripper")
NO_CAPABILITIES = "0000000000000000"


@pytest.fixture(params=SERVICES)
def container(mesh: Mesh, request: pytest.FixtureRequest) -> str:
    """One after the other."""
    (found,) = mesh.containers(request.param)
    return found


@pytest.fixture
def secrets(mesh: Mesh) -> list[str]:
    """What nobody may read: the values of all secrets."""
    (agent,) = mesh.containers("quant")
    found = docker("exec", agent, "sh", "-c", "cat /secrets/*/*").strip()
    values = re.findall(r"[0-9a-f]{64}", found)
    assert len(values) == 2
    return values


def test_no_process_has_a_capability_or_can_get_one(container: str) -> None:
    status = docker("exec", container, "cat", "/proc/1/status")
    held = dict(re.findall(r"^(\w+):\t(.*)$", status, re.MULTILINE))
    assert {held[name] for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")} == {NO_CAPABILITIES}
    assert held["NoNewPrivs"] == "1"
    assert "0" not in held["Uid"].split()


def test_nothing_is_written_outside_of_volumes_and_tmpfs(container: str) -> None:
    (known,) = inspected(container)
    mounted = [mount["Destination"] for mount in known["Mounts"]] + list(known["HostConfig"]["Tmpfs"])
    written = [line.split(maxsplit=1)[1] for line in docker("diff", container).splitlines()]
    assert known["HostConfig"]["ReadonlyRootfs"]
    assert not [path for path in written if not any(place.startswith(path) for place in mounted)]
    for place in ("/", "/etc", "/opt/agentia", "/usr/local/bin", "/var/lib"):
        told = docker("exec", container, "sh", "-c", f"echo x > {place}/written 2>&1; true", check=False)
        assert "cannot create" in told, place
        assert docker("exec", container, "sh", "-c", f"test -e {place}/written && echo written; true").strip() == ""


def test_each_has_limits_of_memory_and_processes(container: str) -> None:
    (known,) = inspected(container)
    assert 0 < known["HostConfig"]["Memory"] <= 1 << 30
    assert 0 < known["HostConfig"]["PidsLimit"] <= 512


def test_only_the_gateway_has_a_port_on_the_machine_and_that_on_loopback(mesh: Mesh) -> None:
    ids = [each for service in SERVICES for each in mesh.containers(service)]
    published = [
        (known["Config"]["Labels"]["com.docker.compose.service"], place["HostIp"])
        for known in inspected(*ids)
        for places in known["NetworkSettings"]["Ports"].values()
        for place in places or ()
    ]
    assert published == [("gateway", "127.0.0.1")]


def test_no_secret_can_be_read_from_docker_the_image_or_the_logs(mesh: Mesh, secrets: list[str]) -> None:
    everything = [
        docker("inspect", *docker("ps", "--all", "--quiet").split()),
        docker("inspect", "agentia-test"),
        docker("history", "--no-trunc", "agentia-test"),
        docker("volume", "inspect", *docker("volume", "ls", "--quiet").split()),
        mesh.compose("config"),
        mesh.compose("logs"),
        *(docker("top", each) for service in SERVICES for each in mesh.containers(service)),
    ]
    assert not [secret for secret in secrets for text in everything if secret in text]


def test_the_password_is_mounted_only_where_the_database_is_used(mesh: Mesh) -> None:
    who = {
        service
        for service in SERVICES
        for known in inspected(*mesh.containers(service))
        for mount in known["Mounts"]
        if mount["Destination"] == "/secrets/database"
    }
    assert who == set(SERVICES) - {"registry", "gateway"}


def test_agents_may_do_nothing_in_the_database_but_keep_their_tasks(mesh: Mesh) -> None:
    (held,) = mesh.sql(
        "SELECT rolsuper, rolcreaterole, rolcreatedb, rolreplication FROM pg_roles WHERE rolname = 'mesh'"
    )
    owners = mesh.sql("SELECT DISTINCT usename FROM pg_stat_activity WHERE application_name LIKE 'agentia %'")
    assert (held, owners) == ("f|f|f|f", ["mesh"])


def test_secrets_stay_when_the_mesh_is_started_again(mesh: Mesh, secrets: list[str]) -> None:
    mesh.compose("up", "--no-deps", "--force-recreate", "secrets")
    (agent,) = mesh.containers("quant")
    assert re.findall(r"[0-9a-f]{64}", docker("exec", agent, "sh", "-c", "cat /secrets/*/*")) == secrets

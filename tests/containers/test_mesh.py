"""The mesh in containers does what the README says, and spreads its work."""

import re
import subprocess
from pathlib import Path

import pytest

from bench.compose import ROOT, Mesh, docker
from bench.containers import shares_of

README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```bash\n(.*?)\n```\n((?:<!--.*?-->\n)*)", README, re.DOTALL)
COMMANDS = [
    (command, re.findall(r"<!-- prints: (.*?) -->", notes))
    for command, notes in BLOCKS
    if "curl" in command or ('agentia ask "' in command)
]


def test_the_commands_of_the_readme_work(mesh: Mesh, tmp_path: Path) -> None:
    """In one shell, in order; a single agent's own port is its place at the gateway."""
    assert len(COMMANDS) > 15
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    script = ["set -eu", f"export AGENTIA_GATEWAY_URL={mesh.url}"]
    for number, (command, _) in enumerate(COMMANDS):
        for port, agent in (("8010", "agents/analyst/"), ("8011", "agents/quant/"), ("8000", "")):
            command = command.replace(f"http://127.0.0.1:{port}/", f"{mesh.url}/{agent}")
        command = command.replace(".venv/bin/agentia", str(ROOT / ".venv/bin/agentia"))
        script.append(f"printf '\\n=== {number}\\n'\n{command}\n")
    done = subprocess.run(
        ["bash", "-c", "\n".join(script)], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120
    )
    outputs = re.split(r"^=== \d+$", done.stdout, flags=re.MULTILINE)[1:]
    assert done.returncode == 0, f"{done.stdout[-2000:]}\n{done.stderr[-2000:]}"
    for (command, prints), output in zip(COMMANDS, outputs, strict=True):
        for text in prints:
            assert text in output + (done.stderr + "out/" if "ask" in command else ""), f"{command}\n{output}"
    assert list((tmp_path / "out").glob("*/*")), "the artifacts were not saved"


@pytest.mark.usefixtures("mended")
def test_requests_are_spread_over_replicas(mesh: Mesh) -> None:
    """Each carries so much that what a replica has received says how many it got."""
    mesh.up("--scale", "analyst=3", "--no-recreate")
    shares = shares_of(mesh, requests=60)
    assert len(shares) == 3
    assert all(abs(share - 1 / 3) < 0.2 / 3 for share in shares), shares


@pytest.mark.parametrize("network", ["edge", "mesh"])
def test_the_gateway_turns_other_containers_away(mesh: Mesh, network: str) -> None:
    told = elsewhere(mesh, network, "http://gateway:8000/", {"Host": "127.0.0.1:8000"})
    assert "Only programs on the machine that runs this gateway may use it" in told


@pytest.mark.parametrize("agent", ["analyst", "quant", "concierge", "dripper"])
def test_agents_take_calls_of_the_mesh_only(mesh: Mesh, agent: str) -> None:
    told = elsewhere(mesh, "mesh", f"http://{agent}:8000/", {"A2A-Version": "1.0"})
    assert "must come through the gateway" in told


def elsewhere(mesh: Mesh, network: str, url: str, headers: dict[str, str]) -> str:
    """What a call from a container that is none of the mesh's is told."""
    code = f"""
import urllib.error, urllib.request
body = b'{{"jsonrpc": "2.0", "id": 1, "method": "ListTasks", "params": {{}}}}'
call = urllib.request.Request({url!r}, body, {headers!r})
try:
    print(urllib.request.urlopen(call).read().decode())
except urllib.error.HTTPError as exc:
    print(exc.read().decode())
"""
    where = f"--network={mesh.network(network)}"
    return docker("run", "--rm", where, "--entrypoint=python3", "agentia-test", "-c", code, check=False)

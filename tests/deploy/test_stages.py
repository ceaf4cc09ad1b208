"""The stages between a laptop and a cluster: Hugging Face Spaces and Azure Container Apps."""

import re
import subprocess
import sys
from pathlib import Path

from agentia.cli.mesh.plan import AGENTS, plan
from agentia.core.settings import SECRETS, Settings, file_variable, variable

KNOWN = {variable(name) for name in Settings.model_fields} | set(map(file_variable, SECRETS))


def test_a_space_is_built_from_the_image_and_asked_at_the_port_it_names(repo: Path, tmp_path: Path) -> None:
    subprocess.run([repo / "deploy" / "spaces" / "make-space", tmp_path], check=True)
    made, image = (tmp_path / "Dockerfile").read_text(), (repo / "Dockerfile").read_text()
    front = (tmp_path / "README.md").read_text().split("---")[1]
    (port,) = re.findall(r"^app_port: (\d+)$", front, re.MULTILINE)
    assert "sdk: docker" in front
    assert re.findall(r"^EXPOSE (\d+)$", made, re.MULTILINE) == [port]
    assert f"--host 0.0.0.0 --port {port}" in made
    assert len(re.findall(r"^ENTRYPOINT", made, re.MULTILINE)) == 1
    kept = [line for line in image.splitlines() if not line.startswith(("USER", "EXPOSE", "ENTRYPOINT", "CMD"))]
    assert made.splitlines()[: len(kept)] == kept
    found = subprocess.run([Path(sys.executable).with_name("hadolint"), tmp_path / "Dockerfile"], capture_output=True)
    assert found.stdout == b""


def test_container_apps_set_what_are_settings_and_run_every_service(repo: Path) -> None:
    said = (repo / "deploy" / "aca" / "main.bicep").read_text(encoding="utf-8")
    named = set(re.findall(r"name: '([A-Z][A-Z0-9_]+)'", said))
    assert named - KNOWN == set()
    assert {"AGENTIA_PUBLIC_URL", "AGENTIA_REGISTRY_URL", "AGENTIA_DATABASE_URL"} <= named
    (agents,) = re.findall(r"^param agents array = \[(.*)\]$", said, re.MULTILINE)
    assert re.findall(r"'(\w+)'", agents) == [*AGENTS]
    services = {"gateway", "registry"} | set(AGENTS)
    assert services == {service.name for service in plan(8000)}
    assert set(re.findall(r"targetPort: (\d+)", said)) | set(re.findall(r"\bport: (\d+)", said)) == {"8000"}
    files = dict(re.findall(r"name: '(AGENTIA_\w+_FILE)', value: '/secrets/([\w-]+)'", said))
    assert set(files.values()) <= set(re.findall(r"secretRef: '[\w-]+', path: '([\w-]+)'", said))
    for opening, closing in ("[]", "{}", "()"):
        assert said.count(opening) == said.count(closing)

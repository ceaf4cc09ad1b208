"""What the image and compose.yaml say of the house is so; `make containers` shows that they work."""

import re
import tomllib
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
import yaml

from agentia.cli.mesh.plan import AGENTS
from agentia.core.settings import Settings, file_variable, variable

OURS = ("registry", "gateway", *AGENTS)


@pytest.fixture(scope="module")
def services(repo: Path) -> dict[str, Any]:
    return dict(yaml.safe_load((repo / "compose.yaml").read_text())["services"])


def test_every_service_of_the_mesh_is_one_of_compose(services: dict[str, Any]) -> None:
    assert {name: services[name]["command"] for name in OURS} == {name: ["service", name] for name in OURS}


@pytest.mark.parametrize("name", [*OURS, "secrets", "postgres"])
def test_none_may_more_than_it_needs(services: dict[str, Any], name: str) -> None:
    service = services[name]
    assert service["read_only"]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["mem_limit"]
    assert all(port.startswith("127.0.0.1:") for port in service.get("ports", []))


def test_compose_sets_only_what_is_a_setting(services: dict[str, Any]) -> None:
    known = {variable(name) for name in Settings.model_fields} | {file_variable(name) for name in Settings.model_fields}
    assert not [name for each in OURS for name in services[each]["environment"] if name not in known]


def test_the_image_says_its_version(repo: Path) -> None:
    stated = re.search(r"^ARG VERSION=(.*)$", (repo / "Dockerfile").read_text(), re.MULTILINE)
    assert stated is not None
    assert stated[1] == tomllib.loads((repo / "pyproject.toml").read_text())["project"]["version"] == version("agentia")


def test_the_image_is_built_from_every_room(repo: Path, rooms: tuple[str, ...]) -> None:
    sent = (repo / ".dockerignore").read_text().split()
    assert {f"!{room}/agentia" for room in rooms} <= set(sent)

"""Where an author's agent belongs: the mesh of a data folder, its registry and the token to join it."""

from pathlib import Path

from pydantic import SecretStr

from agentia.cli.mesh.folder import read_token
from agentia.cli.mesh.ports import is_free
from agentia.cli.mesh.record import MeshRecord
from agentia.core.settings import Settings

FIRST_PORT, LAST_PORT = 20, 99
DEFAULT_GATEWAY_PORT = 8000


def settings(data: Path, mesh: MeshRecord | None) -> Settings:
    """The environment's settings; what it leaves open comes from the mesh that runs on `data`."""
    found = Settings(data=data.absolute())
    known = {"gateway_url": mesh.url, "registry_url": mesh.registry_url} if mesh else {}
    update = {field: url for field, url in known.items() if field not in found.model_fields_set}
    token = read_token(data)
    if token and found.join_token is None:
        return found.model_copy(update={**update, "join_token": SecretStr(token)})
    return found.model_copy(update=update)


def free_port(host: str, mesh: MeshRecord | None) -> int:
    """The first free port from the gateway's plus 20; 0, any at all, when there is none."""
    gateway = next((s.port for s in mesh.services if s.role == "gateway"), 0) if mesh else 0
    first = gateway or DEFAULT_GATEWAY_PORT
    ports = range(first + FIRST_PORT, first + LAST_PORT + 1)
    return next((port for port in ports if is_free(host, port)), 0)

"""A mesh whose services are stand-ins: `mesh_of_standins.py DATA JSON-list-of-services [--detach]`."""

import json
import os
import sys
from pathlib import Path

from agentia.cli.commands import up
from agentia.cli.errors import CliError
from agentia.cli.mesh.plan import Service
from agentia.cli.mesh.starting import prepared


def main(data: Path, services: list[Service], *, detach: bool) -> None:
    """What `agentia up` does, with another plan."""
    with prepared(services, data, preload=("json", "http.server")) as mesh:
        if detach:
            up._detached(mesh)
        else:
            mesh.run(up._view(mesh), grace=float(os.environ.get("STANDIN_GRACE", "10")))


if __name__ == "__main__":
    table = [Service(**service) for service in json.loads(sys.argv[2])]
    try:
        main(Path(sys.argv[1]), table, detach="--detach" in sys.argv)
    except CliError as exc:
        sys.stderr.write(f"{exc.message} {exc.fix}\n")
        sys.exit(int(exc.exit_code))

"""A private PostgreSQL cluster from the installed binaries, for tests and benchmarks."""

import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any, Final

from bench.servers import free_port

USER: Final = "agentia"
OPTIONS: Final = {"shared_buffers": "64MB", "max_connections": "200", "timezone": "UTC"}
CARELESS: Final = {"fsync": "off", "full_page_writes": "off"}
"""For tests: a cluster that dies with its machine is made again."""

EMPTY: Final = """
    DO $$ DECLARE schema text; BEGIN
        PERFORM pg_terminate_backend(pid)
            FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid();
        FOR schema IN SELECT nspname FROM pg_namespace WHERE nspname !~ '^(pg_|information_schema$)' LOOP
            EXECUTE format('DROP SCHEMA %I CASCADE', schema);
        END LOOP;
        CREATE SCHEMA public;
        GRANT USAGE ON SCHEMA public TO PUBLIC;
    END $$
"""


class PostgresMissing(Exception):
    """This machine has no PostgreSQL server to start, or nobody to run it as."""


def binaries() -> Path:
    """The folder of the newest server's programs. Raises PostgresMissing."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: float(path.parts[4]))
    if debian:
        return debian[-1].parent
    if found := shutil.which("postgres"):
        return Path(found).resolve().parent
    raise PostgresMissing("There is no PostgreSQL server here (Debian package postgresql).")


class Cluster:
    """A cluster with trust for all, on a free port of loopback and a socket in `folder`. Use with `with`."""

    def __init__(self, *, durable: bool = False) -> None:
        """`durable` has commits reach the disk. Raises PostgresMissing."""
        self._bin, self._owner = binaries(), _owner()
        self._options = OPTIONS | ({} if durable else CARELESS)
        self.folder = Path(tempfile.mkdtemp(prefix="agentia-pg-"))
        if self._owner:
            os.chown(self.folder, self._owner["user"], self._owner["group"])
        self.port = 0
        self._guard: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "Cluster":
        self._run("initdb", "-D", self._data, "-U", USER, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        self._guard = subprocess.Popen(
            self._last_words(), cwd="/", stdin=subprocess.PIPE, start_new_session=True, **self._owner
        )
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        assert self._guard is not None
        assert self._guard.stdin is not None
        self._guard.stdin.close()
        self._guard.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def url(self, database: str = "postgres") -> str:
        """Where a client finds `database`."""
        return f"postgresql://{USER}@127.0.0.1:{self.port}/{database}"

    def create(self, database: str) -> str:
        """A new empty database; its URL."""
        self._sql(f"CREATE DATABASE {database} TEMPLATE template0")
        return self.url(database)

    def empty(self, database: str) -> None:
        """End who is connected to a database, and remove all that is in it."""
        self._sql(EMPTY, database)

    def start(self) -> None:
        """Start the server, on the port it had, and wait until it takes connections."""
        self.port = self.port or free_port()
        options = {"port": self.port, "listen_addresses": "127.0.0.1", "unix_socket_directories": self.folder}
        words = " ".join(f"-c {name}={value}" for name, value in (self._options | options).items())
        self._run("pg_ctl", "start", "-w", "-D", self._data, "-l", str(self.folder / "log"), "-o", words)

    def stop(self, mode: str = "fast") -> None:
        """Stop the server; `immediate` is a crash."""
        self._run("pg_ctl", "stop", "-w", "-D", self._data, "-m", mode)

    def _last_words(self) -> list[str]:
        """A process that ends the cluster once this one has closed its input, if only by dying."""
        script = 'read -r _; "$1/pg_ctl" stop -w -D "$2/data" -m immediate >/dev/null 2>&1; rm -rf "$2" 2>/dev/null'
        return ["sh", "-c", script, "guard", str(self._bin), str(self.folder)]

    @property
    def _data(self) -> str:
        return str(self.folder / "data")

    def _sql(self, statement: str, database: str = "postgres") -> None:
        self._run("psql", "-qX", "-h", str(self.folder), "-p", str(self.port), "-U", USER, "-c", statement, database)

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self._bin / program), *arguments]
        done = subprocess.run(
            command, cwd=self.folder, stdin=subprocess.DEVNULL, capture_output=True, text=True, **self._owner
        )
        if done.returncode:
            raise RuntimeError(f"{program} failed:\n{done.stdout}{done.stderr}")


def _owner() -> dict[str, Any]:
    """As whom to run the server, for subprocess: it refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        try:
            account = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
    raise PostgresMissing("PostgreSQL does not run as root, and there is no account `postgres` or `nobody` here.")

"""The package as authors import it, and as offloaded workers pass through it."""

import importlib
import subprocess
import sys

import agentia.agents

HEAVY = ("a2a", "httpx", "pydantic", "starlette", "asyncio", "jwt", "cryptography")


def loaded(statement: str) -> set[str]:
    """Which heavy packages a fresh Python has after a statement."""
    code = f"{statement}\nimport sys\nprint(*(name for name in {HEAVY!r} if name in sys.modules))"
    return set(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split())


def test_modules_below_the_package_pay_for_nothing_that_they_do_not_use() -> None:
    assert loaded("import agentia.agents") == set()


def test_a_service_loads_cryptography_only_when_it_has_something_to_sign() -> None:
    assert not loaded("import agentia.agents.service, agentia.agents.callers") & {"jwt", "cryptography"}


def test_every_public_name_is_there_whatever_is_imported_first() -> None:
    for name in agentia.agents.__all__:
        found = getattr(agentia.agents, name)
        assert getattr(found, "__name__", getattr(found, "name", "")) == name
    importlib.import_module("agentia.agents.specialists")
    assert callable(agentia.agents.specialist)
    assert not hasattr(agentia.agents, "nothing")

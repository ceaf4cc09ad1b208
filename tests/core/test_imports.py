"""Services are forked from a parent that has imported everything: importing is cheap and leaves nothing running."""

import subprocess
import sys

MODULES = ["errors", "settings", "logs", "offload", "identity", "fetch", "service"]


def run(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_importing_core_starts_no_thread_and_opens_no_file() -> None:
    imports = "; ".join(f"import agentia.core.{module}" for module in MODULES)
    report = "threading.active_count(), len(os.listdir('/proc/self/fd')) - before"

    assert run(f"import os, threading; before = len(os.listdir('/proc/self/fd')); {imports}; print({report})") == "1 0"


def test_cryptography_is_imported_only_when_a_key_is_used() -> None:
    imports = "; ".join(f"import agentia.core.{module}" for module in MODULES)

    assert (
        run(f"import sys; {imports}; print([name for name in ('jwt', 'cryptography') if name in sys.modules])") == "[]"
    )


def test_a_worker_imports_nothing_but_the_standard_library_and_its_errors() -> None:
    loaded = run("import sys, agentia.core.offload_worker; print(*sys.modules)").split()

    assert not {"asyncio", "pydantic", "httpx", "starlette"} & set(loaded)

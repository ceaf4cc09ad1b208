"""Work in another process: limited in time and memory, killable, and never able to take the service with it."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import psutil
import pytest

from agentia.core.offload import Offload, OffloadCrashed, OffloadFailed, OffloadTimeout
from agentia.core.settings import Settings, SettingsInvalid


@pytest.fixture
async def offload() -> AsyncIterator[Offload]:
    async with Offload(workers=2, memory_mb=256) as pool:
        yield pool


class Witness:
    """Hears a process arrive and, because its socket closes with it, hears it die."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.arrivals: asyncio.Queue[asyncio.StreamReader] = asyncio.Queue()

    def code(self, then: str = "") -> str:
        """Python that reports to the witness for as long as its process lives, then does something else."""
        return (
            "import os, socket, sys, time; sys.witness = socket.socket(socket.AF_UNIX); "
            f"sys.witness.connect({str(self.path)!r}); {then}"
        )

    async def arrived(self) -> asyncio.StreamReader:
        async with asyncio.timeout(20):
            return await self.arrivals.get()

    async def gone(self, arrival: asyncio.StreamReader) -> None:
        async with asyncio.timeout(20):
            assert await arrival.read() == b""


@pytest.fixture
async def witness(tmp_path: Path) -> AsyncIterator[Witness]:
    witness, writers = Witness(tmp_path / "witness"), []

    async def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)
        await witness.arrivals.put(reader)

    server = await asyncio.start_unix_server(meet, witness.path)
    yield witness
    server.close()
    for writer in writers:
        writer.close()


async def test_a_function_runs_in_another_process(offload: Offload) -> None:
    assert await offload.run(os.getpid, timeout=10) != os.getpid()


async def test_arguments_and_results_of_many_megabytes_pass(offload: Offload) -> None:
    data = os.urandom(8_000_000)

    assert await offload.run(bytes.__add__, data, b"!", timeout=20) == data + b"!"


async def test_keyword_arguments_reach_the_function(offload: Offload) -> None:
    assert await offload.run(int, "ff", base=16, timeout=10) == 255


async def test_calls_one_after_another_share_a_worker(offload: Offload) -> None:
    assert await offload.run(os.getpid, timeout=10) == await offload.run(os.getpid, timeout=10)


async def test_work_that_takes_too_long_is_killed(offload: Offload, witness: Witness) -> None:
    with pytest.raises(OffloadTimeout, match=r"longer than 1 s"):
        await offload.run(exec, witness.code("time.sleep(600)"), timeout=1)

    await witness.gone(await witness.arrived())


async def test_work_that_never_lets_go_of_the_interpreter_is_killed_too(offload: Offload) -> None:
    with pytest.raises(OffloadTimeout):
        await offload.run(pow, 7**100_000, 10**6, timeout=0.3)


async def test_more_memory_than_allowed_ends_the_call_with_a_sentence(offload: Offload) -> None:
    with pytest.raises(OffloadCrashed, match="needed more than 256 MB"):
        await offload.run(bytearray, 300 << 20, timeout=10)

    assert await offload.run(len, "abc", timeout=10) == 3


async def test_an_abort_for_lack_of_memory_in_native_code_is_named(offload: Offload) -> None:
    abort = "import os; os.write(2, b\"terminate called after throwing 'std::bad_alloc'\\n\"); os.abort()"

    with pytest.raises(OffloadCrashed, match=r"needed more than 256 MB of memory and was stopped"):
        await offload.run(exec, abort, timeout=10)


async def test_memory_that_a_call_left_behind_is_not_charged_to_the_next(offload: Offload) -> None:
    await offload.run(exec, "import sys; sys.kept = bytearray(200 << 20)", timeout=10)
    await offload.run(exec, "bytearray(200 << 20)", timeout=10)


@pytest.mark.parametrize(
    ("number", "name"), [(signal.SIGSEGV, "SIGSEGV"), (signal.SIGKILL, "SIGKILL"), (signal.SIGABRT, "SIGABRT")]
)
async def test_a_worker_that_dies_by_a_signal_is_named(offload: Offload, number: int, name: str) -> None:
    with pytest.raises(OffloadCrashed, match=name):
        await offload.run(signal.raise_signal, number, timeout=10)

    assert await offload.run(len, "abc", timeout=10) == 3


async def test_a_worker_that_leaves_without_an_answer_is_a_crash(offload: Offload) -> None:
    with pytest.raises(OffloadCrashed, match="ended unexpectedly"):
        await offload.run(os._exit, 0, timeout=10)


async def test_our_own_errors_come_back_as_they_are(offload: Offload) -> None:
    with pytest.raises(SettingsInvalid, match="AGENTIA_LEASE_SECONDS must be") as failed:
        await offload.run(Settings, lease_seconds=0.1, timeout=10)

    assert failed.value.fix == "docs/settings.md lists every setting."


@pytest.mark.parametrize("code", ["1/0", "raise SystemExit(3)", "raise KeyboardInterrupt"])
async def test_any_other_error_is_neutral_and_keeps_its_cause(offload: Offload, code: str) -> None:
    with pytest.raises(OffloadFailed) as failed:
        await offload.run(exec, code, timeout=10)

    assert str(failed.value) == "The work failed for an internal reason."
    assert "<string>" in str(failed.value.__cause__)


async def test_a_result_that_cannot_travel_is_a_failure(offload: Offload) -> None:
    with pytest.raises(OffloadFailed):
        await offload.run(eval, "lambda: 0", timeout=10)


async def test_an_error_of_ours_that_cannot_travel_is_a_failure(offload: Offload) -> None:
    raising = "from agentia.core.errors import AgentiaError\nclass Local(AgentiaError): pass\nraise Local('x')"

    with pytest.raises(OffloadFailed, match="internal reason"):
        await offload.run(exec, raising, timeout=10)


async def test_a_function_that_workers_cannot_import_is_refused_at_the_call(offload: Offload) -> None:
    with pytest.raises(TypeError, match=r"lambda.*at the top of a module"):
        await offload.run(lambda: 0, timeout=1)


async def test_what_a_function_prints_and_reads_does_not_touch_the_pipes(offload: Offload) -> None:
    junk = "import os, sys; print('junk' * 100_000); os.write(1, b'\\0' * 70_000); sys.stdout.flush(); sys.stdin.read()"

    await offload.run(exec, junk, timeout=10)

    assert await offload.run(len, "abc", timeout=10) == 3


async def test_the_service_does_not_hear_what_workers_print(
    offload: Offload, capfd: pytest.CaptureFixture[str]
) -> None:
    await offload.run(print, "junk", timeout=10)

    assert capfd.readouterr() == ("", "")


async def test_cancelling_the_caller_kills_the_worker(offload: Offload, witness: Witness) -> None:
    call = asyncio.create_task(offload.run(exec, witness.code("time.sleep(600)"), timeout=600))
    worker = await witness.arrived()

    call.cancel()

    with pytest.raises(asyncio.CancelledError):
        await call
    await witness.gone(worker)


async def test_what_a_function_started_dies_with_it(offload: Offload, witness: Witness) -> None:
    child = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {witness.code('time.sleep(600)')!r}])"
    call = asyncio.create_task(offload.run(exec, child, timeout=600))
    grandchild = await witness.arrived()

    call.cancel()

    await asyncio.wait([call])
    await witness.gone(grandchild)


async def test_calls_run_side_by_side_up_to_the_number_of_workers(offload: Offload, witness: Witness) -> None:
    """Two calls that last until they are killed hold both workers; the third gets its turn when one is given up."""
    calls = [asyncio.create_task(offload.run(exec, witness.code("time.sleep(600)"), timeout=600)) for _ in "12"]
    await witness.arrived()
    await witness.arrived()
    third = asyncio.create_task(offload.run(len, "abc", timeout=20))

    calls[0].cancel()

    assert await third == 3
    assert not calls[1].done()
    calls[1].cancel()
    await asyncio.wait(calls)


async def test_no_more_workers_start_than_allowed() -> None:
    async with Offload(workers=2) as pool:
        pids = await asyncio.gather(*(pool.run(os.getpid, timeout=20) for _ in range(8)))

    assert len(set(pids)) <= 2


def _workers() -> list[psutil.Process]:
    """This process's workers; other tests may have started a database beside them."""
    return [child for child in psutil.Process().children() if "python" in child.name()]


async def test_a_warm_pool_has_its_modules_loaded_before_the_first_call(witness: Witness) -> None:
    async with Offload(preload=["statistics"]) as pool:
        await pool.warm()

        assert len(_workers()) == 1
        assert await pool.run(eval, "'statistics' in __import__('sys').modules", timeout=10)
        assert len(_workers()) == 1


async def test_a_warm_pool_replaces_a_worker_that_it_lost() -> None:
    async with Offload() as pool:
        await pool.warm()
        first = await pool.run(os.getpid, timeout=10)
        with pytest.raises(OffloadCrashed):
            await pool.run(os._exit, 1, timeout=10)

        await pool.warm()

        (second,) = _workers()
        assert first != second.pid == await pool.run(os.getpid, timeout=10)


async def test_a_module_that_is_not_there_is_named() -> None:
    async with Offload(preload=["no_such_module"]) as pool:
        with pytest.raises(OffloadFailed, match="could not load no_such_module"):
            await pool.warm()


async def test_a_worker_without_work_is_released(witness: Witness) -> None:
    async with Offload(idle_seconds=0.01) as pool:
        await pool.run(exec, witness.code(), timeout=10)

        await witness.gone(await witness.arrived())


async def test_the_last_worker_of_a_warm_pool_stays(witness: Witness) -> None:
    async with Offload(idle_seconds=0.01) as warm, Offload(idle_seconds=0.02) as cold:
        await warm.warm()
        first = await warm.run(os.getpid, timeout=10)
        await cold.run(exec, witness.code(), timeout=10)
        await witness.gone(await witness.arrived())

        assert await warm.run(os.getpid, timeout=10) == first


async def test_closing_kills_what_still_runs(witness: Witness) -> None:
    pool = Offload()
    call = asyncio.create_task(pool.run(exec, witness.code("time.sleep(600)"), timeout=600))
    worker = await witness.arrived()

    await pool.close()

    with pytest.raises(OffloadFailed, match="stopping"):
        await call
    await witness.gone(worker)
    with pytest.raises(OffloadFailed, match="stopping"):
        await pool.run(len, "abc", timeout=10)


async def test_workers_die_when_their_parent_is_killed(witness: Witness) -> None:
    parent = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        "import asyncio, sys; from agentia.core.offload import Offload\n"
        "asyncio.run(Offload().run(exec, sys.argv[1], timeout=600))",
        witness.code("time.sleep(600)"),
    )
    worker = await witness.arrived()

    parent.kill()

    await parent.wait()
    await witness.gone(worker)


async def test_workers_are_nicer_than_the_service_and_know_no_secrets(
    offload: Offload, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "hidden")
    monkeypatch.setenv("AGENTIA_JOIN_TOKEN", "hidden")

    assert await offload.run(os.nice, 0, timeout=10) == min(os.nice(0) + 10, 19)
    assert "hidden" not in await offload.run(eval, "str(__import__('os').environ)", timeout=10)

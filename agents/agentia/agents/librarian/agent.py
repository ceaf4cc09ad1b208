"""The librarian as a specialist: reads what a task asks for, does it once, and says what came of it."""

from typing import Any, Final

from agentia.agents import TaskFailed, TaskRejected, TaskRun, specialist
from agentia.agents.librarian import picking
from agentia.agents.librarian.errors import LibrarianError, StoreFailed
from agentia.agents.librarian.keeping.desk import Desk, desk
from agentia.agents.librarian.keeping.place import place_of
from agentia.agents.librarian.reading import papers_of, wishes_of
from agentia.agents.librarian.requests.wishes import Add, Forget, ForgetAbout, Recall, Wish
from agentia.agents.librarian.skills import DESCRIPTION, INPUT_MODES, OUTPUT_MODES, SKILLS
from agentia.agents.librarian.work import Answer, carry_out, forgotten, keep
from agentia.core.fetch import FetchFailed, FetchRefused

_LOOKED: Final = 10
"""Facts that a person may pick from."""


async def answer(task: TaskRun) -> str:
    """Do what a task asks for; every foreseen error ends it with a sentence."""
    try:
        return await _answer(task)
    except (StoreFailed, FetchFailed) as exc:
        raise TaskFailed(f"{exc.message} {exc.fix}".rstrip()) from exc
    except (LibrarianError, FetchRefused) as exc:
        raise TaskRejected(f"{exc.message} {exc.fix}".rstrip()) from exc


async def _answer(task: TaskRun) -> str:
    said = []
    for number, wish in enumerate(await wishes_of(task), 1):
        done = await _done(task, wish, number)
        name = "answer.json" if number == 1 else f"answer-{number}.json"
        await task.artifact(name, {"do": wish.do, **done}, "application/json", "What came of it, for agents")
        said.append(str(done["said"]))
    return "\n\n".join(said)


async def _done(task: TaskRun, wish: Wish | ForgetAbout, number: int) -> Answer:
    if isinstance(wish, ForgetAbout):
        return await _forget_about(task, wish, number)
    if isinstance(wish, Add):
        return await _add(task, wish, number)
    if isinstance(wish, Forget) and wish.everything and not task.data:
        return await _forget_everything(task, wish, number)
    return await _once(task, wish, f"{number} {wish.do}")


async def _once(task: TaskRun, wish: Wish, step: str) -> Answer:
    async def call(effect: str) -> Answer:
        return await carry_out(wish, _desk(task), place_of(task), effect)

    done: Answer = await task.step(step, call, wish.model_dump())
    return done


async def _add(task: TaskRun, wish: Add, number: int) -> Answer:
    papers = await papers_of(task, wish)
    await task.status(f"Reading {', '.join(paper.name for paper in papers)}")

    async def call() -> Answer:
        return await keep(_desk(task), place_of(task), wish.collection, papers)

    done: Answer = await task.step(f"{number} add", call, [wish.collection, *papers])
    return done


async def _forget_about(task: TaskRun, wish: ForgetAbout, number: int) -> Answer:
    """Forget what is meant for certain, or what the user picks."""
    looked = await _once(task, Recall(need=wish.need, limit=_LOOKED), f"{number} find")
    found: list[dict[str, Any]] = looked["facts"]
    if not found:
        return {"forgotten": 0, "said": looked["said"]}
    chosen = picking.certain(wish.need, found)
    if not chosen:
        chosen = picking.picked((await task.ask(picking.which(found))).text, found)
    for fact in chosen:
        await _once(task, Forget(id=fact["id"], scope=fact["scope"]), f"{number} forget {fact['id']} {fact['scope']}")
    gone = forgotten(len(chosen))
    if not chosen:
        return {**gone, "said": "I have forgotten nothing."}
    return {**gone, "said": "\n".join([gone["said"], *(f"- {fact['text']}" for fact in chosen)])}


async def _forget_everything(task: TaskRun, wish: Forget, number: int) -> Answer:
    """Forget all facts, once the user has said that this is meant."""
    reply = await task.ask("Shall I forget every fact that you have told me? This cannot be undone. Yes, or no?")
    if not picking.agreed(reply.text):
        return {"forgotten": 0, "said": "I have forgotten nothing."}
    return await _once(task, wish, f"{number} forget")


def _desk(task: TaskRun) -> Desk:
    found: Desk = task.services
    return found


librarian = specialist(
    name="librarian",
    description=DESCRIPTION,
    skills=SKILLS,
    input_modes=INPUT_MODES,
    output_modes=OUTPUT_MODES,
    lifespan=desk,
    deletes=Desk.delete,
)(answer)

"""What a message brings: requests as data or in plain words, and documents as files."""

import json
from typing import Any, Final, NamedTuple

from agentia.agents import File
from agentia.agents.librarian.errors import Unreadable
from agentia.agents.librarian.limits import DOCUMENT, NAME
from agentia.agents.librarian.requests.phrases import completed, read
from agentia.agents.librarian.requests.texts import brief, cleaned
from agentia.agents.librarian.requests.wishes import Add, ForgetAbout, Wish, wish_of
from agentia.agents.librarian.skills import INPUT_MODES
from agentia.agents.task_run import Request, TaskRun

_ASKED: Final = 3
"""How often a sentence that cannot be read is asked back."""
_GIVE_UP: Final = "I still cannot read what I shall do. Say it in other words, in a new task."


class Paper(NamedTuple):
    """A document as it came."""

    name: str
    media_type: str
    text: str


async def wishes_of(task: TaskRun) -> list[Wish | ForgetAbout]:
    """What a task asks for; plain words that cannot be read are asked back. Raises Unreadable."""
    requests = [part for part in task.data if isinstance(part, dict) and "do" in part]
    if requests or (task.data and not task.text.strip()):
        return [wish_of(part) for part in requests or task.data]
    text, files = task.text, bool(task.files)
    reply: Request | None = None
    for _ in range(_ASKED):
        try:
            return read(text, files=files) if reply is None else completed(text, reply.text, files=files)
        except Unreadable as exc:
            reply = await task.ask(exc.message)
    raise Unreadable(_GIVE_UP)


async def papers_of(task: TaskRun, wish: Add) -> list[Paper]:
    """The documents that are to be kept. Raises Unreadable, and FetchRefused or FetchFailed for one behind a URL."""
    if wish.text is not None:
        if not wish.name:
            raise Unreadable("A document has a “name”, by which it is quoted and dropped.")
        return [Paper(wish.name, wish.media_type or "text/plain", wish.text)]
    if not task.files:
        raise Unreadable("There is no document with this. Attach a file, or send its “text” and “name”.")
    return [_paper(file, await file.read()) for file in task.files]


def _paper(file: File, content: bytes) -> Paper:
    name = cleaned(file.name)[:NAME]
    if file.media_type.partition(";")[0].strip().lower() not in INPUT_MODES:
        raise Unreadable(f"{name} is {brief(file.media_type)}; I take {', '.join(INPUT_MODES)}.")
    text = cleaned(_decoded(name, content)).strip()
    if not text:
        raise Unreadable(f"{name} is empty.")
    if len(text) > DOCUMENT:
        raise Unreadable(f"{name} has {len(text):,} characters; a document may have {DOCUMENT:,}. Send it in parts.")
    return Paper(name, file.media_type, text)


def _decoded(name: str, content: bytes) -> str:
    encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as exc:
        raise Unreadable(f"{name} is no text in UTF-8. Save it as such, and send it again.") from exc


def shown(value: Any) -> str:
    """A value of the workspace as a sentence can show it."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)

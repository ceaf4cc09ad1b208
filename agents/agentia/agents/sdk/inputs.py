"""What the user sent, as a model takes it: text, images, files, and data as JSON."""

import base64
import json
from typing import Any, Final

from agentia.agents.files import File
from agentia.agents.parts import json_of
from agentia.agents.sdk import shelf
from agentia.agents.task_run import TaskRun

LONGEST: Final = 200_000
"""Characters of a text file that go into the question; more than that fits no model's context."""


async def asked(task: TaskRun, *, by_name: bool = False) -> list[Any]:
    """The user's message as one input item. With `by_name` its files are named in it, and not read."""
    if by_name:
        return [{"role": "user", "content": _named(task)}]
    content: list[dict[str, Any]] = []
    files = iter(task.files)
    for number, part in enumerate(task.message.parts):
        kind = part.WhichOneof("content")
        if kind == "text":
            content.append(_text(part.text))
        elif kind == "data":
            content.append(_text(json.dumps(json_of(part), ensure_ascii=False)))
        elif kind in ("raw", "url"):
            content.append(await _file(task, number, next(files)))
    if all(each["type"] == "input_text" for each in content):
        return [{"role": "user", "content": "\n\n".join(each["text"] for each in content)}]
    return [{"role": "user", "content": content}]


def _named(task: TaskRun) -> str:
    said = [part.text for part in task.message.parts if shelf.is_speech(part)]
    files = [shelf.line(name, part) for name, part in shelf.sent([task.message]).items()]
    return "\n\n".join([*said, *([f"Files that are attached: {'; '.join(files)}"] if files else [])])


async def _file(task: TaskRun, number: int, file: File) -> dict[str, Any]:
    content = await _bytes(task, number, file)
    if file.media_type.startswith("image/"):
        return {"type": "input_image", "image_url": _inline(file, content), "detail": "auto"}
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return {"type": "input_file", "filename": file.name, "file_data": _inline(file, content)}
    return _text(f"The file {file.name}:\n{text[:LONGEST]}")


async def _bytes(task: TaskRun, number: int, file: File) -> bytes:
    """The content; what stands behind a URL is kept as it was when it was first read."""
    if file.part.WhichOneof("content") == "raw":
        return await file.read()

    async def read() -> str:
        return base64.b64encode(await file.read()).decode()

    return base64.b64decode(await task.run.step(f"file/{number}", read, file.part.url))


def _inline(file: File, content: bytes) -> str:
    return f"data:{file.media_type};base64,{base64.b64encode(content).decode()}"


def _text(text: str) -> dict[str, Any]:
    return {"type": "input_text", "text": text}

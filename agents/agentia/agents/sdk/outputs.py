"""What tools return, as JSON for the journal and back: as the model gets it, and at most as much as it can take."""

import base64
import json
import mimetypes
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, Final

from agents import ToolOutputFileContent, ToolOutputImage, ToolOutputText
from pydantic import BaseModel, ValidationError

LONGEST: Final = 200_000
"""Characters of a tool's text that a model is given; more than that fits no model's context."""

_KINDS: Final[dict[str, type[BaseModel]]] = {
    kind.__name__: kind for kind in (ToolOutputFileContent, ToolOutputImage, ToolOutputText)
}


_NAMED: Final[dict[str, type[BaseModel]]] = {
    "file": ToolOutputFileContent,
    "image": ToolOutputImage,
    "text": ToolOutputText,
}
"""What the SDK takes a dict for, by its `type`; the tools of MCP servers give such."""


def dump(output: Any) -> Any:
    """As JSON. What is none, and none of the SDK's outputs, becomes the text that the model would see."""
    if (known := _known(output)) is not None:
        return {"kind": type(known).__name__, "value": known.model_dump(mode="json")}
    if isinstance(output, list) and output and all(_known(each) is not None for each in output):
        return {"list": [dump(each) for each in output]}
    try:
        if len(text := json.dumps(output, allow_nan=False)) <= LONGEST and json.loads(text) == output:
            return {"value": output}
    except (TypeError, ValueError, RecursionError):
        pass
    return {"value": _short(str(output))}


def load(value: Any) -> Any:
    """From what `dump` gave."""
    if "list" in value:
        return [load(each) for each in value["list"]]
    return _KINDS[value["kind"]].model_validate(value["value"]) if "kind" in value else value["value"]


def files(output: Any, name: str) -> Iterator[tuple[str, bytes, str]]:
    """Name, content and media type of the files in a tool's output that it carries itself; what is broken is none."""
    for number, each in enumerate(output if isinstance(output, list) else [output]):
        if isinstance(each, ToolOutputImage):
            inline, called = each.image_url or "", ""
        elif isinstance(each, ToolOutputFileContent):
            inline, called = each.file_data or "", each.filename or ""
        else:
            continue
        head, _, data = inline.rpartition(",")
        media_type = head.removeprefix("data:").partition(";")[0] or "application/octet-stream"
        with suppress(ValueError):
            content = base64.b64decode(data, validate=True)
            if content:
                yield called or f"{name}-{number}{mimetypes.guess_extension(media_type) or ''}", content, media_type


def _known(output: Any) -> BaseModel | None:
    """One of the SDK's outputs, also one that is written as a dict; its text is as long as a model can take."""
    made = output if type(output).__name__ in _KINDS else None
    if isinstance(output, dict) and isinstance(output.get("type"), str) and output["type"] in _NAMED:
        with suppress(ValidationError):
            made = _NAMED[output["type"]].model_validate(output)
    if isinstance(made, ToolOutputText):
        return made.model_copy(update={"text": _short(made.text)})
    return made


def _short(text: str) -> str:
    left = len(text) - LONGEST
    return text if left <= 0 else f"{text[:LONGEST]}\n[{left} more characters were left out]"

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

LARGEST: Final = 14_000_000
"""Characters of a file or picture in base64 that a model is given, about 10 MB."""

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
    parts = [_known(each) for each in (output if isinstance(output, list) else [output])]
    known = [part for part in parts if part is not None]
    if known and len(known) == len(parts):
        made = [{"kind": type(part).__name__, "value": part.model_dump(mode="json")} for part in _fitting(known)]
        return {"list": made} if isinstance(output, list) else made[0]
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
    """One of the SDK's outputs, also one that is written as a dict."""
    if isinstance(output, dict) and isinstance(output.get("type"), str) and output["type"] in _NAMED:
        with suppress(ValidationError):
            return _NAMED[output["type"]].model_validate(output)
    return output if type(output).__name__ in _KINDS else None


def _fitting(parts: list[BaseModel]) -> Iterator[BaseModel]:
    """Outputs that are together as long as a model can take them."""
    left = LONGEST
    for part in parts:
        if isinstance(part, ToolOutputText):
            yield ToolOutputText(text=_short(part.text, left))
            left = max(0, left - len(part.text))
            continue
        size = len(getattr(part, "image_url", None) or getattr(part, "file_data", None) or "")
        yield part if size <= LARGEST else ToolOutputText(text=f"[a file of {size} characters was left out]")


def _short(text: str, longest: int = LONGEST) -> str:
    left = len(text) - longest
    return text if left <= 0 else f"{text[:longest]}\n[{left} more characters were left out]"

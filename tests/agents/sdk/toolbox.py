"""An MCP server on stdio that speaks the protocol by hand, so that it starts at once and may misbehave.

To be run as `python toolbox.py EFFECTS [names of its tools]`; each call it takes is a line in the file EFFECTS. One
that says in its `_meta` whose effect it is (a task and a key) is a note of the survival tests, by the agent's process.
"""

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

EFFECTS, AGENT = Path(sys.argv[1]), os.getppid()
TOOLS = sys.argv[2:] or [
    "add",
    "note",
    "hang",
    "die",
    "big",
    "fail",
    "chart",
    "flood",
    "complain",
    "long",
    "babble",
    "pid",
]
READ_ONLY = ("add", "die_once_safely")


def send(message: Any) -> None:
    sys.stdout.write(json.dumps({"jsonrpc": "2.0", **message}) + "\n")
    sys.stdout.flush()


def note(words: str) -> None:
    with EFFECTS.open("a") as file:
        file.write(f"{words}\n")


def effect(task: str, key: str) -> None:
    made = {"task": task, "word": "did", "key": key, "by": "", "pid": AGENT, "at": time.monotonic()}
    with open(os.environ["SURVIVAL_NOTES"], "a") as file:
        file.write(json.dumps(made) + "\n")


def text(words: str, **more: Any) -> Any:
    return {"content": [{"type": "text", "text": words}], **more}


def calls() -> list[str]:
    return EFFECTS.read_text().split("\n") if EFFECTS.exists() else []


def call(name: str, given: Any) -> Any:
    """The result of a tool, None for no answer."""
    note(f"{name} {json.dumps(given)}")
    if name == "add":
        return text(str(given["a"] + given["b"]))
    if name == "hang":
        return None
    if name == "die" or (name.startswith("die_once") and sum(each.startswith(name) for each in calls()) == 1):
        os._exit(3)
    if name == "big":
        return text("x" * given["size"])
    if name == "pid":
        return text(str(os.getpid()))
    if name == "fail":
        return text("no such table", isError=True)
    if name == "chart":
        return {"content": [{"type": "image", "data": "iVBORw==", "mimeType": "image/png"}]}
    if name == "flood":
        while True:
            send({"method": "notifications/message", "params": {"level": "info", "data": "x" * 1000}})
    if name == "babble":
        while True:
            send({"id": 1, "result": {}})
    if name == "complain":
        sys.stderr.write(("secret " * 100 + "\n") * 5000)
        sys.stderr.flush()
    if name == "long":
        while True:
            sys.stdout.write("x" * 1_000_000)
    return text(f"{name} done")


def listed() -> Any:
    names = [f"tool_{number}" for number in range(int(TOOLS[0]))] if TOOLS[0].isdigit() else TOOLS
    schema = {"type": "object", "properties": {}, "additionalProperties": True}
    return [
        {
            "name": name,
            "description": f"Does {name}.",
            "inputSchema": schema,
            "annotations": {"readOnlyHint": name in READ_ONLY},
        }
        for name in names
    ]


def main() -> None:
    for line in sys.stdin:
        asked = json.loads(line)
        if "id" not in asked:
            continue
        method, params = asked["method"], asked.get("params", {})
        if method == "initialize":
            note("connected")
            made: Any = {
                "protocolVersion": params["protocolVersion"],
                "capabilities": {"tools": {}},
                "serverInfo": {"name": "toolbox", "version": "1"},
            }
        elif method == "tools/list":
            made = {"tools": listed()}
        elif method == "tools/call":
            if whose := params.get("_meta", {}).get("effect"):
                effect(*whose)
            made = call(params["name"], params.get("arguments") or {})
        elif method == "ping":
            made = {}
        else:
            send({"id": asked["id"], "error": {"code": -32601, "message": "no such method"}})
            continue
        if made is not None:
            send({"id": asked["id"], "result": made})


if __name__ == "__main__":
    main()

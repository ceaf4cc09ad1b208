"""What GET / says: which agents there are, where, and how to send a first task."""

import html
import json
from collections.abc import Iterable
from importlib.metadata import version
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from agentia.gateway.place import MESH, Place
from agentia.registry.client import Agent

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Agentia</title>
<style>:root{{color-scheme:light dark}} body{{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:3rem auto}}
td,th{{text-align:left;vertical-align:top;padding:.2rem 1rem .2rem 0}}
pre{{overflow:auto;padding:1rem;border:1px solid}}
</style>
</head><body><h1>Agentia</h1><p>{what}</p>
<table><tr><th>Agent<th>What it does<th>Status</tr>
{rows}</table>
<h2>A first task</h2><pre>{first_task}</pre>
<p><a href="{card}">Agent Card of the mesh</a> · <a href="{registry}">Registry</a></p></body></html>
"""
_ROW = '<tr><td><a href="{card}">{id}</a><td>{description}<td>{status}</tr>\n'


def greeting(request: Request, agents: Iterable[Agent], base_url: str) -> Response:
    """The greeting: HTML for a browser, JSON for everyone else."""
    base = base_url.rstrip("/")
    listed = [_line(agent, base) for agent in sorted(agents, key=lambda agent: agent.id)]
    told = {
        "name": "Agentia",
        "version": version("agentia"),
        "what": "A mesh of A2A agents. This URL is the mesh as one agent; each agent has a URL of its own.",
        "card": f"{base}/.well-known/agent-card.json",
        "registry": f"{base}/registry/agents",
        "agents": listed,
        "first_task": _curl(base + MESH.root),
    }
    if "text/html" not in request.headers.get("accept", ""):
        return JSONResponse(told, headers={"Vary": "Accept"})
    return HTMLResponse(_page(told), headers={"Vary": "Accept"})


def about(agent: Agent, base_url: str) -> dict[str, str]:
    """One agent, where it is, and how to send it a task."""
    line = _line(agent, base_url.rstrip("/"))
    return {**line, "first_task": _curl(line["url"])}


def _line(agent: Agent, base: str) -> dict[str, str]:
    url = base + Place.of(agent.id).root
    return {
        "id": agent.id,
        "name": agent.name,
        "description": agent.description,
        "status": agent.status,
        "url": url,
        "card": f"{url}.well-known/agent-card.json",
    }


def _curl(url: str) -> str:
    message = {"messageId": "m-1", "role": "ROLE_USER", "parts": [{"text": "What is 15 % of 240?"}]}
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "SendMessage", "params": {"message": message}})
    return f"curl -s {url} -H 'Content-Type: application/json' -H 'A2A-Version: 1.0' -d '{body}'"


def _page(told: dict[str, Any]) -> str:
    texts = {name: html.escape(value) for name, value in told.items() if isinstance(value, str)}
    lines = ({name: html.escape(value) for name, value in line.items()} for line in told["agents"])
    return _PAGE.format_map({**texts, "rows": "".join(map(_ROW.format_map, lines))})

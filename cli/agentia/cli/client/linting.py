"""What to lint: a card from a file, from a URL, of an author's code, or of a registered agent."""

import json
from pathlib import Path
from typing import Any

from agentia.cli.client.directory import Directory
from agentia.cli.client.web import Refused, request
from agentia.cli.errors import UsageProblem

WELL_KNOWN = ("/.well-known/agent-card.json", "/.well-known/agent.json")


def card_of(what: str, directory: Directory) -> tuple[dict[str, Any], str | None]:
    """The card as JSON, and the URL that it was fetched from. Raises UsageProblem or Refused."""
    if what.startswith(("http://", "https://")):
        return _fetched(what)
    if ":" in what:
        return written(what), None
    path = Path(what)
    if path.suffix == ".json" or path.exists():
        return _read(path), None
    card: dict[str, Any] = directory.agent(what)["card"]
    return card, None


def written(target: str) -> dict[str, Any]:
    """The card of an author's specialist, FILE:NAME, but for its address. Raises UsageProblem."""
    from agentia.cards import card_to_json
    from agentia.cli.authoring.load import load

    return card_to_json(load(target).card())


def _read(path: Path) -> dict[str, Any]:
    try:
        card = json.loads(path.read_text(encoding="utf-8"))
    except OSError as exc:
        raise UsageProblem(f"{path} cannot be read: {exc.strerror}.") from exc
    except ValueError as exc:
        raise UsageProblem(f"{path} is not JSON: {exc}.") from exc
    return _object(card, str(path))


def _fetched(url: str) -> tuple[dict[str, Any], str]:
    if url.endswith(".json"):
        return _object(request("GET", url), url), url
    for place in WELL_KNOWN:
        address = url.rstrip("/") + place
        try:
            return _object(request("GET", address), address), address
        except Refused as exc:
            missing = exc
    raise Refused(f"There is no Agent Card at {url}.", fix=f"It should be at {WELL_KNOWN[0]}.", http=404) from missing


def _object(card: Any, place: str) -> dict[str, Any]:
    if not isinstance(card, dict):
        raise UsageProblem(f"{place} holds no JSON object, and a card is one.")
    return card

"""What the agent can do, as others will search for it."""

import re
from collections.abc import Iterator
from typing import Final

from a2a.types import a2a_pb2 as pb

from agentia.cards.finding import Finding, Level, error, hint, warning

_SHORT: Final = 20
_MANY: Final = 50
_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/-]*")


def check(card: pb.AgentCard) -> Iterator[Finding]:
    if not card.skills:
        yield error("skills", "is missing", "Describe at least one skill; agents are found by them.")
    if len(card.skills) > _MANY:
        yield hint("skills", f"are more than {_MANY}", "Split the agent: a model chooses badly among so many.")
    ids: dict[str, int] = {}
    texts: dict[str, int] = {}
    for index, skill in enumerate(card.skills):
        at = f"skills[{index}]"
        yield from _id(skill.id, at)
        yield from _repeated("error", f"{at}.id", skill.id, index, ids)
        if not skill.name.strip():
            yield error(f"{at}.name", "is missing", "Give the skill a short name for people.")
        yield from _description(skill, at)
        yield from _repeated("warning", f"{at}.description", skill.description.strip(), index, texts)
        yield from _found_by(skill, at)


def _id(skill_id: str, at: str) -> Iterator[Finding]:
    if not skill_id:
        yield error(f"{at}.id", "is missing", "Give the skill an id of its own, such as convert-currency.")
    elif not _ID.fullmatch(skill_id):
        yield warning(f"{at}.id", "has spaces or other odd characters", "Use letters, digits, - and _.")


def _repeated(level: Level, field: str, value: str, index: int, seen: dict[str, int]) -> Iterator[Finding]:
    first = seen.setdefault(value, index)
    if value and first != index:
        yield Finding(level, field, f"repeats that of skills[{first}]", "Make it its own, or merge the two skills.")


def _description(skill: pb.AgentSkill, at: str) -> Iterator[Finding]:
    text = skill.description.strip()
    if not text:
        yield error(f"{at}.description", "is missing", "Say what the skill does with what.")
    elif text.lower() in (skill.name.strip().lower(), skill.id.lower()):
        yield warning(f"{at}.description", "only repeats the name", "Say what the skill does with what.")
    elif len(text) < _SHORT:
        yield warning(
            f"{at}.description", "is too short to be found by", "Say it in the words that people search with."
        )


def _found_by(skill: pb.AgentSkill, at: str) -> Iterator[Finding]:
    if not skill.tags:
        yield warning(
            f"{at}.tags", "is missing", "Add a few words that people would search with; the specification wants them."
        )
    elif any(not tag.strip() for tag in skill.tags):
        yield warning(f"{at}.tags", "has an empty tag", "Remove it.")
    if not skill.examples:
        yield hint(
            f"{at}.examples", "is missing", "Add requests as people would write them; discovery compares with them."
        )

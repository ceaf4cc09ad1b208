"""The agents of the mesh in words: what each can do, by its card."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from agentia.registry.client import Agent

_MOST = 12  # agents that are told of at once
_SKILLS = 8


@dataclass(frozen=True, slots=True)
class Profile:
    """What is told of an agent: its name, what it does in a sentence, its skills, and things to ask it."""

    name: str
    description: str
    skills: Sequence[str]
    examples: Sequence[str]


def profile(agent: Agent) -> Profile:
    """The profile of a registered agent."""
    skills = agent.card.get("skills", ())
    examples = [str(example) for skill in skills for example in skill.get("examples", ())[:1]]
    names = [str(skill.get("name") or skill.get("id")) for skill in skills]
    does = re.split(r"(?<=[.!?])\s", agent.description.strip(), maxsplit=1)[0]
    return Profile(agent.id, does, names[:_SKILLS], examples[:3])


def introduction(profiles: Sequence[Profile]) -> str:
    """A greeting that says who is there and what to ask them."""
    hello = (
        "Hello! I am the concierge of this mesh. Say what you need, attach the files it is about, and I find the agents"
        " that can do it."
    )
    if not profiles:
        return f"{hello} Right now no other agent is here: start one, and ask again."
    return "\n".join([hello, "", "These agents are here now:", *map(_line, profiles[:_MOST]), *_more(profiles)])


def abilities(profiles: Sequence[Profile]) -> str:
    """One sentence that says who is there and what they can do."""
    if not profiles:
        return "No other agent is on the mesh right now."
    known = [f"{profile.name} ({', '.join(profile.skills)})" for profile in profiles[:_MOST]]
    return f"The mesh has {'; '.join([*known, *_more(profiles)])}."


def _line(profile: Profile) -> str:
    tries = f" Try: {', '.join(f'“{example}”' for example in profile.examples)}." if profile.examples else ""
    return f"- {profile.name}: {profile.description.rstrip('.')}.{tries}"


def _more(profiles: Sequence[Profile]) -> list[str]:
    return [f"and {len(profiles) - _MOST} more"] if len(profiles) > _MOST else []

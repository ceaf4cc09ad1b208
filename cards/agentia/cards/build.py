"""Building the Agent Card of an agent of ours."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass
from typing import Final

from a2a.types import a2a_pb2 as pb

from agentia.cards.errors import CardInvalid
from agentia.cards.protocol import HTTP_JSON, JSONRPC

TEXT: Final = ("text/plain",)
# What our routes speak, the preferred first. (HTTP+JSON of 0.3 lives below /v1 and comes with its routes.)
SPOKEN: Final = ((JSONRPC, "1.0"), (HTTP_JSON, "1.0"), (JSONRPC, "0.3"))
_SLUG_LENGTH: Final = 63  # a label of a host name


@dataclass(frozen=True, slots=True)
class Skill:
    """One thing an agent can do, described so that others find it by what they need.

    `examples` are requests as people would write them. `name` and `tags` come from the id when left out; modes are the
    media types of this skill where they differ from the agent's.
    """

    id: str
    description: str
    _: KW_ONLY
    name: str | None = None
    tags: Sequence[str] = ()
    examples: Sequence[str] = ()
    input_modes: Sequence[str] = ()
    output_modes: Sequence[str] = ()

    def __post_init__(self) -> None:
        for field in ("tags", "examples", "input_modes", "output_modes"):
            given = getattr(self, field)
            if isinstance(given, str):
                raise CardInvalid(f"skills.{self.id}.{field}", "is one text", fix=f"Write a list: {field}=[{given!r}].")
            object.__setattr__(self, field, tuple(given))

    @property
    def words(self) -> list[str]:
        """The words of the id: `unit_conversion` and `unitConversion` are `unit` and `conversion`."""
        return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", self.id).replace("_", " ").replace("-", " ").lower().split()

    def as_proto(self) -> pb.AgentSkill:
        return pb.AgentSkill(
            id=self.id,
            name=self.name or " ".join(self.words).capitalize(),
            description=self.description,
            tags=self.tags or self.words,
            examples=self.examples,
            input_modes=self.input_modes,
            output_modes=self.output_modes,
        )


def slug(name: str) -> str:
    """The agent's id in the mesh and in URLs: `Crème Brûlée Helper` is `creme-brulee-helper`."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    label = re.sub(r"[^a-z0-9]+", "-", plain)[:_SLUG_LENGTH].strip("-")
    if not label:
        raise CardInvalid("name", "has no letter a to z and no digit", fix="Give it a name that fits into a URL.")
    return label


def build_card(
    *,
    name: str,
    description: str,
    version: str,
    url: str,
    skills: Sequence[Skill],
    input_modes: Sequence[str] = TEXT,
    output_modes: Sequence[str] = TEXT,
    streaming: bool = True,
    push: bool = True,
    extensions: Sequence[pb.AgentExtension] = (),
    documentation_url: str | None = None,
    provider: pb.AgentProvider | None = None,
) -> pb.AgentCard:
    """The card of an agent whose routes are below `url`. Raises CardInvalid when no one could find or address it."""
    slug(name)
    _check_skills(skills)
    return pb.AgentCard(
        name=name,
        description=description,
        version=version,
        provider=provider,
        documentation_url=documentation_url,
        supported_interfaces=[
            pb.AgentInterface(url=url, protocol_binding=binding, protocol_version=spoken) for binding, spoken in SPOKEN
        ],
        capabilities=pb.AgentCapabilities(streaming=streaming, push_notifications=push, extensions=extensions),
        default_input_modes=input_modes,
        default_output_modes=output_modes,
        skills=[each.as_proto() for each in skills],
    )


def _check_skills(skills: Sequence[Skill]) -> None:
    if not skills:
        raise CardInvalid("skills", "is empty", fix="Describe at least one skill: others find agents by them.")
    seen: set[str] = set()
    for index, each in enumerate(skills):
        if not each.words:
            raise CardInvalid(f"skills[{index}].id", "is empty", fix="Give the skill a short id such as `convert`.")
        if not each.description.strip():
            raise CardInvalid(f"skills[{index}].description", "is empty", fix="Say what it does.")
        if each.id in seen:
            raise CardInvalid(f"skills[{index}].id", f"repeats {each.id!r}", fix="Give each skill an id of its own.")
        seen.add(each.id)

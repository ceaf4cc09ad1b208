"""A model of the Agents SDK, in this process, that says what it is told."""

from typing import TYPE_CHECKING

from agentia.agents.testing.steps import Say

if TYPE_CHECKING:
    from agents.testing import ScriptedModel


def scripted(*steps: Say) -> "ScriptedModel":
    """A model of the Agents SDK that answers so, one call after the other: `Agent(model=scripted(Say("Hello")))`."""
    from agents.testing import ModelStep, ScriptedModel, assistant_message, function_call
    from agents.usage import Usage

    def step(say: Say) -> ModelStep:
        words = [assistant_message(say.text)] if say.text else []
        calls = [
            function_call(call.tool, call.text, call_id=call.id or f"call_{number}")
            for number, call in enumerate(say.calls)
        ]
        asked, said = say.tokens
        usage = Usage(1, input_tokens=asked, output_tokens=said, total_tokens=asked + said)
        usage.input_tokens_details.cached_tokens = say.cached
        return ModelStep([*words, *calls], usage=usage)

    return ScriptedModel([step(say) for say in steps])

"""A model whose answers are steps of the task: each is asked for once, streamed while it comes, and known at reruns."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import replace
from typing import Any, Final

from agents import Model, ModelResponse, ModelSettings, MultiProvider
from agents.models.default_models import get_default_model_settings
from openai.types.responses import Response, ResponseCompletedEvent

from agentia.agents.errors import TaskFailed
from agentia.agents.sdk import hosted, responses, spans
from agentia.agents.sdk.retries import BrokenOff, patiently
from agentia.agents.sdk.scope import Scope, here
from agentia.agents.spending import MODEL
from agentia.tasks.errors import StepChanged

LONGEST: Final = 2000
"""Characters of what a model says beside its tool calls that a status repeats."""
MOST: Final = 1_000_000
"""Characters of one answer, which no model says that will come to an end."""
BREATH: Final = 8
"""Events of a stream, about 2 ms of work, after which others have their turn, though more has come already."""


class JournaledModel(Model):
    """Stands before the model of an agent: one of the SDK's, a name, or None for the configured one.

    Outside of tasks it changes nothing. `implicit` says that the agent came without settings for its model, so that
    those of the model that it gets are taken; what it says is `held` back when a guardrail is to see it first.
    """

    def __init__(self, agent: str, inner: Model | str | None, *, implicit: bool, held: bool) -> None:
        self.agent, self.inner, self.implicit, self.held = agent, inner, implicit, held

    async def get_response(
        self,
        system_instructions: str | None,
        input: Any,
        model_settings: ModelSettings,
        tools: Any,
        output_schema: Any,
        handoffs: Any,
        tracing: Any,
        **named: Any,
    ) -> ModelResponse:
        """The model's answer, from the journal when it was given before."""
        scope = here()
        name, inner = self._inner(scope)
        settings = get_default_model_settings(name).resolve(model_settings) if self.implicit else model_settings
        given = (system_instructions, input, settings, tools, output_schema, handoffs, tracing)
        if scope is None:
            return await inner.get_response(*given, **named)
        text = output_schema is None or output_schema.is_plain_text()
        spoken = scope.answer is not None and text and not self.held
        price = scope.models.price(name)
        place = f"{MODEL}/{self.agent.replace('/', '%2F')}/{scope.turn}"

        async def call() -> dict[str, Any]:
            scope.fresh = True
            scope.begins()
            _check(scope, place)
            scope.spending.check(priced=price is not None)
            with spans.chat(scope, f"step/{place}", self.agent, name) as span:
                ask = _streamed(scope, inner, given, named) if spoken else _whole(inner, given, named)
                response = await patiently(scope.task, ask)
                scope.distinct(response)
                dumped = responses.dump(response, price)
                span.set(spans.answered(dumped))
            scope.spending.add(dumped["usage"])
            return dumped

        scope.last, scope.fresh = f"{scope.task.run.path}step/{place}", False
        answered = await scope.task.run.step(
            place, call, [self.agent, input], last=lambda value: spoken and responses.is_last(value)
        )
        made = responses.load(answered)
        scope.take(self.agent, made)
        await _say(scope, made)
        return made

    async def stream_response(self, *given: Any, **named: Any) -> AsyncIterator[Any]:
        """The model's answer; in a task it comes as one event."""
        if here() is None:
            _, inner = self._inner(None)
            async for event in inner.stream_response(*given, **named):
                yield event
            return
        made = await self.get_response(*given, **named)
        response = Response.model_construct(
            id=made.response_id or "", output=made.output, usage=made.usage, model=self.agent, object="response"
        )
        yield ResponseCompletedEvent.model_construct(type="response.completed", sequence_number=0, response=response)

    def get_retry_advice(self, request: Any) -> Any:
        """What the model advises when a call has failed."""
        return self.inner.get_retry_advice(request) if isinstance(self.inner, Model) else None

    def _inner(self, scope: Scope | None) -> tuple[str, Model]:
        if isinstance(self.inner, Model):
            return str(getattr(self.inner, "model", "")), self.inner
        if scope is None:
            return self.inner or "", MultiProvider().get_model(self.inner)
        return scope.models.named(self.inner)


def _check(scope: Scope, place: str) -> None:
    """Raise StepChanged when another agent has had this turn in an earlier attempt, such as one renamed since."""
    turn = place.rpartition("/")[2]
    for entry in scope.task.run.within:
        before = entry.step.removeprefix(scope.task.run.path).removeprefix("step/").split("/")
        if len(before) == 3 and before[0] == MODEL and before[2] == turn:
            raise StepChanged(entry.step)


def _whole(inner: Model, given: tuple[Any, ...], named: dict[str, Any]) -> Any:
    return lambda: inner.get_response(*given, **named)


def _streamed(scope: Scope, inner: Model, given: tuple[Any, ...], named: dict[str, Any]) -> Any:
    """Asks for the answer as a stream, whose text goes to the task's followers as it comes."""
    answer = scope.answer
    assert answer is not None
    instructions, asked, settings, *rest = given
    begin: Any = inner.stream_response
    counted = settings if settings.include_usage is not None else replace(settings, include_usage=True)

    async def ask() -> ModelResponse:
        answer.restart()
        items: list[Any] = []
        size = number = 0
        async with aclosing(begin(instructions, asked, counted, *rest, **named)) as events:
            async for event in events:
                number += 1
                if number % BREATH == 0:
                    await asyncio.sleep(0)
                size += len(getattr(event, "delta", ""))
                if size > MOST:
                    raise TaskFailed(f"The agent's model did not come to an end within {MOST} characters.")
                if event.type == "response.output_text.delta":
                    await answer.write(event.delta)
                elif event.type == "response.output_item.done":
                    items.append(event.item)
                elif (made := responses.ended(event, items)) is not None:
                    return made
        raise BrokenOff("The stream has ended without the answer.")

    return ask


async def _say(scope: Scope, made: ModelResponse) -> None:
    """What the model says beside its tool calls is progress, and not the answer; so is what its own tools did."""
    await hosted.tell(scope, made)
    if scope.answer is None or not responses.calls_in(made):
        return
    if text := responses.text_in(made).strip():
        scope.answer.pause()
        await scope.task.branch("words").status(text[:LONGEST])

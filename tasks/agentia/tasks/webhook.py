"""One POST to a webhook: its headers, its signature, and what its answer means for the next try."""

import hashlib
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Final, Protocol
from urllib.parse import urlsplit

from a2a.types.a2a_pb2 import TaskPushNotificationConfig

from agentia.core.errors import AgentiaError
from agentia.core.fetch import FetchRefused, Posted
from agentia.core.identity import SIGNATURE
from agentia.tasks.notices import MEDIA_TYPES, Notice
from agentia.tasks.push_store import PushKey

TOKEN: Final = "X-A2A-Notification-Token"  # noqa: S105  the name of a header
_LATER: Final = frozenset({408, 425, 429})
"""Statuses of 400 to 499 that ask for another try."""

Post = Callable[[str, bytes, Sequence[tuple[str, str]]], Awaitable[Posted]]


class Sign(Protocol):
    """Signs one POST; the result is a header's value."""

    def __call__(self, url: str, body: bytes, *, delivery: str, task: str, event: int) -> str: ...


@dataclass(frozen=True)
class Pace:
    """When a webhook that does not take a notification is tried again: after `first` seconds, then twice that, …

    `attempts` is how often at most, `refusals` how often when it refuses, times in seconds. Waiting is cut by up to
    half at random, so that webhooks that failed together do not come back together.
    """

    first: float = 1.0
    longest: float = 3600.0
    attempts: int = 20
    refusals: int = 3
    patience: float = 86_400.0
    """How long a webhook may ask us to wait (Retry-After)."""


USUAL: Final = Pace()
"""Twenty tries within about six hours (four to eight)."""


@dataclass(frozen=True)
class Failure:
    """A notification that was not taken: why, whether trying again can help, and when the webhook wants that."""

    reason: str
    refused: bool = False
    gone: bool = False
    after: float = 0.0

    def next(self, tries: int, pace: Pace) -> float | None:
        """Seconds until the next try after so many, None to give up."""
        if self.gone or tries >= (pace.refusals if self.refused else pace.attempts):
            return None
        wait = min(pace.longest, pace.first * 2.0 ** (tries - 1)) * random.uniform(0.5, 1.0)  # noqa: S311  no secret
        return max(wait, min(self.after, pace.patience))


class Webhooks:
    """Posts notices. `post` checks the address that it dials, and `sign` proves who sends."""

    def __init__(self, post: Post, sign: Sign) -> None:
        self._post, self._sign = post, sign

    async def tell(
        self, key: PushKey, config: TaskPushNotificationConfig, protocol: str, notice: Notice
    ) -> Failure | None:
        """One try; None when the webhook has taken it (any status from 200 to 299)."""
        delivery = delivery_id(key, notice.number)
        headers = [
            *_credentials(config),
            ("Content-Type", MEDIA_TYPES[protocol]),
            ("A2A-Version", protocol),
            ("Agentia-Task", key.task_id),
            ("Agentia-Event", str(notice.number)),
            ("Agentia-Delivery", delivery),
        ]
        signature = self._sign(config.url, notice.body, delivery=delivery, task=key.task_id, event=notice.number)
        try:
            answer = await self._post(config.url, notice.body, [*headers, (SIGNATURE, signature)])
        except AgentiaError as exc:
            return Failure(exc.message, refused=isinstance(exc, FetchRefused))
        return _judged(config.url, answer)


def delivery_id(key: PushKey, number: int) -> str:
    """The same for each try of a notice, and for no other."""
    return hashlib.sha256("\0".join((*key, str(number))).encode()).hexdigest()[:32]


def _credentials(config: TaskPushNotificationConfig) -> list[tuple[str, str]]:
    given = config.authentication
    headers = [(TOKEN, config.token)] if config.token else []
    if given.scheme and given.credentials:
        headers.append(("Authorization", f"{given.scheme} {given.credentials}"))
    return headers


def _judged(url: str, answer: Posted) -> Failure | None:
    if 200 <= answer.status < 300:
        return None
    host = urlsplit(url).hostname
    reason = f"{host} answered {_named(answer.status)}."
    if 300 <= answer.status < 400:
        reason = f"{host} redirects ({answer.status}), and redirects are not followed. Give the final URL."
    refused = 300 <= answer.status < 500 and answer.status not in _LATER
    return Failure(reason, refused=refused, gone=answer.status == HTTPStatus.GONE, after=_seconds(answer.retry_after))


def _named(status: int) -> str:
    try:
        return f"{status} ({HTTPStatus(status).phrase})"
    except ValueError:
        return str(status)


def _seconds(retry_after: str | None) -> float:
    """What Retry-After asks for (RFC 9110, section 10.2.3): seconds, or a date."""
    if not retry_after:
        return 0.0
    if retry_after.isdecimal() and len(retry_after) < 10:
        return float(retry_after)
    try:
        return max(0.0, parsedate_to_datetime(retry_after).timestamp() - time.time())
    except (ValueError, OverflowError):
        return 0.0

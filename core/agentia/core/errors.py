"""The root of every error that is ours: its message is a sentence for people, safe to send over the wire."""

import re
from typing import ClassVar

from agentia.core.frames import line_here

_WORD_START = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


class AgentiaError(Exception):
    """Something went wrong in a way that we foresaw.

    `message` says what happened, `fix` what the reader can do about it; both are for strangers and hold no secrets.
    `code` names the kind of error for programs (the class name in snake case) and `status` is its HTTP status;
    `challenge` goes with a 401 and says how to prove oneself (RFC 9110, 11.6.1).
    `place` is the line of an author's code that is at fault, if one is: for logs and terminals, and never for the wire.
    """

    code: ClassVar[str] = "agentia_error"
    status: ClassVar[int] = 400
    challenge: ClassVar[str] = ""
    place: str = ""

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if "code" not in cls.__dict__:
            cls.code = _WORD_START.sub("_", cls.__name__).lower()

    def __init__(self, message: str, *, fix: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.fix = fix

    def as_json(self) -> dict[str, dict[str, str]]:
        """The error as HTTP answers carry it: `{"error": {"code", "message", "fix"?}}`."""
        body = {"code": self.code, "message": self.message}
        return {"error": {**body, "fix": self.fix} if self.fix else body}


class AuthorError(AgentiaError):
    """The code of an agent's author is at fault: `place` is the line, `shout.py:12`, when it can be told."""

    status = 500

    def __init__(self, message: str, *, fix: str = "") -> None:
        super().__init__(message, fix=fix)
        self.place = line_here()

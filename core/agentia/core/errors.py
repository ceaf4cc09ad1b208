"""The root of every error that is ours: its message is a sentence for people, safe to send over the wire."""

import re
from typing import ClassVar

_WORD_START = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


class AgentiaError(Exception):
    """Something went wrong in a way that we foresaw.

    `message` says what happened, `fix` what the reader can do about it; both are for strangers and hold no secrets.
    `code` names the kind of error for programs (the class name in snake case) and `status` is its HTTP status.
    """

    code: ClassVar[str] = "agentia_error"
    status: ClassVar[int] = 400

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

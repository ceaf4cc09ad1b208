"""Logs: one event a line on stderr, as JSON for machines or as text for people, with its ids and without secrets."""

import json as jsonlib
import logging
import re
import sys
from datetime import UTC, datetime
from typing import Any

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "color_message"}
_SECRET_NAME = re.compile(r"token|secret|password|passwd|authorization|cookie|api_?key|credential", re.IGNORECASE)
_SECRET_TEXT = re.compile(
    r"(?P<bearer>\b(?:bearer|basic)\s+)[\w.~+/=-]{6,}"
    r"|\beyJ[\w-]+\.[\w-]+(?:\.[\w-]*)?"
    r"|\bsk-[\w-]{8,}"
    r"|(?P<scheme>\b\w+://)[^\s/@\"']+@",
    re.IGNORECASE,
)
_HIDDEN = "***"


def setup(service: str, json: bool, *, level: int = logging.INFO) -> None:
    """Send every log of this process to stderr: ours from `level`, those of libraries from WARNING."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines(service) if json else HumanText(service))
    root = logging.getLogger()
    for old in root.handlers[:]:
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(logging.WARNING)
    logging.getLogger("agentia").setLevel(level)
    logging.captureWarnings(True)


class JsonLines(logging.Formatter):
    """One JSON object a line: time, level, service, logger, message, the ids, and the traceback as `exception`."""

    def __init__(self, service: str) -> None:
        super().__init__()
        self._service = service

    def format(self, record: logging.LogRecord) -> str:
        event = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "service": self._service,
            "logger": record.name,
            "message": _clean(record.getMessage()),
            **_extra(record),
        }
        if record.exc_info:
            event["exception"] = _clean(self.formatException(record.exc_info))
        return jsonlib.dumps(event, ensure_ascii=False)


class HumanText(logging.Formatter):
    """Time, level, service and message in columns, then `key=value` for each id."""

    def __init__(self, service: str) -> None:
        super().__init__()
        self._service = service

    def format(self, record: logging.LogRecord) -> str:
        time = datetime.fromtimestamp(record.created, UTC).astimezone().strftime("%H:%M:%S.%f")[:-3]
        ids = "".join(f" {key}={value}" for key, value in _extra(record).items())
        line = f"{time} {record.levelname.lower():<8} {self._service:<10} {_clean(record.getMessage())}{ids}"
        if record.exc_info:
            line = f"{line}\n{_clean(self.formatException(record.exc_info))}"
        return line


def _extra(record: logging.LogRecord) -> dict[str, Any]:
    given = {key: value for key, value in vars(record).items() if key not in _STANDARD}
    return {key: _plain(key, value) for key, value in given.items()}


def _plain(key: str, value: Any) -> Any:
    """The value as JSON takes it, without secrets; numbers are none, whatever they count."""
    if value is None or isinstance(value, bool | int | float):
        return value
    return _HIDDEN if _SECRET_NAME.search(key) else _clean(str(value))


def _clean(text: str) -> str:
    return _SECRET_TEXT.sub(lambda match: (match["bearer"] or match["scheme"] or "") + _HIDDEN, text)

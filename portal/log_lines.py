"""How a line of the log is written: one event, one line, no person.

Production writes JSON (one object a line, times in UTC), development a sentence. Whatever somebody typed stands in it
with its control characters escaped, so no input begins a line of its own or colours a terminal (CVE-2025-48432).
Mail servers and databases put addresses and values into what they raise; they are taken out here, at the last moment.
"""

import json
import logging
import re
from collections.abc import Callable
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

from portal.secret_addresses import masked

EMAIL = re.compile(r"[\w.+'-]+@[\w-]+(?:\.[\w-]+)+")
#: Mobile numbers of China, and what begins with a plus; identity numbers with their eighteen signs.
NUMBER = re.compile(
    r"(?<![\w.-])(?:(?:\+?86[ -]?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4}|\+\d[\d -]{7,14}\d|\d{17}[\dXx])(?![\w-])"
)
#: What PostgreSQL says of a row that it refused: its values.
VALUES = re.compile(r"(?m)(Key \([^)\n]*\)=\()[^\n]*(?=\) )|(Failing row contains \().*")
#: Nothing but a line's own characters: C0 and C1 controls, and what turns the direction of writing or ends a line.
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")

#: What is known of the request that this thread answers; set by `portal.request_log`.
about_request: ContextVar[Callable[[], dict[str, Any]] | None] = ContextVar("about_request", default=None)


def without_people(text: str) -> str:
    """The text without secrets of addresses, e-mail addresses, telephone and identity numbers, and refused values."""
    text = VALUES.sub(lambda found: (found[1] or found[2]) + "…", masked(text))
    return NUMBER.sub("…", EMAIL.sub("…@…", text))


def on_one_line(text: str) -> str:
    return CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", text)


class Line(logging.Formatter):
    """What both kinds of line have in common: the facts of an event, in order."""

    def facts(self, record: logging.LogRecord) -> dict[str, Any]:
        known = about_request.get()
        facts = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")[:-6] + "Z",
            "level": record.levelname,
            "logger": record.name,
            "message": without_people(record.getMessage()),
            **(known() if known else {}),
            **getattr(record, "facts", {}),
        }
        error = record.exc_text or (self.formatException(record.exc_info) if record.exc_info else "")
        if error:
            facts["error"] = without_people(error)
        return facts


class JsonLine(Line):
    """One JSON object. Not ASCII is escaped, and with it every character that a terminal would obey."""

    def format(self, record: logging.LogRecord) -> str:
        return json.dumps(self.facts(record), default=str)


class PlainLine(Line):
    """For people at a terminal: the sentence, and an error on the lines after it."""

    def format(self, record: logging.LogRecord) -> str:
        facts = self.facts(record)
        error = facts.pop("error", "")
        time, level, logger, message = (
            str(facts.pop(name)) for name in ("time", "level", "logger", "message")
        )
        more = " ".join(f"{name}={value}" for name, value in facts.items() if value not in (None, ""))
        line = on_one_line(f"{time} {level} {logger}: {message} {more}".rstrip())
        return line + "".join(f"\n    {on_one_line(part)}" for part in error.splitlines())

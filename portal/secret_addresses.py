"""Addresses that open something to whoever has them: they never stand in a log."""

import logging
import re

#: The part after one of these, up to the next slash, is the secret.
SECRET = re.compile(
    r"(/(?:calendars/mine|cases/lists/shared|cases/searches/(?:feed|stop)|invitations|events/place|events/guest-data/link|password/reset/key)/)[^/\s\"'?]+"
)


def masked(text: str) -> str:
    """The text with every secret part of an address replaced by three dots."""
    return SECRET.sub(r"\1…", text)


class Masked(logging.Filter):
    """Takes the secrets out of a log record before anybody writes it: words, arguments, and the lines of an error."""

    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        if masked(message) != message:
            record.msg, record.args = masked(message), ()
        if record.exc_info and not record.exc_text:
            record.exc_text = masked(logging.Formatter().formatException(record.exc_info))
        return True

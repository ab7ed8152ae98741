"""The development mailbox: mail that a real installation would have sent, read from var/mail. Never in production."""

import email
from email.policy import default

from django.conf import settings


def newest(limit: int = 50) -> list[dict]:
    """The latest mails as dicts of subject, to, date, body and the names of what is attached."""
    texts: list[str] = []
    for file in sorted(settings.MAIL_DIR.glob("*.log"), reverse=True)[:limit]:
        texts += reversed(
            [text for text in file.read_text(encoding="utf-8").split("\n" + "-" * 79 + "\n") if text.strip()]
        )
    return [read(text) for text in texts[:limit]]


def read(text: str) -> dict:
    message = email.message_from_string(text, policy=default)
    body = message.get_body(("plain",))
    return {
        "subject": message["subject"],
        "to": message["to"],
        "date": message["date"],
        "body": body.get_content() if body else "",
        "attachments": [part.get_filename() for part in message.iter_attachments() if part.get_filename()],
    }

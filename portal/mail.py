"""Mail to people: written in their language, queued with the change that causes it, sent by the worker."""

import re
from base64 import b64decode, b64encode
from collections.abc import Collection
from email.utils import make_msgid
from smtplib import SMTPRecipientsRefused

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils.translation import override
from django_tasks_db.models import DBTaskResult

from portal.outbox import Final, after_commit


class AddressRefused(Final):
    """The mail server says for good that there is no such address (RFC 5321, 4.2.1: codes from 500 on)."""


def send(
    template: str,
    *,
    to: str,
    language: str,
    context: dict,
    calendar: bytes | None = None,
    key: str = "",
    stop_url: str = "",
) -> None:
    """Queue the mail `templates/email/<template>.txt` (first line: subject) to one address.

    A subject names the agency, event or text, never a person and no code: locked screens and mail servers show it.
    `calendar` is an iTIP message (RFC 5546) that goes along as an alternative part and as a file to open.
    `key` names the mail where the same one could be queued twice. `stop_url` is where a POST without a cookie stops
    further mails of this kind (RFC 8058): mail programs then show a button for it.
    """
    subject, body = written(template, language=language, context=context)
    queue(
        subject=subject,
        body=body,
        to=to,
        language=language,
        calendar=calendar,
        key=key,
        stop_url=stop_url,
    )


def written(template: str, *, language: str, context: dict) -> tuple[str, str]:
    """Subject and text of the mail `templates/email/<template>.txt`, in one language."""
    with override(language):
        text = render_to_string(f"email/{template}.txt", {"site_url": settings.SITE_URL, **context})
    subject, _, body = text.strip().partition("\n")
    # A part of the template that says nothing leaves its empty lines.
    return " ".join(subject.split()), re.sub(r"\n{3,}", "\n\n", body.strip())


def identity(key: str = "") -> str:
    """A Message-ID of ours; the same for the same key, so that a second delivery is recognised as the same mail."""
    domain = settings.SITE_URL.partition("://")[2].partition(":")[0]
    return f"<{key}@{domain}>" if key else make_msgid(domain=domain)


def queue(
    *,
    subject: str,
    body: str,
    to: str,
    language: str,
    calendar: bytes | None = None,
    key: str = "",
    stop_url: str = "",
) -> None:
    """Queue one mail. Its Message-ID is fixed here, so that a second delivery is recognised as the same mail."""
    deliver.enqueue(
        subject=" ".join(subject.split()),
        body=body,
        to=to,
        language=language,
        message_id=identity(key),
        calendar=b64encode(calendar).decode() if calendar else "",
        stop_url=stop_url,
    )


def forget(addresses: Collection[str]) -> None:
    """Take what waits for these addresses out of the outbox, what failed too."""
    waiting = DBTaskResult.objects.filter(backend_name="outbox", args_kwargs__kwargs__to__in=list(addresses))
    waiting.delete()


@after_commit
def deliver(
    *,
    subject: str,
    body: str,
    to: str,
    language: str,
    message_id: str,
    calendar: str,
    stop_url: str = "",
):
    """Hand one queued mail to the mail server."""
    hand_over(
        subject=subject,
        body=body,
        to=to,
        language=language,
        message_id=message_id,
        calendar=b64decode(calendar) if calendar else None,
        stop_url=stop_url,
    )


def hand_over(
    *,
    subject: str,
    body: str,
    to: str,
    language: str,
    message_id: str,
    calendar: bytes | None = None,
    stop_url: str = "",
) -> None:
    """Give one mail to the mail server, now. Only jobs of the outbox may: they are tried again when it fails.

    A job that writes its mail only now says what holds now, however long the mail server was away. Raises AddressRefused.
    """
    headers = {"Message-ID": message_id}
    if stop_url:
        headers |= {
            "List-Unsubscribe": f"<{stop_url}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        }
    message = EmailMultiAlternatives(subject, body, to=[to], headers=headers)
    with override(language):
        message.attach_alternative(
            render_to_string("email/base.html", {"body": body, "subject": subject}), "text/html"
        )
    if calendar:
        method = calendar.partition(b"METHOD:")[2].partition(b"\r\n")[0].decode()
        message.attach_alternative(calendar.decode(), f"text/calendar; method={method}; charset=utf-8")
        message.attach("event.ics", calendar, "text/calendar")
    try:
        message.send()
    except SMTPRecipientsRefused as refused:
        codes = [code for code, _words in refused.recipients.values()]
        if min(codes) < 500:
            raise
        raise AddressRefused(str(codes[0])) from None  # what the server said repeats the address

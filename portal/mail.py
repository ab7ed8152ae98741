"""Mail to people: written in their language, queued with the change that causes it, sent by the worker."""

from base64 import b64decode, b64encode
from email.utils import make_msgid

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils.translation import override

from portal.outbox import after_commit


def send(
    template: str, *, to: str, language: str, context: dict, calendar: bytes | None = None, key: str = ""
) -> None:
    """Queue the mail `templates/email/<template>.txt` (first line: subject) to one address.

    `calendar` is an iTIP message (RFC 5546) that goes along as an alternative part and as a file to open.
    `key` names the mail where the same one could be queued twice.
    """
    with override(language):
        text = render_to_string(f"email/{template}.txt", {"site_url": settings.SITE_URL, **context})
    subject, _, body = text.strip().partition("\n")
    queue(subject=subject, body=body.strip(), to=to, language=language, calendar=calendar, key=key)


def queue(
    *, subject: str, body: str, to: str, language: str, calendar: bytes | None = None, key: str = ""
) -> None:
    """Queue one mail. Its Message-ID is fixed here, so that a second delivery is recognised as the same mail."""
    domain = settings.SITE_URL.partition("://")[2].partition(":")[0]
    deliver.enqueue(
        subject=" ".join(subject.split()),
        body=body,
        to=to,
        language=language,
        message_id=f"<{key}@{domain}>" if key else make_msgid(domain=domain),
        calendar=b64encode(calendar).decode() if calendar else "",
    )


@after_commit
def deliver(*, subject: str, body: str, to: str, language: str, message_id: str, calendar: str):
    """Hand one mail to the mail server."""
    message = EmailMultiAlternatives(subject, body, to=[to], headers={"Message-ID": message_id})
    with override(language):
        message.attach_alternative(
            render_to_string("email/base.html", {"body": body, "subject": subject}), "text/html"
        )
    if calendar:
        content = b64decode(calendar)
        method = content.partition(b"METHOD:")[2].partition(b"\r\n")[0].decode()
        message.attach_alternative(content.decode(), f"text/calendar; method={method}; charset=utf-8")
        message.attach("event.ics", content, "text/calendar")
    message.send()

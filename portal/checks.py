"""House rules as system checks: an id, a sentence, a hint."""

from django.conf import settings
from django.core.checks import Tags, Warning, register


@register(Tags.security, deploy=True)
def mail_reaches_people(app_configs, **kwargs):
    """Production must not keep its mail in a folder or in memory."""
    if settings.EMAIL_BACKEND != "django.core.mail.backends.smtp.EmailBackend":
        return [
            Warning(
                "Mail does not leave this server.",
                hint="Set EMAIL_URL to a mail server, such as smtp+tls://user:password@smtp.example.org:587",
                id="portal.W001",
            )
        ]
    return []

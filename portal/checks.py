"""House rules as system checks: an id, a sentence, a hint."""

import re

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


@register(Tags.security, deploy=True)
def harvested_records_have_a_name_of_their_own(app_configs, **kwargs):
    """Identifiers of harvested records begin with a domain that is ours (OAI identifier scheme), for ever."""
    name = settings.OAI_NAMESPACE
    if re.fullmatch(r"[a-zA-Z][a-zA-Z0-9-]*(\.[a-zA-Z][a-zA-Z0-9-]*)+", name) and "example" not in name:
        return []
    return [
        Warning(
            "Harvested records are named after an example.",
            hint="Set OAI_NAMESPACE to a domain of yours, such as portal.example.org, once and for ever.",
            id="portal.W002",
        )
    ]

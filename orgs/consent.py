"""Which version of the privacy page is in force, and who agreed to it.

A version is the day on which its words came into force. Words that mean something else get a new version here; everybody
is then asked once, at their next sign-in (Personal Information Protection Law of China, article 14: consent is asked anew
when purpose, means or kind of data change; article 31: children under 14 need their guardians, so there are no accounts
for them).
"""

from datetime import datetime

from django.utils import timezone

from orgs.models import Consent, User

YOUNGEST = 14
#: The version in force of each text.
CURRENT = {Consent.Subject.PRIVACY: "2026-11-29"}


def agree(user: User, *, at: datetime | None = None) -> None:
    """Write down that this person agrees to what is in force now. Twice is once."""
    for subject, version in CURRENT.items():
        Consent.objects.get_or_create(
            user=user, subject=subject, version=version, defaults={"at": at or timezone.now()}
        )


def is_current(user: User) -> bool:
    """Whether this person agreed to every text as it is in force."""
    agreed = set(user.consents.values_list("subject", "version"))
    return all((subject, version) in agreed for subject, version in CURRENT.items())

"""Accounts that nobody uses any more: their people are told by mail, and 60 days later the account is closed."""

from datetime import date, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce

from orgs.leaving import CLOSED_ADDRESS, LastOwner, close_account
from orgs.models import User
from portal import mail
from portal.retention import midnight

TOLD_BEFORE = timedelta(days=60)
#: In one day; who looks after a small mail server is not surprised by thousands.
MOST_A_DAY = 200


def unused_since(moment) -> QuerySet[User]:
    """Accounts without a sign-in since then, of people who are no staff; the longest unused first."""
    accounts = User.objects.filter(is_active=True, is_staff=False, is_superuser=False, groups=None)
    accounts = accounts.exclude(email__endswith=CLOSED_ADDRESS).exclude(is_sample=True)
    seen = accounts.annotate(seen_at=Coalesce("last_login", "date_joined"))
    return seen.filter(seen_at__lt=moment).order_by("seen_at", "pk")


def close(on: date) -> list[str]:
    """Close what was unused for so long and whose people were told 60 days ago; tell those whose day comes next.

    Whoever signs in after the mail keeps the account. The last owner of an agency keeps it too, and is named by key.
    """
    if not settings.ACCOUNTS_KEPT_DAYS:
        return []
    now = midnight(on)
    ends_at = now - timedelta(days=settings.ACCOUNTS_KEPT_DAYS)
    told = Q(told_unused_at__gt=F("seen_at"))
    lines = [
        close_one(user)
        for user in unused_since(ends_at).filter(told, told_unused_at__lte=now - TOLD_BEFORE)[:MOST_A_DAY]
    ]
    to_tell = list(unused_since(ends_at + TOLD_BEFORE).exclude(told)[:MOST_A_DAY])
    for user in to_tell:
        tell(user, on)
    return [*lines, *([f"{len(to_tell)} people told that their account is unused"] if to_tell else [])]


def close_one(user: User) -> str:
    try:
        close_account(user)
    except LastOwner:
        return f"account {user.pk} is unused and stays: it is the last owner of an agency"
    return f"account {user.pk} was unused and is closed"


@transaction.atomic
def tell(user: User, on: date) -> None:
    """Write to the person, once for each time that the account falls asleep."""
    User.objects.filter(pk=user.pk).update(told_unused_at=midnight(on))
    mail.send(
        "account_unused",
        to=user.email,
        language=user.language,
        context={"person": user, "closed_on": on + TOLD_BEFORE},
    )

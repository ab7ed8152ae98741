"""What somebody may do as portal staff comes from groups and from being a superuser; whoever gives or takes it is written down.

Locked accounts have no rights, so locking takes them and unlocking gives them back.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.contrib.auth.models import Group
from django.db import transaction

from orgs import audit
from orgs.models import User

#: Beside the names of groups, which never begin like that.
SUPERUSER = "superuser"


def held_by(pk: int | None) -> set[str]:
    """What this account holds now: the names of its groups, and whether it is a superuser's."""
    person = User.objects.filter(pk=pk, is_active=True).first()
    if person is None:
        return set()
    return {*person.groups.values_list("name", flat=True), *([SUPERUSER] if person.is_superuser else [])}


@contextmanager
def recorded(*accounts: User, by: User) -> Iterator[None]:
    """Write down, after the block, who holds what they did not hold before it, and the reverse. One entry for each right.

    An account that the block makes is given to it before it has a key.
    """
    with transaction.atomic():
        before = [held_by(account.pk) for account in accounts]
        yield
        for account, held in zip(accounts, before, strict=True):
            record(account, before=held, by=by)


def record(account: User, *, before: set[str], by: User) -> None:
    after = held_by(account.pk)
    for right in sorted(after - before):
        audit.record(audit.Action.RIGHTS, by=by, about=account, given=right)
    for right in sorted(before - after):
        audit.record(audit.Action.RIGHTS, by=by, about=account, taken=right)


def record_group(group: Group, *, by: User) -> None:
    """Write down that what a group of staff may do was set anew, or that the group went."""
    audit.record(audit.Action.RIGHTS, by=by, what=group.name)

"""How a person comes into an agency: they ask, somebody who may decide answers. Nobody joins by an e-mail domain or a link.

Where nobody looks after the entry yet (an imported one), asking to join is claiming it; see `orgs/claiming.py`.
"""

from collections import defaultdict
from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from orgs import claiming
from orgs.application import ApplicationError
from orgs.membership import take_in
from orgs.models import Agency, Application, JoinRequest, Membership, Role, User
from orgs.permissions import LEADS, agencies_where, can, portal_staff
from portal import mail

#: After how many days those who may decide are reminded. With the last one portal staff hear of it too.
REMINDERS = (3, 7)


class JoiningError(Exception):
    """A refusal, with a sentence for people."""


def decidable_by(user):
    """The open requests this person may answer, the oldest first."""
    own = agencies_where(user, "members.decide")
    return (
        JoinRequest.objects.filter(agency__in=own, status=JoinRequest.Status.PENDING)
        .exclude(user=user)
        .select_related("user", "agency")
    )


def deciders(agency: Agency):
    """The people who answer for the agency: its owners and managers."""
    leads = agency.memberships.active().filter(role__in=LEADS)
    return User.objects.filter(pk__in=leads.values("user"))


@transaction.atomic
def ask_to_join(agency: Agency, *, user: User, message: str = "") -> JoinRequest | Application:
    """Ask the agency to take this person in; where it has nobody who could answer, claim its entry.

    Asking twice is asking once. Raises JoiningError.
    """
    agency = Agency.objects.select_for_update().get(pk=agency.pk)
    if agency.status != Agency.Status.LISTED:
        raise JoiningError(_("This agency is not listed, so it cannot be joined."))
    membership = agency.memberships.filter(user=user).first()
    if membership and membership.status == Membership.Status.ACTIVE:
        raise JoiningError(_("You belong to this agency already."))
    if membership and membership.status == Membership.Status.SUSPENDED:
        raise JoiningError(_("Your membership is suspended. Please talk to the agency's owner."))
    if not agency.is_claimed and not deciders(agency).exists():
        try:
            return claiming.claim(agency, by=user, message=message)
        except ApplicationError as refusal:
            raise JoiningError(str(refusal))
    join_request, created = JoinRequest.objects.get_or_create(
        agency=agency, user=user, status=JoinRequest.Status.PENDING, defaults={"message": message}
    )
    if created:
        for person in deciders(agency):
            write(join_request, "join_request_asked", to=person)
    return join_request


@transaction.atomic
def ask_as_said_at_sign_up(user: User) -> JoinRequest | Application | None:
    """Ask the agency that a new person named, once; see `ask_to_join`. An agency that was withdrawn meanwhile is not asked."""
    user = User.objects.select_for_update(of=("self",)).select_related("wants_to_join").get(pk=user.pk)
    agency = user.wants_to_join
    if agency is None:
        return None
    user.wants_to_join = None
    user.save(update_fields=["wants_to_join"])
    try:
        return ask_to_join(agency, user=user)
    except JoiningError:
        return None


@transaction.atomic
def accept(join_request: JoinRequest, *, by: User) -> Membership:
    """Take the person in as a member. Raises JoiningError."""
    join_request = answer(join_request, JoinRequest.Status.ACCEPTED, by=by)
    suspended = join_request.agency.memberships.filter(status=Membership.Status.SUSPENDED)
    if suspended.filter(user=join_request.user).exists():
        raise JoiningError(_("This membership is suspended. End the suspension instead."))
    membership = take_in(join_request.agency, user=join_request.user, role=Role.MEMBER, by=by)
    write(join_request, "join_request_accepted", to=join_request.user)
    return membership


@transaction.atomic
def decline(join_request: JoinRequest, *, by: User, reason: str = "") -> JoinRequest:
    """Say no, if possible with a reason that the person reads. Raises JoiningError."""
    join_request = answer(join_request, JoinRequest.Status.DECLINED, by=by, reason=reason)
    write(join_request, "join_request_declined", to=join_request.user)
    return join_request


@transaction.atomic
def withdraw(join_request: JoinRequest, *, by: User) -> JoinRequest:
    """Take one's own request back. Raises JoiningError."""
    join_request = lock(join_request)
    if join_request.user != by:
        raise JoiningError(_("Only the person who asked can take the request back."))
    return close(join_request, JoinRequest.Status.WITHDRAWN, by=by)


@transaction.atomic
def remind(on: date) -> list[str]:
    """Write to those who let somebody wait for three days, and for seven; then to portal staff too.

    Everybody gets one mail for all who wait. The count on the request holds that a second run writes to nobody.
    """
    waiting = JoinRequest.objects.select_for_update(of=("self",)).filter(status=JoinRequest.Status.PENDING)
    mails: dict[User, list[JoinRequest]] = defaultdict(list)
    reminded = 0
    for join_request in waiting.select_related("user", "agency"):
        days = (on - timezone.localdate(join_request.created_at)).days
        due = sum(days >= after for after in REMINDERS)
        if due <= join_request.reminder_count:
            continue
        people = set(deciders(join_request.agency))
        if due == len(REMINDERS) or not people:
            people |= set(portal_staff())
        for person in people - {join_request.user}:
            mails[person].append(join_request)
        join_request.reminder_count = due
        join_request.save(update_fields=["reminder_count"])
        reminded += 1
    for person, join_requests in sorted(mails.items(), key=lambda entry: entry[0].pk):
        mail.send(
            "join_requests_waiting",
            to=person.email,
            language=person.language,
            context={"join_requests": join_requests, "days": REMINDERS[0]},
        )
    return [f"{reminded} requests to join: {len(mails)} people reminded"] if reminded else []


def answer(join_request: JoinRequest, status: str, *, by: User, reason: str = "") -> JoinRequest:
    join_request = lock(join_request)
    if not can(by, "members.decide", join_request.agency):
        raise JoiningError(_("Only the agency's owners and managers answer requests to join."))
    if by == join_request.user:
        raise JoiningError(_("Nobody answers their own request."))
    return close(join_request, status, by=by, reason=reason)


def lock(join_request: JoinRequest) -> JoinRequest:
    """The open request, held until the transaction ends: two answers at once become one."""
    Agency.objects.select_for_update().get(pk=join_request.agency_id)
    join_request = JoinRequest.objects.select_related("agency", "user").get(pk=join_request.pk)
    if join_request.status != JoinRequest.Status.PENDING:
        raise JoiningError(_("This request has been answered already."))
    return join_request


def close(join_request: JoinRequest, status: str, *, by: User, reason: str = "") -> JoinRequest:
    join_request.status, join_request.decided_by, join_request.reason = status, by, reason
    join_request.decided_at = timezone.now()
    join_request.save(update_fields=["status", "decided_by", "reason", "decided_at"])
    return join_request


def write(join_request: JoinRequest, template: str, *, to: User) -> None:
    mail.send(template, to=to.email, language=to.language, context={"join_request": join_request, "to": to})

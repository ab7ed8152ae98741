"""What a person who was put down answers: yes, I come; no, I cannot. And reminding those who say nothing."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from events.models import Event, Nomination, Question, Registration
from events.nominating.guests import own
from events.registering import notice, questions
from events.registering import registration as places
from events.registering.refusals import EventCancelled, EventOver, NotYours, RegistrationError
from orgs.models import User
from orgs.permissions import can
from portal import database_clock, mail

REMINDED_BEFORE = timedelta(days=3)


@transaction.atomic
def accept(
    nomination: Nomination,
    *,
    by: User | None = None,
    answers: Mapping[Question, str] | None = None,
    at: datetime | None = None,
) -> Registration:
    """The person comes. `by` is who is signed in, if anybody. Saying it again changes nothing. Raises RegistrationError.

    `answers` are those to the event's questions, of somebody who has read the notice beside them. At a place that the
    person had on their own they change nothing that was answered there.
    """
    registration, at = hold(nomination, at)
    if nomination.declined_at or not registration.is_live:
        raise RegistrationError(
            _("This place was given back. Ask your colleague to put you down again, or register yourself.")
        )
    if registration.answered_at is None:
        registration.answered_at = at
        if answers is not None:
            registration.notice_version = notice.VERSION
            write_down = questions.keep if nomination.made_the_place else questions.add
            write_down(registration, answers)
        registration.save(update_fields=["answered_at", "notice_version"])
    if by and by.pk == registration.user_id:
        own(nomination)
    return registration


@transaction.atomic
def decline(
    nomination: Nomination, *, by: User | None = None, at: datetime | None = None
) -> Registration | None:
    """The person does not come, or the coordinator takes them back: the seat goes to the next in line, who is returned.

    A place that the person had on their own stays theirs. Raises RegistrationError.
    """
    registration, at = hold(nomination, at)
    if nomination.declined_at:
        return None
    nomination.declined_at = at
    nomination.save(update_fields=["declined_at"])
    if not nomination.made_the_place:
        return None
    return places.give_back(registration, by=by, at=at, template="cancelled")


def take_back(nomination: Nomination, *, by: User, at: datetime | None = None) -> Registration | None:
    """The coordinator takes somebody back whom their agency put down. Raises RegistrationError."""
    if not can(by, "events.nominate", nomination.agency):
        raise NotYours(_("Owners and managers of an agency put its people down."))
    return decline(nomination, by=by, at=at)


def hold(nomination: Nomination, at: datetime | None) -> tuple[Registration, datetime]:
    """The registration as it is now, locked, and when that is. Raises EventOver and EventCancelled."""
    registration = nomination.registration
    places.lock(registration)
    nomination.refresh_from_db(fields=["declined_at", "made_the_place"])
    at = at or database_clock.read()
    if registration.event.is_cancelled:
        raise EventCancelled(_("This event has been cancelled."))
    if registration.event.is_over(at):
        raise EventOver(_("This event is over."))
    return registration, at


def to_answer(user: User, at: datetime | None = None):
    """Where this person was put down by e-mail address or from the member list, and has not answered."""
    return (
        Nomination.objects.unanswered()
        .filter(
            registration__user=user,
            registration__event__status=Event.Status.PUBLISHED,
            registration__event__ends_at__gte=at or timezone.now(),
        )
        .select_related("registration__event__host", "agency", "by")
        .order_by("registration__event__starts_at", "pk")
    )


def remind(on: date) -> list[str]:
    """Ask those who have a seat and have not answered, three days before the event, once. Who has no address is asked
    by the colleague who put them down."""
    now = timezone.now()
    due = (
        Nomination.objects.unanswered()
        .filter(
            reminded_at=None,
            created_at__date__lt=on,
            registration__status=Registration.Status.CONFIRMED,
            registration__event__status=Event.Status.PUBLISHED,
            registration__event__starts_at__gt=now,
            registration__event__starts_at__date__lte=on + REMINDED_BEFORE,
        )
        .select_related("registration__event__host", "registration__user", "agency", "by")
        .order_by("pk")
    )
    return [line for nomination in due if (line := remind_one(nomination, now))]


@transaction.atomic
def remind_one(nomination: Nomination, now: datetime) -> str:
    if not Nomination.objects.filter(pk=nomination.pk, reminded_at=None).update(reminded_at=now):
        return ""
    registration = nomination.registration
    person, writer = registration.person, nomination.by
    to = person if person.email else writer
    if to is None or (isinstance(to, User) and not to.is_active):
        return ""
    with override(to.language):
        mail.send(
            "events/answer_reminder" if to == person else "events/answer_reminder_for_guest",
            to=to.email,
            language=to.language,
            context={
                "nomination": nomination,
                "registration": registration,
                "event": registration.event,
                "person": to,
                "guest": nomination.as_typed,
            },
        )
    return f"{registration.event.public_id}: a person who was put down is asked for an answer"

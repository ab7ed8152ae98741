"""What goes out around the day by itself: reminders before each session, and thanks after the last one.

A letter has a row in the database, written together with its job, so it goes out once however many workers look. It is
put into words when it is sent: a mail server that was away for a day sends what holds then, and nothing that is over.
"""

from collections.abc import Iterator
from datetime import datetime, time, timedelta

from django.db import transaction
from django.db.models import Exists, F, Max, OuterRef, Q
from django.utils import timezone

from events.models import Event, EventSession, LetterPlan, Registration, Reminder, ThankYou
from events.models.reminder import MOST_HOURS, check_hours
from orgs.models import User
from portal import mail
from portal.outbox import after_commit

CONFIRMED = Registration.Status.CONFIRMED
#: An event that has been over for longer is not thanked for: somebody has just turned the clock on.
TOO_LATE_TO_THANK = timedelta(days=3)


def plan_of(event: Event) -> LetterPlan:
    """What goes out around this event: the host's wishes, or what every event has."""
    return LetterPlan.objects.filter(event=event).first() or LetterPlan(event=event)


@transaction.atomic
def change_plan(event: Event, *, by: User, at: datetime | None = None, **fields) -> LetterPlan:
    """Change what goes out by itself: `reminder_hours`, `sends_thanks`, `thanks_hour`, `thanks_words`.

    An hour that has passed by now sends nobody a reminder any more. Raises ValidationError.
    """
    Event.objects.select_for_update(of=("self",)).get(pk=event.pk)
    plan = plan_of(event)
    for name, value in fields.items():
        setattr(plan, name, value)
    plan.changed_at = at or timezone.now()
    check_hours(plan.reminder_hours)  # the field lets an empty value pass, and None is one
    plan.full_clean(exclude=["event"])
    plan.save()
    return plan


# -- Before -----------------------------------------------------------------------------------------------------------


def remind(at: datetime) -> int:
    """Write to everybody whose hour has come. Returns to how many."""
    number = 0
    for session, hours in due_reminders(at):
        for registration in to_be_reminded(session, hours):
            number += write_reminder(registration, session, hours=hours, at=at)
    return number


def due_reminders(at: datetime) -> Iterator[tuple[EventSession, int]]:
    """Sessions to come whose last reminder hour so far has passed, with that hour. Earlier ones it speaks for.

    An hour that passed before the session was moved there, or before the host chose it, is none.
    """
    sessions = EventSession.objects.filter(
        event__status=Event.Status.PUBLISHED,
        starts_at__gt=at,
        starts_at__lte=at + timedelta(hours=MOST_HOURS),
    )
    for session in sessions.select_related("event__letter_plan").order_by("starts_at", "pk"):
        plan = getattr(session.event, "letter_plan", None) or LetterPlan(event=session.event)
        passed = [hours for hours in plan.reminder_hours if moment_of(session, hours) <= at]
        if not passed:
            continue
        hours = min(passed)
        since = max(filter(None, (session.moved_at, plan.changed_at)), default=None)
        if since is None or since <= moment_of(session, hours):
            yield session, hours


def moment_of(session: EventSession, hours: int) -> datetime:
    return session.starts_at - timedelta(hours=hours)


def to_be_reminded(session: EventSession, hours: int):
    """Who has had a seat since before that hour, can be written to, and was not reminded of it."""
    reminded = Reminder.objects.filter(
        registration=OuterRef("pk"), session=session, hours=hours, starts_at=session.starts_at
    )
    return (
        reachable(session.event.registrations.filter(status=CONFIRMED))
        .annotate(seated_at=Max("log__at", filter=Q(log__status=CONFIRMED)))
        .filter(~Exists(reminded), seated_at__lte=moment_of(session, hours))
        .order_by("pk")
    )


def reachable(registrations):
    """Those with an address. A guest who is known by telephone hears it from the colleague who put them down."""
    return registrations.filter(Q(user__is_active=True) | (Q(user=None) & ~Q(guest_email="")))


@transaction.atomic
def write_reminder(registration: Registration, session: EventSession, *, hours: int, at: datetime) -> bool:
    """Queue one reminder and note it down. False when somebody else just did."""
    reminder, is_new = Reminder.objects.get_or_create(
        registration=registration,
        session=session,
        hours=hours,
        starts_at=session.starts_at,
        defaults={"at": at},
    )
    if is_new:
        send_reminder.enqueue(reminder=reminder.pk)
    return is_new


@after_commit
def send_reminder(*, reminder: int):
    """Put a reminder into words and send it, unless it became wrong: a seat given back, a session moved or begun."""
    found = (
        Reminder.objects.filter(
            pk=reminder,
            registration__status=CONFIRMED,
            session__event__status=Event.Status.PUBLISHED,
            session__starts_at=F("starts_at"),
            starts_at__gt=timezone.now(),
        )
        .select_related("registration__user", "session__event__host", "session__event__division__parent")
        .first()
    )
    if found:
        context = {"session": found.session}
        send_letter(
            "reminder", found.registration, found.session.event, key=f"reminder.{found.pk}", **context
        )


# -- After ------------------------------------------------------------------------------------------------------------


def thank(at: datetime) -> int:
    """Write to everybody who was at an event whose hour of thanks has come. Returns to how many."""
    number = 0
    over = Event.objects.published().filter(ends_at__lte=at, ends_at__gte=at - TOO_LATE_TO_THANK)
    for event in over.select_related("letter_plan").order_by("ends_at", "pk"):
        plan = getattr(event, "letter_plan", None) or LetterPlan(event=event)
        if plan.sends_thanks and thanks_at(event, plan) <= at:
            for registration in to_be_thanked(event):
                number += write_thanks(registration, at=at)
    return number


def thanks_at(event: Event, plan: LetterPlan) -> datetime:
    """The chosen hour of the day after the last session, where it was. The event has its sessions."""
    day = timezone.localdate(event.ends_at, event.zone) + timedelta(days=1)
    return timezone.make_aware(datetime.combine(day, time(plan.thanks_hour)), event.zone)


def to_be_thanked(event: Event):
    """Who had a seat, did not stay away, can be written to and was not thanked."""
    seated = event.registrations.filter(status=CONFIRMED, thank_you=None)
    return reachable(seated.exclude(pk__in=event.registrations.no_shows())).order_by("pk")


@transaction.atomic
def write_thanks(registration: Registration, *, at: datetime) -> bool:
    """Queue one thank-you mail and note it down. False when somebody else just did."""
    thanks, is_new = ThankYou.objects.get_or_create(registration=registration, defaults={"at": at})
    if is_new:
        send_thanks.enqueue(thanks=thanks.pk)
    return is_new


@after_commit
def send_thanks(*, thanks: int):
    """Put the thanks into words and send them."""
    found = (
        ThankYou.objects.filter(pk=thanks, registration__status=CONFIRMED)
        .select_related("registration__user", "registration__event__host")
        .first()
    )
    if found:
        event = found.registration.event
        words = plan_of(event).thanks_words
        send_letter("thanks", found.registration, event, key=f"thanks.{found.pk}", words=words)


def send_letter(template: str, registration: Registration, event: Event, *, key: str, **context) -> None:
    """Hand one letter to the mail server, in the person's language and with an identity that stays the same."""
    person = registration.person
    if not person.email:
        return
    subject, body = mail.written(
        f"events/{template}",
        language=person.language,
        context={"registration": registration, "event": event, "person": person, **context},
    )
    mail.hand_over(
        subject=subject,
        body=body,
        to=person.email,
        language=person.language,
        message_id=mail.identity(f"{registration.public_id}.{key}"),
    )

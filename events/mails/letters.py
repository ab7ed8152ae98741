"""What people are told about their place at an event. The worker composes it: nobody holds a seat's row meanwhile.

A letter is about one entry of the registration's log. When the log has gone on since, the letter of the later entry says
what holds, and this one is not sent. A letter may be composed twice; its Message-ID says that it is the same one.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.utils import timezone
from django.utils.translation import override

from events.calendars import itip
from events.models import Event, EventSession, Registration, RegistrationLogEntry
from portal import mail
from portal.outbox import after_commit

EVENT_CHANGED = "event_changed"


def write(entry: RegistrationLogEntry, template: str) -> None:
    """Tell the person what happened: `templates/email/events/<template>.txt`, with what their calendar must know."""
    later = compose.using(run_after=timezone.now() + timedelta(seconds=settings.LETTERS_WAIT))
    later.enqueue(entry=entry.pk, template=template)


def write_about_change(
    registrations: Iterable[Registration], *, at: datetime, dropped: Iterable[EventSession] = ()
) -> None:
    """Tell these people that time or place are new, and take the sessions `dropped` out of the calendars of who has a seat."""
    ended = [
        {
            "starts_at": session.starts_at.isoformat(),
            "ends_at": session.ends_at.isoformat(),
            "title": session.title,
            "is_all_day": session.is_all_day,
            "ical_uid": str(session.ical_uid),
            "sequence": session.sequence,
        }
        for session in dropped
    ]
    for registration in registrations:
        entry = registration.log.last()
        compose.enqueue(entry=entry.pk, template=EVENT_CHANGED, at=at.isoformat(), dropped=ended)


@after_commit
def compose(*, entry: int, template: str, at: str = "", dropped: Iterable[dict] = ()):
    """Put the letter into words and into the outbox, in the person's language. `at` is set for a change of the event."""
    log = RegistrationLogEntry.objects.select_related(
        "registration__user",
        "registration__nominated_by",
        "registration__event__host",
        "registration__event__division__parent",
    )
    found = log.filter(pk=entry).first()
    if found is None or found.registration.log.filter(pk__gt=entry).exists():
        return
    registration = found.registration
    if registration.user and not registration.user.is_active:
        return  # who has left the portal is not written to
    moment = datetime.fromisoformat(at) if at else found.at
    key = f"{registration.public_id}.{entry}.{template}.{moment.timestamp():.0f}"
    if not registration.person.email:
        return tell_who_put_them_down(found, template, key)
    before = registration.log.filter(pk__lt=entry).last()
    calendar = None
    with override(registration.person.language):
        if registration.has_seat:
            calendar = itip.invitation(
                registration, at=moment, dropped=[session(one, registration.event) for one in dropped]
            )
        elif template != EVENT_CHANGED and before and before.status == Registration.Status.CONFIRMED:
            calendar = itip.withdrawal(registration, at=moment)
    mail.send(
        f"events/{template}",
        to=registration.person.email,
        language=registration.person.language,
        context={
            "registration": registration,
            "event": registration.event,
            "person": registration.person,
            "reason": found.reason,
        },
        calendar=calendar,
        key=key,
    )


def tell_who_put_them_down(entry: RegistrationLogEntry, template: str, key: str) -> None:
    """A guest without an address hears it from a colleague, who is told unless they did it themselves."""
    registration = entry.registration
    colleague = registration.nominated_by
    is_changed = template == EVENT_CHANGED
    did_it = colleague == entry.by and not is_changed
    if colleague is None or did_it or not colleague.is_active or not registration.guest_phone:
        return
    with override(colleague.language):
        mail.send(
            "events/tell_guest",
            to=colleague.email,
            language=colleague.language,
            context={
                "registration": registration,
                "event": registration.event,
                "person": colleague,
                "guest": registration.person,
                "is_changed": is_changed,
            },
            key=f"{key}.tell",
        )


def session(facts: dict, event: Event) -> EventSession:
    """A session that is no longer kept, from what the letter carries of it."""
    return EventSession(
        event=event,
        starts_at=datetime.fromisoformat(facts["starts_at"]),
        ends_at=datetime.fromisoformat(facts["ends_at"]),
        title=facts["title"],
        is_all_day=facts["is_all_day"],
        ical_uid=UUID(facts["ical_uid"]),
        sequence=facts["sequence"],
    )

"""A minimum number of participants: on its day the host is asked once whether the event takes place."""

from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from events.hosting.publishing import PublishingError
from events.models import Event, Registration
from orgs.models import User
from orgs.permissions import carriers
from portal import mail


def ask(on: date) -> list[str]:
    """Write to the hosts of every event whose day of decision has come, once. Returns a line about each."""
    due = Event.objects.published().upcoming().filter(decide_on__lte=on, decision_asked_at=None)
    return [line for pk in due.values_list("pk", flat=True) if (line := ask_about(pk))]


@transaction.atomic
def ask_about(pk: int) -> str:
    """Write to those who publish events for the host. Nothing when somebody else just did, or the event is over."""
    event = Event.objects.select_for_update(of=("self",)).select_related("host").get(pk=pk)
    if event.decision_asked_at or not event.awaits_decision:
        return ""
    event.decision_asked_at = timezone.now()
    event.save(update_fields=["decision_asked_at"])
    number = registered(event)
    for membership in carriers("events.publish").filter(agency=event.host).select_related("user"):
        person = membership.user
        mail.send(
            "events/decide",
            to=person.email,
            language=person.language,
            context={
                "event": event,
                "person": person,
                "number": number,
                "is_enough": number >= event.minimum,
            },
            key=f"{event.public_id}.decide.{event.decide_on}.{membership.pk}",
        )
    return f"{event.public_id}: {number} of {event.minimum} have registered, the host is asked"


def registered(event: Event) -> int:
    """How many people have a seat."""
    return event.registrations.filter(status=Registration.Status.CONFIRMED).count()


@transaction.atomic
def go_ahead(event: Event, *, by: User) -> Event:
    """Say that it takes place, however many come. Saying it again changes nothing. Raises PublishingError."""
    event = Event.objects.select_for_update(of=("self",)).get(pk=event.pk)
    if event.is_cancelled:
        raise PublishingError(_("This event has been cancelled."))
    if event.minimum is None:
        raise PublishingError(_("This event needs no minimum number, so there is nothing to decide."))
    if event.goes_ahead_at is None:
        event.goes_ahead_at = timezone.now()
        event.save(update_fields=["goes_ahead_at", "updated_at"])
    return event

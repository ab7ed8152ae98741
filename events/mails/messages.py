"""Messages of a host to a group of the people of an event: who gets one, how many a day, one mail for each person."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from events.mails.reminders import reachable, send_letter
from events.models import Event, GroupMessage, MessageCopy, Registration
from events.permissions import can_manage
from events.registering.refusals import NotYours, RegistrationError
from orgs.models import Agency, User
from portal.outbox import after_commit

#: So many messages a host may write about one event in 24 hours.
MOST_A_DAY = 5
#: So many mails the hosts of one agency may send to groups in 24 hours.
MOST_MAILS_A_DAY = 3000
DAY = timedelta(hours=24)
Group = GroupMessage.Group


class MessageRefused(RegistrationError):
    """The message goes to nobody. Its text is a sentence for people."""


def recipients(event: Event, group: str, *, agency: Agency | None = None):
    """The registrations of those whom the message would reach. Nobody who cancelled is ever written to."""
    everybody = event.registrations.live()
    chosen = {
        Group.SEATED: everybody.filter(status=Registration.Status.CONFIRMED),
        Group.WAITING: everybody.filter(status=Registration.Status.WAITLISTED),
        Group.ASKING: everybody.filter(status=Registration.Status.REQUESTED),
        Group.UNANSWERED: everybody.filter(nominated_by__isnull=False, answered_at=None),
        Group.ABSENT: event.registrations.no_shows(),
        Group.AGENCY: everybody.filter(agency=agency, agency__isnull=False),
    }[Group(group)]
    return reachable(chosen).select_related("user").order_by("pk")


@transaction.atomic
def write(
    event: Event,
    *,
    by: User,
    group: str,
    subject: str,
    text: str,
    form_key: UUID,
    agency: Agency | None = None,
    at: datetime | None = None,
) -> GroupMessage:
    """Write to a group: one mail for each person, sent by the worker. A form sent again gives the message there is.

    Raises NotYours, MessageRefused.
    """
    at = at or timezone.now()
    if not can_manage(by, event):
        raise NotYours(_("Only the host writes to those who come."))
    # Two hosts press at once: the second counts what the first wrote. Counted by the agency, so its row is held.
    Agency.objects.select_for_update(of=("self",), no_key=True).get(pk=event.host_id)
    if sent := event.messages.filter(form_key=form_key).first():
        return sent
    people = list(recipients(event, group, agency=agency))
    check_number(event, len(people), at=at)
    message = GroupMessage.objects.create(
        event=event,
        by=by,
        group=group,
        agency=agency if group == Group.AGENCY else None,
        subject=subject,
        text=text,
        form_key=form_key,
        at=at,
    )
    copies = [MessageCopy(message=message, registration=registration) for registration in people]
    for copy in MessageCopy.objects.bulk_create(copies):
        send_copy.enqueue(copy=copy.pk)
    return message


def check_number(event: Event, number: int, *, at: datetime) -> None:
    """Raise MessageRefused when the group is empty or the day's messages are used up."""
    if not number:
        raise MessageRefused(_("Nobody in this group can be reached by mail. Choose another group."))
    written = event.messages.filter(at__gt=at - DAY).count()
    if written >= MOST_A_DAY:
        raise MessageRefused(
            ngettext(
                "You have written %(number)d message about this event in 24 hours, which is as many as can be. Put the rest into one message tomorrow.",
                "You have written %(number)d messages about this event in 24 hours, which is as many as can be. Put the rest into one message tomorrow.",
                written,
            )
            % {"number": written}
        )
    mails = MessageCopy.objects.filter(message__event__host=event.host_id, message__at__gt=at - DAY).count()
    if mails + number > MOST_MAILS_A_DAY:
        raise MessageRefused(
            _("Your agency has written very many mails today. Please send this one tomorrow.")
        )


def with_progress(messages):
    """Messages with `sent` and `all`: how many mails have left, of how many."""
    return messages.select_related("by", "agency").annotate(
        all=Count("copies"), sent=Count("copies", filter=Q(copies__sent_at__isnull=False))
    )


@after_commit
def send_copy(*, copy: int):
    """Send one person's copy and note that the mail server took it. Who has left meanwhile gets none, and has none."""
    found = (
        MessageCopy.objects.filter(pk=copy, sent_at=None)
        .select_related("message", "message__event__host", "registration__user")
        .first()
    )
    if found is None:
        return
    if not found.registration.is_live:
        found.delete()
        return
    message = found.message
    send_letter(
        "group_message", found.registration, message.event, key=f"message.{found.pk}", message=message
    )
    MessageCopy.objects.filter(pk=copy).update(sent_at=timezone.now())

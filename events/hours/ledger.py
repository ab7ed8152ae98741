"""Hours of continuing education: what attending an event earns, and how they are written into the ledger.

The ledger holds whole minutes, by actual attendance (《社会工作者继续教育办法》: "按实际时间"). Pages show hours of sixty
minutes with one decimal; how many minutes an hour has for a target stands in its rule (`HoursRule.minutes_per_hour`).
What was granted is never changed: granting again after the attendance was put right writes the difference.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet, Sum
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from events.attending.attendance import attended_minutes
from events.attending.minutes import possible
from events.models import Event, HoursEntry, HoursRole, Profession, Registration
from events.permissions import can_manage
from events.registering.refusals import EventCancelled, NotYours, RegistrationError
from orgs.models import User

#: Kept in English and shown in the language of who reads it.
ATTENDANCE_CORRECTED = gettext_noop("The attendance was corrected.")
#: As what people count who have not said what their profession is.
BY_OCCUPATION = {
    User.Occupation.PRACTITIONER: HoursRole.SOCIAL_WORKER,
    User.Occupation.RESEARCHER: HoursRole.RESEARCHER,
    User.Occupation.SUPERVISOR: HoursRole.SUPERVISOR,
    User.Occupation.VOLUNTEER: HoursRole.VOLUNTEER,
}


class HoursError(RegistrationError):
    """A refusal about hours. Its text is a sentence for people."""


class NotOverYet(HoursError):
    """Hours are for what has been."""


class NothingToCorrect(HoursError):
    """A correction says by how much and why, and nobody has less than no hours."""


@dataclass(frozen=True)
class Share:
    """What one registration attended, and what stands in the ledger for it. All in minutes."""

    registration: Registration
    sessions: dict[int, int]  # session key → attended minutes
    written: dict[int | None, int]  # session key → minutes in the ledger; None: corrections of no session
    possible: int  # of the event; where sessions go on at the same time, each moment counts once

    @property
    def attended(self) -> int:
        return sum(self.sessions.values())

    @property
    def granted(self) -> int:
        return sum(self.written.values())

    @property
    def percent(self) -> int:
        """How much of the event they attended, rounded down; corrections by hand count."""
        minutes = self.attended + self.written.get(None, 0)
        return min(100, minutes * 100 // self.possible) if self.possible else 0

    @property
    def differences(self) -> dict[int, int]:
        """Session key → minutes that the ledger lacks (positive) or has too many (negative)."""
        keys = self.sessions.keys() | {key for key in self.written if key is not None}
        found = {key: self.sessions.get(key, 0) - self.written.get(key, 0) for key in sorted(keys)}
        return {key: minutes for key, minutes in found.items() if minutes}

    @property
    def difference(self) -> int:
        return sum(self.differences.values())


def possible_minutes(event: Event) -> int:
    """How many minutes the event gives to who attends all of it. Reads `sessions`: prefetch them."""
    return possible(event.sessions.all())


def default_role(user: User | None, event: Event) -> str:
    """As what somebody takes part, from their profession or occupation as it is now. Reads `user.profession`."""
    profession = getattr(user, "profession", None) if user else None
    if profession:
        return profession.role
    if event.kind == Event.Kind.VOLUNTEER_TRAINING and not user:
        return HoursRole.VOLUNTEER
    return BY_OCCUPATION.get(user.occupation if user else "", HoursRole.SOCIAL_WORKER)


def shares(event: Event, registrations: Iterable[Registration] | None = None) -> list[Share]:
    """What everybody attended who has a seat, or has hours already. A constant number of queries."""
    if registrations is None:
        registrations = counted(event)
    registrations = list(registrations)
    whole = possible_minutes(event)
    attended = attended_minutes([one for one in registrations if one.has_seat])
    written: dict[int, dict[int | None, int]] = defaultdict(dict)
    sums = (
        HoursEntry.objects.filter(registration__in=[one.pk for one in registrations])
        .order_by()
        .values("registration", "session")
        .annotate(sum=Sum("minutes"))
    )
    for row in sums:
        written[row["registration"]][row["session"]] = row["sum"]
    return [
        Share(
            registration=one,
            sessions={session: number for session, number in attended.get(one.pk, {}).items() if number},
            written=dict(written.get(one.pk, {})),
            possible=whole,
        )
        for one in registrations
    ]


def counted(event: Event) -> QuerySet[Registration]:
    """Those who have a seat, and those who have hours whatever became of the seat; in the order they came."""
    return (
        event.registrations.filter(Q(status=Registration.Status.CONFIRMED) | Q(hours__isnull=False))
        .select_related("user__profession", "agency")
        .prefetch_related("certificates", "nominations")
        .distinct()
        .order_by("created_at", "pk")
    )


@transaction.atomic
def grant(event: Event, *, by: User, at: datetime | None = None) -> list[HoursEntry]:
    """Write what everybody attended into the ledger, and return the new entries.

    Again after a correction of the attendance it writes the differences, and with none, nothing. Raises HoursError.
    """
    at = at or timezone.now()
    event = hold(event, by=by, at=at)
    days = {session.pk: session.days[0] for session in event.sessions.all()}
    roles = dict(HoursEntry.objects.filter(registration__event=event).values_list("registration", "role"))
    entries = []
    for share in shares(event):
        changes: dict[int | None, int] = dict(share.differences)
        if (left := share.granted + share.difference) < 0:  # more was taken away by hand than is left now
            changes[None] = -left
        for session, minutes in changes.items():
            is_correction = session is None or session in share.written
            one = share.registration
            entries.append(
                HoursEntry(
                    registration=one,
                    session_id=session,
                    minutes=minutes,
                    role=roles.get(one.pk) or default_role(one.user, event),
                    agency=one.agency,
                    occurred_on=days.get(session) or timezone.localdate(event.ends_at),
                    is_correction=is_correction,
                    reason=ATTENDANCE_CORRECTED if is_correction else "",
                    by=by,
                    at=at,
                )
            )
    return HoursEntry.objects.bulk_create(entries)


@transaction.atomic
def correct(
    registration: Registration, *, minutes: int, reason: str, by: User, at: datetime | None = None
) -> HoursEntry:
    """The host adds minutes to a person's hours, or takes some away, with a reason that the person reads.

    Raises HoursError.
    """
    at = at or timezone.now()
    event = hold(registration.event, by=by, at=at)
    earlier = registration.hours.first()
    if not minutes or not reason.strip():
        raise NothingToCorrect(_("Say by how many minutes, and why."))
    before = registration.hours.all().minutes()
    if before + minutes < 0:
        raise NothingToCorrect(
            _("There are only %(minutes)d minutes, so no more can be taken away.") % {"minutes": before}
        )
    if before + minutes > possible_minutes(event):
        raise NothingToCorrect(
            _("The event lasted %(minutes)d minutes. Nobody can have more.")
            % {"minutes": possible_minutes(event)}
        )
    return HoursEntry.objects.create(
        registration=registration,
        minutes=minutes,
        role=earlier.role if earlier else default_role(registration.user, event),
        agency=registration.agency,
        occurred_on=timezone.localdate(event.ends_at),
        is_correction=True,
        reason=reason.strip(),
        by=by,
        at=at,
    )


def hold(event: Event, *, by: User, at: datetime) -> Event:
    """Lock the event, so that two people who grant at once do it one after the other. Raises HoursError."""
    event = Event.objects.select_for_update(no_key=True).prefetch_related("sessions").get(pk=event.pk)
    if not can_manage(by, event):
        raise NotYours(_("Only the host grants hours and certificates."))
    if event.is_cancelled:
        raise EventCancelled(_("This event has been cancelled."))
    if not event.is_over(at):
        raise NotOverYet(_("This event is not over yet. Hours are granted afterwards."))
    return event


def set_profession(user: User, *, role: str, division, registered_on) -> Profession:
    """What the person says about their licence, instead of what they said before."""
    return Profession.objects.update_or_create(
        user=user, defaults={"role": role, "division": division, "registered_on": registered_on}
    )[0]

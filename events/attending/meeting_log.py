"""Who attended online, from the log of the meeting tool. Matched where it is certain, listed where it is not.

By e-mail address, then by telephone number, then by the exact full name if just one person with a seat has it. Nothing
else is tried: somebody who gets hours for another's meeting is worse than a row that the host assigns by hand.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import NAMESPACE_URL, uuid5

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from events.attending.meeting_log_file import BadLine, Join, digits, read
from events.models import Attendance, Event, MeetingLogRow, Registration
from events.registering.refusals import RegistrationError
from orgs.models import User

Match = MeetingLogRow.Match
#: So long after an event its rows, with names and addresses of people who may not be ours, are kept.
KEPT_FOR = timedelta(days=90)


class NotAtThisEvent(RegistrationError):
    """A row belongs to somebody with a seat at the same event."""


@dataclass
class Imported:
    """What became of a file: how many rows are new, were known, lie outside every session; the lines of no use."""

    new: int = 0
    known: int = 0
    outside: int = 0
    bad: list[BadLine] = field(default_factory=list)


@transaction.atomic
def bring_in(event: Event, data: bytes, filename: str, *, by: User) -> Imported:
    """Keep every join of the log that touches a session, and note down who attended where it is certain.

    The same file again changes nothing. Raises `portal.importing.Refused`.
    """
    joins, bad = read(data, filename)
    Event.objects.select_for_update(no_key=True, of=("self",)).get(pk=event.pk)
    sessions = list(event.sessions.all())
    known = set(event.log_rows.values_list("key", flat=True))
    told = Imported(bad=bad)
    whose = People(event)
    seen: Counter = Counter()
    for join in joins:
        if not any(
            join.joined_at < session.ends_at and join.left_at > session.starts_at for session in sessions
        ):
            told.outside += 1
            continue
        facts = "\n".join(
            map(
                str, (join.name, join.email, join.phone, join.joined_at.isoformat(), join.left_at.isoformat())
            )
        )
        seen[facts] += 1
        key = uuid5(NAMESPACE_URL, f"{event.public_id}\n{facts}\n{seen[facts]}")
        if key in known:
            told.known += 1
            continue
        one, match = whose.is_it(join)
        row = MeetingLogRow.objects.create(
            event=event,
            key=key,
            name=join.name,
            email=join.email,
            phone=join.phone,
            joined_at=join.joined_at,
            left_at=join.left_at,
            registration=one,
            match=match,
        )
        told.new += 1
        note_down(row, by=by)
    return told


class People:
    """Those with a seat, by what a log may know of them. What two of them share tells nobody."""

    def __init__(self, event: Event):
        self.by: dict[str, dict[str, set[Registration]]] = {
            match: defaultdict(set) for match in (Match.EMAIL, Match.PHONE, Match.NAME)
        }
        seated = event.registrations.filter(status=Registration.Status.CONFIRMED).select_related("user")
        for one in seated.prefetch_related("user__emailaddress_set"):
            addresses = {one.person.email.casefold()}
            if one.user:
                addresses |= {
                    address.email.casefold()
                    for address in one.user.emailaddress_set.all()
                    if address.verified
                }
            for address in addresses:
                self.by[Match.EMAIL][address].add(one)
            self.by[Match.PHONE][digits(one.guest_phone)].add(one)
            self.by[Match.NAME][plain(str(one.person))].add(one)

    def is_it(self, join: Join) -> tuple[Registration | None, str]:
        """Whose join it is and how we know, or nobody's."""
        for match, value in (
            (Match.EMAIL, join.email),
            (Match.PHONE, join.phone),
            (Match.NAME, plain(join.name)),
        ):
            found = self.by[match].get(value, set()) if value else set()
            if len(found) == 1:
                return next(iter(found)), match
            if found:
                break
        return None, Match.NONE


def plain(name: str) -> str:
    """A full name for comparing: without spaces at the ends or doubled, in lower case."""
    return " ".join(name.split()).casefold()


@transaction.atomic
def assign(row: MeetingLogRow, registration: Registration | None, *, by: User) -> MeetingLogRow:
    """Say by hand whose row it is, or that it is nobody's. What was noted down from it before is taken back.

    Raises NotAtThisEvent.
    """
    row = MeetingLogRow.objects.select_for_update(of=("self",)).select_related("event").get(pk=row.pk)
    if registration and (registration.event_id != row.event_id or not registration.has_seat):
        raise NotAtThisEvent(_("Choose somebody who has a seat at this event."))
    if row.registration_id == (registration and registration.pk):
        return row
    if row.registration_id:
        keys = [key_for(row, session.ical_uid) for session in row.event.sessions.all()]
        Attendance.objects.valid().filter(key__in=keys).update(voided_at=timezone.now(), voided_by=by)
    row.registration = registration
    row.match = Match.HAND if registration else Match.NONE
    row.save(update_fields=["registration", "match"])
    note_down(row, by=by)
    return row


def note_down(row: MeetingLogRow, *, by: User) -> None:
    """An attendance for each session that the row touches; one that was taken back comes back."""
    if row.registration_id is None:
        return
    for session in row.event.sessions.all():
        if row.joined_at < session.ends_at and row.left_at > session.starts_at:
            Attendance.objects.update_or_create(
                key=key_for(row, session.ical_uid),
                defaults={
                    "registration_id": row.registration_id,
                    "session": session,
                    "starts_at": row.joined_at,
                    "ends_at": row.left_at,
                    "source": Attendance.Source.LOG,
                    "evidence": f"{row.name} · {row.get_match_display()}"[:200],
                    "by": by,
                    "voided_at": None,
                    "voided_by": None,
                },
            )


def key_for(row: MeetingLogRow, session):
    """The key of the attendance that follows from a row: of the row, its person and the session."""
    return uuid5(row.key, f"{row.registration_id} {session}")


def forget(on: date) -> list[str]:
    """Remove the rows of events that ended 90 days ago. What was noted down from them stays. Returns a line about it."""
    before = timezone.make_aware(datetime.combine(on, datetime.min.time())) - KEPT_FOR
    number, _by_model = MeetingLogRow.objects.filter(event__ends_at__lt=before).delete()
    return [f"{number} rows of old meeting logs deleted"] if number else []

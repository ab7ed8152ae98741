"""Events from an iCalendar file (RFC 5545): one entry with its repetitions is one event with dated sessions.

The UID is the event's identity at the source and the RECURRENCE-ID that of a session, so a second run updates. A rule is
only a generator: dates are written down up to `WINDOW` after the first one and up to `MOST_SESSIONS`, and an endless rule
says in the report that it was cut. Times without a zone are those of X-WR-TIMEZONE, else of this portal.
"""

import html
import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import nh3
import recurring_ical_events
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils import timezone
from django.utils.translation import gettext as _
from icalendar import Calendar
from icalendar import Event as VEvent

from events.hosting import publishing
from events.models import Event, EventSession
from orgs.models import Agency
from portal.importing import Refused, Report

WINDOW = timedelta(days=2 * 366)
MOST_SESSIONS = 200
MOST_BYTES = 20 * 1024 * 1024
TOO_OFTEN = {"SECONDLY", "MINUTELY"}
VEVENT, WITH_RULE, RULE, EVENT, SESSION = "VEVENT", "VEVENT with RRULE", "RRULE", "Event", "EventSession"


def entries_by_uid(content: bytes, report: Report) -> list[tuple[int, Calendar]]:
    """The entries of a file, those of one UID together, each group with the number of its first entry.

    Counts what the file holds. Raises Refused when it is no calendar; an entry without a UID is refused alone.
    """
    if len(content) > MOST_BYTES:
        raise Refused(_("The file is larger than 20 MB."))
    try:
        calendars = Calendar.from_ical(content, multiple=True)
    except (ValueError, IndexError, KeyError, UnicodeDecodeError):
        raise Refused(_("This is not an iCalendar file."))
    groups: dict[str, tuple[int, Calendar]] = {}
    number = with_rule = 0
    for calendar in calendars:
        for entry in calendar.walk("VEVENT"):
            number += 1
            with_rule += "RRULE" in entry
            uid = str(entry.get("UID", "")).strip()
            if not uid:
                sentence = _("The entry has no UID, so it could not be found again.")
                report.refused(EVENT, where=number, name=summary(entry), sentence=sentence)
                continue
            group = groups.setdefault(uid, (number, alike(calendar)))[1]
            group.add_component(entry)
    if not calendars or not any(calendar.name == "VCALENDAR" for calendar in calendars):
        raise Refused(_("This is not an iCalendar file."))
    rules = sum("RRULE" in part for calendar in calendars for part in calendar.walk())
    report.counted(VEVENT, number=number)
    if rules:  # those of time zones are rules too: what somebody finds who looks for the word in the file
        report.counted(WITH_RULE, number=with_rule)
        report.counted(RULE, number=rules)
    return list(groups.values())


def alike(calendar: Calendar) -> Calendar:
    """An empty calendar with the zone of this one."""
    copy = Calendar()
    if "X-WR-TIMEZONE" in calendar:
        copy["X-WR-TIMEZONE"] = calendar["X-WR-TIMEZONE"]
    return copy


def bring_in(group: Calendar, *, host: Agency, publish: bool, report: Report, where: int) -> None:
    """Create or update the one event that this group of entries is. Raises Refused."""
    entries = group.walk("VEVENT")
    masters = [entry for entry in entries if "RECURRENCE-ID" not in entry]
    if len(masters) > 1:
        raise Refused(_("This UID stands on %(number)d entries.") % {"number": len(masters)})
    main = (masters or entries)[0]
    if broken := [f"{name}: {reason}" for entry in entries for name, reason in entry.errors]:
        raise Refused("; ".join(broken))
    uid, name = str(main["UID"]).strip(), summary(main)
    known = Event.objects.filter(external_id=uid).select_related("host").first()
    if known and known.host_id != host.pk:
        raise Refused(_("This entry came in before, as an event of another agency."))
    if str(main.get("STATUS", "")).upper() == "CANCELLED":
        return end(known, report=report, where=where, name=name)
    if known and known.is_cancelled:
        raise Refused(_("This event has been cancelled here. It is not brought back."))
    dates, is_cut = expand(group, main, zone_of(group))
    fields = what_it_says(main, uid)
    Event(host=host, **fields).clean_fields(exclude=["host"])
    if known:
        is_changed = update(known, fields, dates)
        event = known
        (report.updated if is_changed else report.unchanged)(EVENT, where=where, name=name)
    else:
        event = create(host, fields, dates)
        report.created(EVENT, where=where, name=name)
        report.created(SESSION, where=where, name=name, number=len(dates))
    if publish and event.status == Event.Status.DRAFT:
        # What is over comes in as history, so the moment of publishing is not held against it.
        publishing.publish(event, by=None, at=min(timezone.now(), event.starts_at))
    if is_cut:
        sentence = _("The rule goes on; %(number)d dates were written down, the last on %(day)s.") % {
            "number": len(dates),
            "day": max(dates.values(), key=lambda plan: plan.starts_at).starts_at.date(),
        }
        report.note(EVENT, where=where, name=name, sentence=sentence)


def create(host: Agency, fields: dict, dates: dict[str, publishing.PlannedSession]) -> Event:
    event = publishing.create_event(host, by=None, fields=fields, sessions=dates.values())
    remember(event, dates)
    return event


def update(event: Event, fields: dict, dates: dict[str, publishing.PlannedSession]) -> bool:
    """Bring a known event to what the source says now. Seats, topics and co-hosts are ours and stay. Was it needed?"""
    known = {session.external_id: session for session in event.sessions.all()}
    planned = {
        key: publishing.PlannedSession(
            starts_at=plan.starts_at,
            ends_at=plan.ends_at,
            title=plan.title,
            is_all_day=plan.is_all_day,
            ical_uid=known[key].ical_uid if key in known else None,
        )
        for key, plan in dates.items()
    }
    if all(getattr(event, name) == value for name, value in fields.items()) and {
        key: (one.starts_at, one.ends_at, one.title, one.is_all_day) for key, one in known.items()
    } == {key: (one.starts_at, one.ends_at, one.title, one.is_all_day) for key, one in planned.items()}:
        return False
    seats = {pool.kind: pool.capacity for pool in event.pools.all()}
    publishing.update_event(
        event,
        by=None,
        fields=fields,
        sessions=planned.values(),
        capacity=seats.get("open", 0) if seats else None,
        online=seats.get("online"),
        co_hosts=[co_host.agency for co_host in event.hosts.select_related("agency")],
        topics=event.topics.all(),
    )
    remember(event, planned)
    event.refresh_from_db()
    return True


def remember(event: Event, dates: dict[str, publishing.PlannedSession]) -> None:
    """Note on each session which date of the source it is."""
    by_times = {(plan.starts_at, plan.ends_at): key for key, plan in dates.items()}
    for session in event.sessions.all():
        key = by_times[session.starts_at, session.ends_at]
        if session.external_id != key:
            EventSession.objects.filter(pk=session.pk).update(external_id=key)


def end(known: Event | None, *, report: Report, where: int, name: str) -> None:
    """The source has called it off: so do we, with a mail to everybody who registered."""
    if known is None or known.status == Event.Status.DRAFT:
        raise Refused(_("The source says that this event is cancelled."))
    if known.is_cancelled or known.is_over():
        report.unchanged(EVENT, where=where, name=name)
        return
    publishing.cancel_event(known, by=None)
    report.updated(EVENT, where=where, name=name, sentence=_("Cancelled, as the source says."))


def expand(group: Calendar, main: VEvent, zone: tzinfo) -> tuple[dict[str, publishing.PlannedSession], bool]:
    """The dates by their identity at the source, and whether the rule would have gone on."""
    for entry in group.walk("VEVENT"):
        if "DTSTART" not in entry:
            raise Refused(_("The entry has no start (DTSTART)."))
        if "RRULE" in entry and not entry["RRULE"]:  # "RRULE:" with nothing after it, as some programs write
            del entry["RRULE"]
        if "DTEND" in entry and to_utc(entry["DTEND"].dt, zone) < to_utc(entry["DTSTART"].dt, zone):
            raise Refused(_("It ends before it starts."))
    rules = main.get("RRULE", [])
    for rule in rules if isinstance(rules, list) else [rules]:
        if TOO_OFTEN & {str(part).upper() for part in rule.get("FREQ", [])}:
            raise Refused(_("The rule repeats every minute or second. That is not an event."))
    first = min(to_utc(entry["DTSTART"].dt, zone) for entry in group.walk("VEVENT"))
    try:
        found = recurring_ical_events.of(group).between(first - timedelta(days=1), first + WINDOW)
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError) as error:
        raise Refused(_("The dates cannot be read: %(reason)s") % {"reason": error})
    held = [entry for entry in found if str(entry.get("STATUS", "")).upper() != "CANCELLED"]
    held.sort(key=lambda entry: to_utc(entry["DTSTART"].dt, zone))
    dates = {}
    for entry in held[:MOST_SESSIONS]:
        key = f"{to_utc(entry['RECURRENCE-ID'].dt, zone):%Y%m%dT%H%M%SZ}"
        dates[key] = planned(entry, main, zone)
    if not dates:
        raise Refused(_("The entry has no date that takes place."))
    return dates, len(held) > MOST_SESSIONS or goes_on(rules, first + WINDOW)


def goes_on(rules, limit: datetime) -> bool:
    """Whether a rule has neither an end before `limit` nor a number of times."""
    for rule in rules if isinstance(rules, list) else [rules]:
        until = [to_utc(value, UTC) for value in rule.get("UNTIL", [])]
        if rule and "COUNT" not in rule and (not until or until[0] > limit):
            return True
    return False


def planned(entry: VEvent, main: VEvent, zone: tzinfo) -> publishing.PlannedSession:
    start, end = entry["DTSTART"].dt, entry.end
    is_all_day = not isinstance(start, datetime)
    starts_at, ends_at = to_utc(start, zone, is_all_day=is_all_day), to_utc(end, zone, is_all_day=is_all_day)
    if is_all_day and ends_at <= starts_at:  # some programs end a day on the same day
        ends_at = starts_at + timedelta(days=1)
    if ends_at <= starts_at:
        raise Refused(_("It ends at the moment at which it starts."))
    title = summary(entry)
    return publishing.PlannedSession(
        starts_at=starts_at,
        ends_at=ends_at,
        title=title[:200] if title != summary(main) else "",
        is_all_day=is_all_day,
    )


def to_utc(moment: date | datetime, zone: tzinfo, *, is_all_day: bool = False) -> datetime:
    """The moment in UTC. A day is a day everywhere, so it begins at our own midnight."""
    if not isinstance(moment, datetime):
        moment = datetime.combine(moment, time.min)
        zone = timezone.get_default_timezone()
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone)
    return moment.astimezone(UTC)


def zone_of(calendar: Calendar) -> tzinfo:
    try:
        return ZoneInfo(str(calendar.get("X-WR-TIMEZONE", "")))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return timezone.get_default_timezone()


def summary(entry: VEvent) -> str:
    return " ".join(str(entry.get("SUMMARY", "")).replace("\0", "").split())


def what_it_says(entry: VEvent, uid: str) -> dict:
    """The fields of our event that the source decides."""
    title, place = summary(entry), " ".join(str(entry.get("LOCATION", "")).replace("\0", "").split())
    if not title:
        raise Refused(_("The entry has no title (SUMMARY)."))
    text = re.sub(r"<br\s*/?>", "\n", str(entry.get("DESCRIPTION", "")), flags=re.IGNORECASE)
    lines = [html.unescape(nh3.clean(text, tags=set())).replace("\0", "").strip(), str(entry.get("URL", ""))]
    is_online = is_address(place)
    return {
        "external_id": uid,
        "title": title,
        "language": "zh-hans" if re.search(r"[\u4e00-\u9fff]", title) else "en",
        "kind": Event.Kind.OTHER,
        "description": "\n\n".join(filter(None, lines)),
        "mode": Event.Mode.ONLINE if is_online else Event.Mode.ONSITE,
        "venue": "" if is_online else place,
        "online_url": place if is_online else "",
    }


def is_address(text: str) -> bool:
    try:
        URLValidator(schemes=["http", "https"])(text)
    except ValidationError:
        return False
    return True


def bring_in_all(
    groups: Iterable[tuple[int, Calendar]], *, host: Agency, publish: bool, report: Report
) -> None:
    """Every group in a savepoint of its own: a bad one is refused and stops nobody."""
    for number, group in groups:
        with report.row(EVENT, where=number, name=summary(group.walk("VEVENT")[0])):
            try:
                bring_in(group, host=host, publish=publish, report=report, where=number)
            except publishing.PublishingError as refusal:
                raise Refused(str(refusal))

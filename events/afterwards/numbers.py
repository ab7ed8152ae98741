"""The numbers after an event, for its host: how many, from where, who was new, which agencies met for the first time.

Agencies are named, people never.
"""

from collections import Counter
from itertools import combinations

from django.utils import timezone
from django.utils.translation import gettext as _

from events.afterwards import charts
from events.attending import attendance
from events.models import Event, EventHost, Registration
from orgs.models import Agency, Partnership, PartnershipParty
from orgs.permissions import CLOSED

CONFIRMED = Registration.Status.CONFIRMED


def of(event: Event) -> dict:
    """What the page shows. `came` is None as long as nobody was checked in: then those with a seat stand for them."""
    people = list(
        event.registrations.select_related("agency__org_type", "agency__division__parent", "user").order_by(
            "pk"
        )
    )
    seated = [one for one in people if one.has_seat]
    there = those_who_came(seated)
    counted = [one for one in seated if one.pk in there] if there else seated
    return {
        "registered": len(people),
        "seated": len(seated),
        "came": len(counted) if there else None,
        "stayed_away": len(seated) - len(counted) if there else None,
        "by_type": in_bars(
            one.agency.org_type.name if one.agency else _("For themselves") for one in counted
        ),
        "by_district": in_bars(district(one) for one in counted),
        "new_faces": new_faces(event, counted),
        "met": met_here(event, counted),
    }


def those_who_came(seated: list[Registration]) -> set[int]:
    """The keys of those who were seen at a session."""
    if attendance is None:
        return set()
    return {pk for pk, sessions in attendance.attended_minutes(seated).items() if sessions}


def in_bars(words) -> list[charts.Bar]:
    """The largest number first."""
    numbers = Counter(words)
    return charts.bars(sorted(numbers.items(), key=lambda pair: (-pair[1], str(pair[0]))))


def district(one: Registration):
    """The place of the agency, named with the town it belongs to."""
    if one.agency is None or one.agency.division is None:
        return _("Not known")
    return one.agency.division.full_name


def new_faces(event: Event, counted: list[Registration]) -> int:
    """How many had no seat at any earlier event here. A guest is new unless the same number or address came before."""
    if event.starts_at is None:
        return len(counted)
    before = Registration.objects.filter(status=CONFIRMED, event__starts_at__lt=event.starts_at)
    users = set(
        before.filter(user__in=[one.user_id for one in counted if one.user_id]).values_list("user", flat=True)
    )
    phones = known_before(before, "guest_phone", counted)
    emails = known_before(before, "guest_email", counted)
    return sum(
        1
        for one in counted
        if one.user_id not in users and one.guest_phone not in phones and one.guest_email not in emails
    )


def known_before(before, column: str, counted: list[Registration]) -> set[str]:
    """Which of these guests' numbers or addresses an earlier place has too."""
    own = {getattr(one, column) for one in counted} - {""}
    return set(before.filter(**{f"{column}__in": own}).values_list(column, flat=True))


def met_here(event: Event, counted: list[Registration]) -> list[tuple[Agency, Agency]]:
    """Pairs of agencies that had people here, or held it, and never before shared an event or a partnership."""
    hosts = {event.host_id, *event.hosts.filter(is_confirmed=True).values_list("agency", flat=True)}
    here = hosts | {one.agency_id for one in counted if one.agency_id}
    if len(here) < 2 or event.starts_at is None:
        return []
    known = shared_events(event, here) | shared_partnerships(event, here)
    agencies = Agency.objects.exclude(status__in=CLOSED).in_bulk(here)
    pairs = [pair for pair in combinations(sorted(agencies), 2) if pair not in known]
    found = [(agencies[first], agencies[second]) for first, second in pairs]
    return sorted(found, key=lambda pair: (str(pair[0]), str(pair[1])))


def shared_events(event: Event, here: set[int]) -> set[tuple[int, int]]:
    """Pairs that were together at an earlier event, as guests or as hosts."""
    earlier = Event.objects.published().filter(starts_at__lt=event.starts_at).exclude(pk=event.pk)
    rows = {
        *Registration.objects.filter(status=CONFIRMED, agency__in=here, event__in=earlier).values_list(
            "event", "agency"
        ),
        *EventHost.objects.filter(is_confirmed=True, agency__in=here, event__in=earlier).values_list(
            "event", "agency"
        ),
        *earlier.filter(host__in=here).values_list("pk", "host"),
    }
    return pairs_within(rows)


def shared_partnerships(event: Event, here: set[int]) -> set[tuple[int, int]]:
    """Pairs that are named in one confirmed partnership that began before the event, ended ones among them."""
    stood = Partnership.objects.confirmed().filter(started_on__lt=timezone.localdate(event.starts_at))
    parties = PartnershipParty.objects.filter(agency__in=here, partnership__in=stood.values("pk"))
    return pairs_within(set(parties.values_list("partnership", "agency")))


def pairs_within(rows: set[tuple[int, int]]) -> set[tuple[int, int]]:
    """Every pair of agencies that stand under the same key, the smaller number first."""
    together: dict[int, set[int]] = {}
    for key, agency in rows:
        together.setdefault(key, set()).add(agency)
    return {pair for agencies in together.values() for pair in combinations(sorted(agencies), 2)}

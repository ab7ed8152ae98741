"""The log of what was done for an agency: who, about whom, what, when. Rules write it in their own transaction.

Entries hold no request address and no words about people, only keys; after 180 days the keys go too (`mask`). The
database refuses every other change of an entry.
"""

import logging
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from orgs.models import Agency, AuditEntry, User
from orgs.permissions import agencies_where, is_portal_staff
from portal import csv_file
from portal.guard import Guard, Watch
from portal.importing import inert

Action = AuditEntry.Action
#: So long it is told who did something and about whom.
PEOPLE_KEPT_FOR = timedelta(days=180)
#: So many people can be chosen from; the portal's staff may have more to look through, and narrow by day first.
MOST_PEOPLE = 300
logger = logging.getLogger("portal.security")
SENTENCE = "an entry of the log does not change"

guard = Guard(
    {
        # Keys of people and of the agency may only become empty, details only when the people are forgotten.
        "audit_guard_change": Watch(
            "orgs_auditentry",
            "UPDATE",
            "OLD.at {differs} NEW.at OR OLD.action {differs} NEW.action OR OLD.what {differs} NEW.what "
            "OR (NEW.by_id IS NOT NULL AND OLD.by_id {differs} NEW.by_id) "
            "OR (NEW.about_id IS NOT NULL AND OLD.about_id {differs} NEW.about_id) "
            "OR (NEW.agency_id IS NOT NULL AND OLD.agency_id {differs} NEW.agency_id) "
            "OR OLD.details {differs} NEW.details "
            "OR (OLD.masked_at IS NOT NULL AND OLD.masked_at {differs} NEW.masked_at)",
            SENTENCE,
        ),
        "audit_guard_delete": Watch("orgs_auditentry", "DELETE", "1 = 1", SENTENCE),
    }
)


def record(
    action: str,
    *,
    by: User | None,
    agency: Agency | None = None,
    about: User | None = None,
    what: str = "",
    at: datetime | None = None,
    **details: str | int,
) -> AuditEntry:
    """Write down one act, in the caller's transaction: it is there exactly when the act is.

    `what` names the thing by its address or title, `details` are plain values; neither may name a person.
    """
    entry = AuditEntry.objects.create(
        at=at or timezone.now(),
        action=action,
        by=by,
        agency=agency,
        about=about,
        what=what[:200],
        details=details,
    )
    transaction.on_commit(lambda: say(entry))
    return entry


def say(entry: AuditEntry) -> None:
    """One line in the log of the server, by keys alone, once it is certain."""
    facts = {"actor": entry.by_id, "agency": entry.agency_id, "about": entry.about_id, "entry": entry.pk}
    logger.info(entry.action, extra={"facts": facts})


def visible_to(user) -> QuerySet[AuditEntry]:
    """The entries that this person reads: owners those of their agencies, the portal's staff all, people their own."""
    if not user.is_authenticated:
        return AuditEntry.objects.none()
    entries = AuditEntry.objects.select_related("by", "about", "agency")
    if is_portal_staff(user):
        return entries
    return entries.filter(agency__in=agencies_where(user, "log.read"))


def chosen(
    entries: QuerySet[AuditEntry],
    *,
    action: str = "",
    person: int | None = None,
    since: date | None = None,
    until: date | None = None,
) -> QuerySet[AuditEntry]:
    """Those entries of one kind of act, by or about one person, from one day to another, both included."""
    if action:
        entries = entries.filter(action=action)
    if person:
        entries = entries.filter(Q(by=person) | Q(about=person))
    if since:
        entries = entries.filter(at__date__gte=since)
    if until:
        entries = entries.filter(at__date__lte=until)
    return entries


def people_in(entries: QuerySet[AuditEntry]) -> QuerySet[User]:
    """Who is named in these entries, in the order of names, for a choice of one: the first few hundred."""
    named = Q(pk__in=entries.order_by().values("by")) | Q(pk__in=entries.order_by().values("about"))
    return User.objects.filter(named).order_by("name", "pk")[:MOST_PEOPLE]


def mask(on: date) -> list[str]:
    """Forget who did what after 180 days. Returns a line."""
    before = timezone.make_aware(datetime.combine(on, time()))
    old = AuditEntry._base_manager.filter(masked_at=None, at__lt=before - PEOPLE_KEPT_FOR)
    number = old.update(by=None, about=None, masked_at=before)
    return [f"{number} entries of the log forgot their people"] if number else []


def as_csv(entries: Iterable[AuditEntry]) -> tuple[bytes, int]:
    """The entries as a table in UTF-8 with a mark, and how many they are; no cell is read as a formula."""
    rows = [
        [
            f"{timezone.localtime(entry.at):%Y-%m-%d %H:%M:%S}",
            str(entry.agency or ""),
            str(entry.by or ""),
            entry.get_action_display(),
            str(entry.about or ""),
            entry.what,
            entry.told,
        ]
        for entry in entries
    ]
    head = [
        _("When"),
        _("Agency"),
        _("Who did it"),
        _("What was done"),
        _("About whom"),
        _("To what"),
        _("Details"),
    ]
    return csv_file.as_csv([head, *(list(map(inert, row)) for row in rows)]), len(rows)

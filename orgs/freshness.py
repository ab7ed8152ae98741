"""Whether what an agency says is still true: each section has the day on which somebody last said so, and its age in words.

`Agency.confirmed_on` is the oldest of the days of its sections, kept here. Changing is not confirming: who corrects one
line has not read the others.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from orgs.models import Agency, FreshnessReminder, Section, User
from orgs.models.age import COUNTS_AS_COVERAGE, INTERVAL, State, state_of
from orgs.permissions import agencies_where, carriers
from orgs.profile import check
from portal import mail

__all__ = [
    "COUNTS_AS_COVERAGE",
    "INTERVAL",
    "State",
    "confirm",
    "due",
    "remind",
    "sections_of",
    "sentence",
    "silent",
    "state_of",
]

#: On whose page the question "Is this still right?" stands.
ASKED = (State.DUE, State.OVERDUE, State.DELINQUENT, State.DORMANT, State.UNCONFIRMED)
#: About which a person is written to, once each.
REMINDED = (State.DUE, State.OVERDUE, State.DELINQUENT)
#: So much time lies between two reminders to one person, however many agencies they answer for.
BETWEEN_REMINDERS = timedelta(days=7)


@dataclass(frozen=True)
class SectionAge:
    """A section with the day of its last confirmation (None: never), who gave it if we know, and its state."""

    section: Section
    confirmed_on: date | None
    confirmed_by: User | None
    state: State


def sections_of(agency: Agency, on: date | None = None) -> list[SectionAge]:
    """Every section of the entry with its age on that day (today). A section without a day of its own has the agency's."""
    on = on or timezone.localdate()
    known = {row.section: row for row in agency.confirmations.select_related("confirmed_by")}
    ages = []
    for section in Section:
        row = known.get(section)
        day = row.confirmed_on if row else agency.confirmed_on
        ages.append(SectionAge(section, day, row.confirmed_by if row else None, state_of(day, on)))
    return ages


@transaction.atomic
def confirm(
    agency: Agency, *, by: User, sections: Iterable[str] = Section.values, on: date | None = None
) -> Agency:
    """Record that somebody who answers for the agency says: these sections (all) are still right. Raises ProfileError."""
    agency = Agency.objects.select_for_update().get(pk=agency.pk)
    check(agency, by=by)
    on = on or timezone.localdate()
    for section in sections:
        agency.confirmations.update_or_create(
            section=Section(section), defaults={"confirmed_on": on, "confirmed_by": by}
        )
    if agency.confirmed_on:  # said of the whole entry, before its sections had days of their own
        for section in Section:
            agency.confirmations.get_or_create(
                section=section, defaults={"confirmed_on": agency.confirmed_on}
            )
    days = list(agency.confirmations.values_list("confirmed_on", flat=True))
    agency.confirmed_on = min(days) if len(days) == len(Section) else None
    agency.save(update_fields=["confirmed_on", "updated_at"])
    return agency


def due(user, on: date | None = None):
    """The agencies this person answers for whose information wants to be looked at."""
    return agencies_where(user, "profile.edit").in_state(*ASKED, on=on)


def silent(on: date | None = None):
    """Listed agencies that somebody looks after and that have answered no reminder: for portal staff to call."""
    agencies = Agency.objects.listed().filter(claimed_at__isnull=False)
    return agencies.in_state(State.DELINQUENT, State.DORMANT, on=on).order_by("confirmed_on", "pk")


def remind(on: date) -> list[str]:
    """Write to the people who answer for agencies whose information grows old: one mail a person and week at most.

    An agency that nobody looks after, or that is not listed, is nobody's to confirm. Safe to run twice on one day.
    """
    waiting = Agency.objects.listed().filter(claimed_at__isnull=False).in_state(*REMINDED, on=on)
    memberships = (
        carriers("profile.edit")
        .filter(agency__in=waiting)
        .select_related("user", "agency")
        .order_by("user", "agency__confirmed_on", "agency")
    )
    written = 0
    for person, held in groupby(memberships, key=lambda membership: membership.user):
        written += remind_person(person, [membership.agency for membership in held], on=on)
    lines = []
    if written:
        lines.append(
            ngettext(
                "%(count)s person was asked to confirm what their agency says.",
                "%(count)s people were asked to confirm what their agencies say.",
                written,
            )
            % {"count": written}
        )
    if count := silent(on).count():
        lines.append(
            ngettext(
                "%(count)s agency has confirmed nothing for more than eight months; it is on the desk of portal staff.",
                "%(count)s agencies have confirmed nothing for more than eight months; they are on the desk of portal "
                "staff.",
                count,
            )
            % {"count": count}
        )
    return lines


@transaction.atomic
def remind_person(person: User, agencies: list[Agency], *, on: date) -> bool:
    """Write about those of the agencies that this person was not yet written to about in their present state."""
    person = User.objects.select_for_update().get(pk=person.pk)
    sent = list(person.freshness_reminders.all())
    if any(reminder.sent_on > on - BETWEEN_REMINDERS for reminder in sent):
        return False
    news = [
        agency
        for agency in agencies
        if not any(
            reminder.agency_id == agency.pk
            and reminder.state == state_of(agency.confirmed_on, on)
            and agency.confirmed_on
            and reminder.sent_on > agency.confirmed_on
            for reminder in sent
        )
    ]
    if not news:
        return False
    FreshnessReminder.objects.bulk_create(
        FreshnessReminder(user=person, agency=agency, state=state_of(agency.confirmed_on, on), sent_on=on)
        for agency in news
    )
    mail.send(
        "freshness_reminder",
        to=person.email,
        language=person.language,
        context={
            "person": person,
            "first": news[0],
            "agencies": news,
            "are_silent": any(state_of(agency.confirmed_on, on) == State.DELINQUENT for agency in news),
        },
    )
    return True


def sentence(agency: Agency) -> str:
    """What a reader should think of the age of the entry today."""
    day = date_format(agency.confirmed_on, "DATE_FORMAT") if agency.confirmed_on else ""
    words = {
        State.FRESH: _("The agency confirmed everything here on %(day)s or later."),
        State.DUE: _("The agency confirmed everything here on %(day)s or later."),
        State.OVERDUE: _("Last confirmed on %(day)s, more than seven months ago. Ask before you rely on it."),
        State.DELINQUENT: _("Nobody has confirmed this since %(day)s. Parts of it may be wrong by now."),
        State.DORMANT: _("Nobody has confirmed this since %(day)s, for a year. It may no longer be true."),
    }
    if agency.freshness in words:
        return words[agency.freshness] % {"day": day}
    if agency.is_claimed:
        return _("The agency's people have not confirmed all of this yet.")
    return _("Entered by the portal's staff. Nobody of the agency has confirmed it.")

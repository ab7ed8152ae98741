"""The roster as a table to take along, with answers and attended minutes; no cell is read as a formula.

Its people stand in the order of the page: those with a seat, those who ask, those who wait in their turn, those who left.
"""

import io

from django.db.models import Prefetch
from django.utils import timezone
from django.utils.translation import gettext as _
from openpyxl import Workbook

from events.attending import attendance
from events.models import Event, Nomination, Registration
from events.registering import questions
from portal.importing import inert

STATUS = Registration.Status


def everybody(event: Event) -> list[Registration]:
    """Every registration with what the pages of the desk read, in the order in which they came."""
    nominations = Prefetch("nominations", Nomination.objects.select_related("agency", "by"))
    rows = event.registrations.select_related(
        "user", "agency__division__parent", "agency__org_type", "pool"
    ).prefetch_related(nominations)
    people = list(rows.order_by("created_at", "pk"))
    for one in people:
        one.event = event
    return people


def sorted_for_reading(event: Event, people: list[Registration]) -> list[Registration]:
    turn = {pk: n for n, pk in enumerate(event.registrations.in_turn())}
    groups = (STATUS.CONFIRMED, STATUS.REQUESTED, STATUS.WAITLISTED, STATUS.CANCELLED)
    return sorted(people, key=lambda one: (groups.index(one.status), turn.get(one.pk, 0)))


def lines(event: Event) -> list[list[str]]:
    """The table with its heading, each cell as harmless text."""
    people = sorted_for_reading(event, everybody(event))
    sessions = list(event.sessions.all())
    asked = questions.columns(event)
    answers = questions.answers_of(people)
    minutes = attendance.attended_minutes(people)
    head = [
        *(_("Name"), _("Agency"), _("Status"), _("Registered"), _("E-mail"), _("Note")),
        *(_("Telephone"), _("Put down by"), _("Answer of who was put down")),
        *(question.label for question in asked),
        *(_("Minutes: %(session)s") % {"session": session} for session in (sessions if attendance else [])),
    ]
    table = [head]
    for one in people:
        person, put_down = one.known_as, one.nomination
        said = answers.get(one.pk, {})
        there = minutes.get(one.pk, {})
        table.append(
            [
                str(person),
                str(one.agency or ""),
                one.get_status_display(),
                f"{timezone.localtime(one.created_at):%Y-%m-%d %H:%M}",
                person.email,
                one.note,
                getattr(person, "phone", ""),
                str(put_down.agency) if put_down else "",
                answer_of(one),
                *(said.get(question.pk, "") for question in asked),
                *(str(there.get(session.pk, "")) for session in (sessions if attendance else [])),
            ]
        )
    return [list(map(inert, map(str, row))) for row in table]


def answer_of(one: Registration) -> str:
    """What a person who was put down said; empty for who came on their own."""
    if not one.nomination:
        return ""
    return _("Said yes") if one.answered_at else _("No answer yet")


def as_xlsx(table: list[list[str]]) -> bytes:
    """One sheet with every cell as text. Control characters, which Excel cannot hold, are left out."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(_("Roster")[:31])
    sheet.freeze_panes = "B2"
    for row in table:
        sheet.append(["".join(sign for sign in cell if sign >= " " and sign not in UNHEARD) for cell in row])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


#: Signs that XML 1.0 cannot carry.
UNHEARD = {"\ufffe", "\uffff"}

"""Where a case study was presented. Its people say so; the event's host says yes; then both pages show the other.

Who may announce events for the host says yes with the same click. A host's no stays, so that it is not asked again.
"""

from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from casestudies.models import CaseStudy, Presentation
from casestudies.permissions import can_edit_case
from orgs.models import User
from orgs.permissions import agencies_where, can_for, carriers
from portal import mail, occasions

#: Who says yes for the host.
ANSWERS = "events.publish"
MOST = 30


class PresentingError(Exception):
    """What cannot be done with a presentation, in a sentence for people."""


@transaction.atomic
def present(case: CaseStudy, *, event: UUID, by: User) -> Presentation:
    """Say that a published case was presented at a published event, and ask its host. Raises PresentingError.

    The case is locked: a host hears nothing of one that is withdrawn at the same moment.
    """
    case = CaseStudy.objects.select_for_update(of=("self",)).select_related("agency").get(pk=case.pk)
    if not can_edit_case(by, case):
        raise PresentingError(_("You do not write this case study."))
    if not case.live:
        raise PresentingError(_("Only a published case study is shown at an event."))
    occasion = occasions.known([event]).get(event)
    if occasion is None:
        raise PresentingError(_("There is no such event in the calendar."))
    if there := case.presentations.filter(event=event).first():
        declined = there.status == Presentation.Status.DECLINED
        raise PresentingError(
            _("The host said no to this.") if declined else _("This event stands in the list already.")
        )
    if case.presentations.count() >= MOST:
        raise PresentingError(_("More than %(number)d events are not listed.") % {"number": MOST})
    is_own = can_for(by, ANSWERS, occasion.agency_id)
    people = carriers(ANSWERS).filter(agency=occasion.agency_id).select_related("user")
    if not is_own and not people:
        raise PresentingError(_("Nobody of the host answers on the portal, so it cannot be shown."))
    made = Presentation(case=case, event=event, host_id=occasion.agency_id, asked_by=by)
    if is_own:
        made.status, made.answered_by, made.answered_at = Presentation.Status.SHOWN, by, timezone.now()
    try:
        with transaction.atomic():
            made.save()
    except IntegrityError:
        raise PresentingError(_("This event stands in the list already.")) from None
    for lead in () if is_own else people:
        mail.send(
            "presentation_asked",
            to=lead.user.email,
            language=lead.user.language,
            context={"case": case, "occasion": occasion, "presentation": made},
        )
    return made


@transaction.atomic
def answer(presentation: Presentation, *, by: User, is_yes: bool) -> Presentation:
    """The host says yes, or no, also later to what is shown already. Raises PresentingError."""
    locked = Presentation.objects.select_for_update(of=("self",)).select_related("case", "asked_by")
    presentation = locked.filter(pk=presentation.pk).first()
    if presentation is None:
        raise PresentingError(_("It was taken back."))
    if not can_for(by, ANSWERS, presentation.host_id):
        raise PresentingError(_("Only those who announce events for the host answer this."))
    if not presentation.case.live:
        raise PresentingError(_("The case study is no longer published."))
    was_asked = presentation.status == Presentation.Status.ASKED
    presentation.status = Presentation.Status.SHOWN if is_yes else Presentation.Status.DECLINED
    presentation.answered_by, presentation.answered_at = by, timezone.now()
    presentation.save()
    asker = presentation.asked_by
    if was_asked and asker and asker.is_active:
        mail.send(
            "presentation_answered",
            to=asker.email,
            language=asker.language,
            context={"case": presentation.case, "is_yes": is_yes},
        )
    return presentation


@transaction.atomic
def remove(presentation: Presentation, *, by: User) -> None:
    """Take it from both pages. What the host declined stays in the list. Raises PresentingError."""
    presentation = Presentation.objects.select_for_update(of=("self",)).filter(pk=presentation.pk).first()
    if presentation is None:
        return
    if not can_edit_case(by, presentation.case):
        raise PresentingError(_("You do not write this case study."))
    if presentation.status == Presentation.Status.DECLINED:
        raise PresentingError(_("The host said no to this."))
    presentation.delete()


# -- Reading ----------------------------------------------------------------------------------------------------------


def with_occasions(presentations) -> list[Presentation]:
    """Those whose event everybody may see, each with its `.occasion`. Two queries."""
    rows = list(presentations)
    found = occasions.known({row.event for row in rows})
    for row in rows:
        row.occasion = found.get(row.event)
    return [row for row in rows if row.occasion]


def beside(case: CaseStudy) -> dict:
    """`presented_at`, for the reading page of a published case: the latest event first."""
    if not case.live or case.has_no("presentations"):
        return {}
    shown = with_occasions(case.presentations.shown())
    return {"presented_at": sorted(shown, key=lambda row: str(row.occasion.on or ""), reverse=True)}


def to_answer(user) -> list[Presentation]:
    """What waits for this person's yes or no, in the name of a host."""
    asked = Presentation.objects.waiting_for(agencies_where(user, ANSWERS))
    return with_occasions(asked.select_related("case__agency", "host"))

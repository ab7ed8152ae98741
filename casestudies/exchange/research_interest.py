"""An agency looks for a research partner, researchers answer, and the agency says yes or no.

Those who lead the agency announce it, as they do partnerships. What a researcher writes is read by those people alone.
With a yes each gets the other's e-mail address, and with nothing before that.
"""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from casestudies import deidentify
from casestudies.models import CaseStudy, ResearchAnswer, ResearchInterest
from orgs.membership import addresses_of
from orgs.models import Agency, User
from orgs.permissions import agencies_where, can, can_for, carriers
from portal import mail
from portal.models import Topic

#: Who speaks for the agency here.
LEADS = "partnerships.propose"
LONGEST = timedelta(days=366)
MOST_OPEN, MOST_A_DAY = 20, 10
Status = ResearchAnswer.Status


class InterestError(Exception):
    """What cannot be done with a research interest, in a sentence for people."""


@transaction.atomic
def announce(agency: Agency, *, by: User, topics=(), **fields) -> ResearchInterest:
    """Say that an agency looks for a research partner. Raises InterestError."""
    agency = Agency.objects.select_for_update(of=("self",)).get(pk=agency.pk)
    if ResearchInterest.objects.open().filter(agency=agency).count() >= MOST_OPEN:
        raise InterestError(_("%(number)d of them are open already.") % {"number": MOST_OPEN})
    return change(ResearchInterest(agency=agency, created_by=by), by=by, topics=topics, **fields)


@transaction.atomic
def change(interest: ResearchInterest, *, by: User, topics=(), **fields) -> ResearchInterest:
    """Keep what it says. Raises InterestError: for what is closed, for a wrong date, for what gives somebody away."""
    if not can(by, LEADS, interest.agency):
        raise InterestError(_("Those who lead a listed agency look for partners in its name."))
    if interest.pk:
        interest = ResearchInterest.objects.select_for_update(of=("self",)).get(pk=interest.pk)
    if interest.closed_at:
        raise InterestError(_("This is closed. Begin a new one."))
    for name, value in fields.items():
        setattr(interest, name, value)
    today = timezone.localdate()
    if not today <= interest.until <= today + LONGEST:
        raise InterestError(_("Choose a day within the next year."))
    own = CaseStudy.objects.published().filter(agency=interest.agency_id)
    if interest.case_id and not own.filter(pk=interest.case_id).exists():
        raise InterestError(_("Choose a published case study that your agency leads."))
    said = "\n".join((interest.question, interest.about, interest.data))
    if certain := [one for one in deidentify.findings(said) if one.certain]:
        raise InterestError(
            _("“%(words)s” could give somebody away. Take it out.") % {"words": certain[0].text}
        )
    interest.save()
    interest.topics.set(topics)
    return interest


@transaction.atomic
def close(interest: ResearchInterest, *, by: User) -> ResearchInterest:
    """End it before its day; answers that wait can still be decided. Raises InterestError."""
    interest = ResearchInterest.objects.select_for_update(of=("self",)).get(pk=interest.pk)
    if not can_for(by, LEADS, interest.agency_id):
        raise InterestError(_("Those who lead a listed agency look for partners in its name."))
    interest.closed_at = interest.closed_at or timezone.now()
    interest.save(update_fields=["closed_at"])
    return interest


@transaction.atomic
def answer(
    interest: ResearchInterest, *, by: User, institution: str, message: str, at: datetime | None = None
) -> ResearchAnswer:
    """A researcher answers what is open, and those who lead the agency are told. Raises InterestError."""
    at, institution, message = at or timezone.now(), institution.strip(), message.strip()
    User.objects.select_for_update(of=("self",)).get(pk=by.pk)
    interest = ResearchInterest.objects.select_for_update(of=("self",)).get(pk=interest.pk)
    if not ResearchInterest.objects.open().filter(pk=interest.pk).exists():
        raise InterestError(_("This is no longer open."))
    if not addresses_of(by):
        raise InterestError(_("Confirm your e-mail address first, so that the answer reaches you."))
    if can_for(by, LEADS, interest.agency_id):
        raise InterestError(_("This is your own agency's."))
    if not institution or not message:
        raise InterestError(_("Say where you do research, and what you would do."))
    if interest.answers.filter(researcher=by).exclude(status=Status.TAKEN_BACK).exists():
        raise InterestError(_("You have answered already."))
    if by.research_answers.filter(sent_at__gt=at - timedelta(days=1)).count() >= MOST_A_DAY:
        raise InterestError(_("You have sent %(number)d answers within a day.") % {"number": MOST_A_DAY})
    sent = interest.answers.create(
        researcher=by, institution=institution[:200], message=message[:2000], sent_at=at
    )
    leads = carriers(LEADS).filter(agency=interest.agency_id).select_related("user")
    for lead in leads:
        mail.send(
            "research_answered",
            to=lead.user.email,
            language=lead.user.language,
            context={"interest": interest, "answer": sent},
        )
    return sent


@transaction.atomic
def decide(sent: ResearchAnswer, *, by: User, is_yes: bool, reply: str = "") -> ResearchAnswer:
    """Say yes or no to an answer, once. The researcher is told, with a yes also how to reach `by`. Raises InterestError."""
    locked = ResearchAnswer.objects.select_for_update(of=("self",))
    sent = locked.select_related("interest__agency", "researcher").get(pk=sent.pk)
    if not can_for(by, LEADS, sent.interest.agency_id):
        raise InterestError(_("Those who lead a listed agency look for partners in its name."))
    if sent.status != Status.WAITING:
        raise InterestError(_("This answer does not wait any more."))
    sent.status = Status.ACCEPTED if is_yes else Status.DECLINED
    sent.reply, sent.decided_by, sent.decided_at = reply.strip()[:1000], by, timezone.now()
    sent.save()
    if sent.researcher and sent.researcher.is_active:
        mail.send(
            "research_decided",
            to=sent.researcher.email,
            language=sent.researcher.language,
            context={"interest": sent.interest, "answer": sent, "person": by, "is_yes": is_yes},
        )
    return sent


@transaction.atomic
def take_back(sent: ResearchAnswer, *, by: User) -> ResearchAnswer:
    """The researcher takes an undecided answer back; its words are gone. Raises InterestError."""
    sent = ResearchAnswer.objects.select_for_update(of=("self",)).get(pk=sent.pk)
    if sent.researcher_id != by.pk:
        raise InterestError(_("This is not your answer."))
    if sent.status != Status.WAITING:
        raise InterestError(_("This answer does not wait any more."))
    sent.status, sent.message = Status.TAKEN_BACK, ""
    sent.save()
    return sent


def end_due(on: date) -> list[str]:
    """Close what was open until a day before this one."""
    over = ResearchInterest.objects.filter(closed_at=None, until__lt=on)
    number = over.update(closed_at=timezone.now())
    return [f"closed {number} research interests"] if number else []


def forget(user: User) -> None:
    """Who closes their account takes back what waits; decided answers stay under no name."""
    user.research_answers.filter(status__in=(Status.WAITING, Status.TAKEN_BACK)).delete()
    user.research_answers.update(researcher=None)


# -- Reading ----------------------------------------------------------------------------------------------------------


def beside(case: CaseStudy) -> dict:
    """`research_interests`: what is open about a published case. One query."""
    if not case.live or case.has_no("research_interests"):
        return {}
    return {"research_interests": list(case.research_interests.open())}


def waiting_for(user):
    """Answers that wait for a yes or no of this person's, the oldest first."""
    agencies = agencies_where(user, LEADS)
    waiting = ResearchAnswer.objects.filter(status=Status.WAITING, interest__agency__in=agencies)
    return waiting.select_related("interest__agency", "researcher").order_by("sent_at", "pk")


def topics_in_use() -> list[Topic]:
    """The topics by which open interests can be filtered."""
    tagged = ResearchInterest.topics.through.objects.filter(
        researchinterest__in=ResearchInterest.objects.open().values("pk")
    )
    return list(Topic.objects.filter(pk__in=tagged.values("topic")).order_by("scheme", "position"))

"""What a case study still lacks so that others can use it: a share for its authors, and the next useful steps.

What must be there before it can be submitted is `authoring.missing`; here is also what reviewers ask for before it is
published, and what helps readers. Nobody is ranked by it. Shown to the authors, as Participedia does.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from casestudies.models import CaseStudy
from portal.models import Topic

MOST_STEPS = 4
Scheme = Topic.Scheme


@dataclass(frozen=True)
class Step:
    """Something that helps readers. `part` is where in the form it is; `weight` what it counts for in the share."""

    words: str | Promise
    weight: int
    part: str
    is_done: Callable[[CaseStudy], bool]


def has_topic(*schemes: str) -> Callable[[CaseStudy], bool]:
    return lambda case: any(topic.scheme in schemes for topic in case.topics.all())


def has(*names: str) -> Callable[[CaseStudy], bool]:
    """That one of these fields is filled in. Nought is an answer."""
    return lambda case: any(getattr(case, name) not in ("", None, []) for name in names)


#: The most useful first.
STEPS = (
    Step(_("Say what was done, so that a colleague could repeat it."), 6, "process", has("process")),
    Step(_("Say what came of it."), 6, "outcomes", has("outcomes")),
    Step(_("Say for whom it was, and why."), 5, "background", has("background")),
    Step(_("Write an abstract of a few sentences."), 5, "about", has("abstract")),
    Step(_("Say what you understand now."), 4, "reflection", has("reflection")),
    Step(_("Say whom you asked what people need."), 3, "needs_assessment", has("needs_assessment")),
    Step(_("Say what you aimed at."), 3, "aims", has("aims")),
    Step(_("Say what did not work. This section is read most."), 3, "what_did_not_work", has("what_did_not_work")),
    Step(_("Say what another agency would need."), 3, "transferability", has("transferability")),
    Step(_("Name the authors."), 3, "people", lambda case: bool(case.authors.all())),
    Step(_("Choose for whom it is."), 3, "topics", has_topic(Scheme.POPULATION)),
    Step(_("Choose the method or the service."), 3, "topics", has_topic(Scheme.METHOD, Scheme.SERVICE)),
    Step(_("Say how the people you write about agreed."), 3, "ethics", has("consent")),
    Step(
        _("Children under 14 were served: a guardian has to agree."),
        3,
        "ethics",
        lambda case: not case.needs_guardian_consent or CaseStudy.Consent.GUARDIAN in case.consent,
    ),
    Step(_("Explain in your own words what the evidence rests on."), 3, "evidence", has("evidence_basis")),
    Step(_("Say in which district it was."), 2, "who", has("division_id")),
    Step(_("Say when it began."), 2, "who", has("started_on")),
    Step(_("Say how many people it reached."), 2, "reach", has("people_reached")),
    Step(_("Say how far it has come."), 2, "evidence", has("maturity")),
    Step(_("Say how the people served took part."), 2, "evidence", has("participation")),
    Step(_("Say what it cost."), 2, "reach", has("cost_band")),
    Step(_("Give a few keywords."), 1, "about", has("keywords")),
    Step(_("Say in which setting it was."), 1, "topics", has_topic(Scheme.SETTING)),
    Step(_("Say who paid for it."), 1, "reach", lambda case: has_topic(Scheme.FUNDING)(case) or bool(case.funding_note)),
    Step(_("Give title and abstract in the second language."), 1, "second", lambda case: bool(case.second_title)),
)  # fmt: skip


@dataclass(frozen=True)
class Completeness:
    percent: int
    steps: list[Step]


def of(case: CaseStudy) -> Completeness:
    """How complete this text is, from 0 to 100, and the most useful steps that are open."""
    is_open = [step for step in STEPS if not step.is_done(case)]
    weight = sum(step.weight for step in STEPS)
    done = weight - sum(step.weight for step in is_open)
    return Completeness(100 * done // weight, is_open[:MOST_STEPS])

"""My desk: the case studies of my agencies that are being written, reviewed, or wait for changes."""

from django.db.models import CharField, OuterRef, Q, Subquery
from django.db.models.functions import Cast
from django.utils.functional import SimpleLazyObject
from wagtail.models import TaskState, WorkflowState

from casestudies.exchange import asking, presenting, research_interest
from casestudies.keeping import reading_list
from casestudies.models import CaseStudy, ReadingList, ReviewAssignment, ReviewRound
from casestudies.permissions import agencies_written_for

LISTS_SHOWN = 3
QUESTIONS_SHOWN = 5
MOST_REVIEWS = 20


def context(user) -> dict:
    """`cases_sent_back` (each with `.comment`), `case_drafts`, `cases_in_review` and `case_agencies`: who I may write for;

    and `questions_waiting` for an answer of theirs, the oldest first;
    `research_waiting` for a yes or no of theirs; `presentations_to_answer` in the name of an event's host. Those are asked for when the page shows them.
    """
    agencies = list(agencies_written_for(user).order_by("legal_name"))
    cases = list(in_work(agencies)) if agencies else []
    for case in cases:
        case.draft_title = (case.latest_revision and case.latest_revision.object_str) or str(case)
    return {
        **kept(user),
        **reviews(user),
        "cases_sent_back": [case for case in cases if case.review == WorkflowState.STATUS_NEEDS_CHANGES],
        "cases_in_review": [case for case in cases if case.review == WorkflowState.STATUS_IN_PROGRESS],
        "case_drafts": [case for case in cases if case.review is None],
        "case_agencies": agencies,
        "research_waiting": SimpleLazyObject(
            lambda: list(research_interest.waiting_for(user)[:QUESTIONS_SHOWN])
        ),
        "presentations_to_answer": SimpleLazyObject(lambda: presenting.to_answer(user)),
        "questions_waiting": SimpleLazyObject(
            lambda: list(asking.waiting_for(agencies)[:QUESTIONS_SHOWN]) if agencies else []
        ),
    }


def reviews(user) -> dict:
    """`my_reviews`: what I am asked to review; `rounds_open`: the texts under review. Asked for when the page shows them."""
    mine = ReviewAssignment.objects.waiting().filter(user__isnull=False, user=user.pk)
    return {
        "my_reviews": mine.select_related("round__revision").order_by("due_on", "pk")[:MOST_REVIEWS],
        "rounds_open": ReviewRound.objects.open(),
    }


def kept(user) -> dict:
    """`desk_lists`: the reading lists used last, asked for when the page shows them."""
    mine = reading_list.with_numbers(ReadingList.objects.filter(owner=user.pk))
    return {"desk_lists": mine[:LISTS_SHOWN]}


def in_work(agencies):
    """Cases with something unpublished, the last touched first, with the state of their `review` and its `comment`."""
    states = WorkflowState.objects.active().filter(
        base_content_type__app_label="casestudies",
        base_content_type__model="casestudy",
        object_id=Cast(OuterRef("pk"), CharField()),
    )
    answer = TaskState.objects.filter(pk=OuterRef("task_state"))
    return (
        CaseStudy.objects.written_by(agencies)
        .filter(Q(live=False) | Q(has_unpublished_changes=True), withdrawn_at=None)
        .annotate(
            review=Subquery(states.values("status")[:1]),
            task_state=Subquery(states.values("current_task_state")[:1]),
        )
        .annotate(comment=Subquery(answer.values("comment")[:1]))
        .select_related("agency", "latest_revision")
        .order_by("-latest_revision__created_at", "-pk")
    )

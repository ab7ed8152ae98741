"""The editors' desk: what was submitted, who reviews it, and the decision. For others it is not there."""

from datetime import date
from functools import wraps
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from casestudies import reading, versions
from casestudies.forms.review import ReviewerForm
from casestudies.models import Review, ReviewAssignment, Reviewer, ReviewRound
from casestudies.permissions import can_review_cases
from casestudies.review import answers, editorial, reviewers, rubric
from casestudies.review.rounds import was_read
from casestudies.writing.authoring import AuthoringError
from portal import second_factor

ON_A_PAGE = 30
ROUNDS = ReviewRound.objects.select_related(
    "case__agency", "revision", "editor", "submitted_by", "decided_by"
)


def for_editors(view):
    """A view that exists for the library's editors only, who bring their second factor."""

    @login_required
    @wraps(view)
    def guarded(request, *args, **kwargs):
        if not can_review_cases(request.user):
            raise Http404
        second_factor.demand_shown(request)
        return view(request, *args, **kwargs)

    return guarded


@for_editors
def review_queue(request):
    """What waits, the oldest first; and with `show=done` what was decided, the newest first."""
    is_done = request.GET.get("show") == "done"
    rounds = ROUNDS.prefetch_related("assignments__user", "assignments__review")
    if is_done:
        rounds = rounds.exclude(status__in=ReviewRound.OPEN).order_by("-decided_at", "-pk")
    else:
        rounds = rounds.open().order_by("submitted_at", "pk")
    page = Paginator(rounds, ON_A_PAGE).get_page(request.GET.get("page"))
    for one in page.object_list:
        one.title = one.revision.object_str
        one.asked = [a for a in one.assignments.all() if a.status in ReviewAssignment.COUNTS]
        one.recommended = [
            a.review.recommendation for a in one.asked if a.status == ReviewAssignment.Status.HANDED_IN
        ]
        one.disagrees = editorial.disagree(one.recommended)
        one.all_in = bool(one.asked) and len(one.recommended) == len(one.asked)
    context = {"page_of_rounds": page, "is_done": is_done, "open_count": ReviewRound.objects.open().count()}
    return render(request, "casestudies/review_queue.html", context)


@for_editors
def review_round(request, public_id):
    """One submitted text with everything that helps to decide about it."""
    asked = get_object_or_404(ROUNDS, public_id=public_id)
    if request.method == "POST":
        try:
            messages.success(request, act(request, asked))
        except AuthoringError as refusal:
            messages.error(request, str(refusal))
        return redirect("review_round", asked.public_id)
    text = asked.revision.as_object()
    assignments = list(
        asked.assignments.select_related("user", "review").prefetch_related("review__comments")
    )
    for one in assignments:
        one.written = written(one)
    recommended = editorial.recommendations(asked)
    before = editorial.before_of(asked)
    context = {
        "round": asked,
        "case": asked.case,
        "text": text,
        "assignments": assignments,
        "criteria": editorial.CRITERIA,
        "candidates": reviewers.candidates(asked) if asked.status == ReviewRound.Status.REVIEW else [],
        "former": editorial.former_reviewers(asked) if asked.status == ReviewRound.Status.CHECK else [],
        "was_read": was_read(asked),
        "disagree": editorial.disagree(recommended),
        "far_apart": editorial.are_far_apart(recommended),
        "waits": [one for one in assignments if one.is_waiting],
        "before": before,
        "answered": answers.readers_of(before) if before else [],
        "due_on": timezone.localdate() + editorial.DUE_IN,
        "others": asked.case.review_rounds.exclude(pk=asked.pk),
        "reason_at_most": ReviewRound.REASON_AT_MOST,
    }
    return render(request, "casestudies/review_round.html", context)


def written(assignment: ReviewAssignment) -> dict | None:
    """A review as the editors read it; what is not handed in is the reviewer's own."""
    review: Review | None = getattr(assignment, "review", None)
    if review is None or review.handed_in_at is None:
        return None
    return {
        "review": review,
        "marks": [(line.title, review.scores.get(line.code)) for line in rubric.LINES],
        "points": [
            (comment.title, comment.text) for comment in sorted(review.comments.all(), key=lambda c: c.pk)
        ],
    }


def act(request, asked: ReviewRound) -> str:
    """Carry out what was pressed, and say what happened."""
    said, by = request.POST, request.user
    match said.get("action"):
        case "check":
            editorial.check(
                asked, by=by, met=set(said.getlist("met")), asks_again=said.get("asks_again") == "1"
            )
            return _("The check is passed. Now ask reviewers.")
        case "invite":
            reviewer = Reviewer.objects.filter(public_id=uuid_of(said.get("reviewer"))).first()
            if reviewer is None:
                raise editorial.EditorialError(_("Choose somebody from the list."))
            editorial.invite(
                asked,
                reviewer,
                by=by,
                due_on=day_of(said.get("due_on")),
                is_third=said.get("is_third") == "1",
            )
            return _("Asked by mail.")
        case "extend":
            if (day := day_of(said.get("due_on"))) is None:
                raise editorial.EditorialError(_("Give a reviewer between one week and twelve weeks."))
            editorial.extend(assignment_of(asked, said), by=by, due_on=day)
            return _("The reviewer has been told of the new day.")
        case "take_back":
            editorial.take_back(assignment_of(asked, said), by=by)
            return _("The reviewer has been told. You can ask somebody else.")
        case "decide":
            editorial.decide(asked, by=by, decision=said.get("decision", ""), reason=said.get("reason", ""))
            return _("Decided. The authors and the reviewers have been told.")
    raise editorial.EditorialError(_("Choose what you want to do."))


def uuid_of(text: str | None):
    """A UUID out of a form, or one that nobody has."""
    try:
        return UUID(text or "")
    except ValueError:
        return UUID(int=0)


def day_of(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None


def assignment_of(asked: ReviewRound, said) -> ReviewAssignment:
    found = asked.assignments.filter(public_id=uuid_of(said.get("assignment"))).first()
    if found is None:
        raise editorial.EditorialError(_("This reviewer is not asked in this round."))
    return found


@for_editors
def review_round_text(request, public_id):
    """The submitted text as readers would see it, or with `show=changes` what differs from the round before."""
    asked = get_object_or_404(ROUNDS, public_id=public_id)
    return show_text(request, asked)


def show_text(request, asked: ReviewRound):
    """The text of a round, or its differences from the text of the round before; whoever may has been asked."""
    text = asked.revision.as_object()
    before = editorial.before_of(asked)
    if request.GET.get("show") == "changes" and before is not None:
        differences = versions.changes(before.revision.as_object(), text)
        context = {"case": text, "round": asked, "before": before, "differences": differences}
        return render(request, "casestudies/review_changes.html", context)
    return render(request, "casestudies/case.html", {**reading.context(text), "is_preview": True})


@for_editors
def reviewer_list(request):
    """Who may be asked to review. The form puts somebody on the list."""
    form = ReviewerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            reviewers.put_down(
                given["email"],
                role=given["role"],
                topics=given["topics"],
                is_available=given["is_available"],
                by=request.user,
            )
        except reviewers.ReviewerError as refusal:
            form.add_error("email", str(refusal))
        else:
            messages.success(request, _("The person is on the list."))
            return redirect("reviewers")
    listed = Reviewer.objects.select_related("user").prefetch_related(
        "topics", "user__memberships__agency", "user__review_assignments"
    )
    context = {"form": form, "page_of_reviewers": Paginator(listed, 50).get_page(request.GET.get("page"))}
    return render(request, "casestudies/reviewers.html", context)


@for_editors
def edit_reviewer(request, public_id):
    """Change what the list says of a person, or take them off it."""
    reviewer = get_object_or_404(Reviewer.objects.select_related("user"), public_id=public_id)
    form = ReviewerForm(request.POST or None, reviewer=reviewer)
    if request.method == "POST" and request.POST.get("action") == "take_off":
        reviewers.take_off(reviewer, by=request.user)
        messages.success(request, _("The person is not on the list any more. What they review now goes on."))
        return redirect("reviewers")
    if request.method == "POST" and form.is_valid():
        try:
            reviewers.put_down(reviewer.user.email, by=request.user, **form.cleaned_data)
        except reviewers.ReviewerError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Saved."))
            return redirect("reviewers")
    return render(request, "casestudies/edit_reviewer.html", {"form": form, "reviewer": reviewer})

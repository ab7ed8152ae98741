"""A reviewer's pages: the invitation, the submitted text, the review. For everybody else they are not there."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from casestudies.console.autosave import writing_words
from casestudies.console.reviews import show_text
from casestudies.forms.review import ReviewForm
from casestudies.models import Review, ReviewAssignment
from casestudies.review import answers, editorial, reviewing, rubric


def mine(request, public_id) -> ReviewAssignment:
    """The assignment of this person, rechecked for a conflict of interest; 404 for everybody else's."""
    found = get_object_or_404(
        ReviewAssignment.objects.select_related("round__case__agency", "round__revision"),
        public_id=public_id,
        user=request.user,
    )
    if found.is_waiting and found.round.is_open:
        reviewing.recheck(found)
        found.refresh_from_db(fields=["status", "closing_reason", "closed_at"])
    return found


def may_read(assignment: ReviewAssignment) -> bool:
    """Whether the submitted text is open to the reviewer: from saying yes until the round is over."""
    return assignment.status in ReviewAssignment.READS and assignment.round.is_open


@login_required
def my_review(request, public_id):
    """Answer the invitation; then read, write, save and hand in."""
    assignment = mine(request, public_id)
    asked, is_reading = assignment.round, may_read(assignment)
    review = Review.objects.filter(assignment=assignment).first() or Review(assignment=assignment)
    text = asked.revision.as_object()
    is_writing = is_reading and assignment.status == ReviewAssignment.Status.ACCEPTED
    form = ReviewForm(request.POST or None, review=review, text=text) if is_writing else None
    lacking: list[str] = []
    if request.method == "POST":
        try:
            done = answer(request, assignment, form)
        except reviewing.Unfinished as refusal:
            lacking = refusal.missing
            messages.error(request, _("Your review is saved, but not handed in yet."))
        except reviewing.ReviewError as refusal:
            messages.error(request, str(refusal))
            return redirect("my_review", assignment.public_id)
        else:
            if done:
                messages.success(request, done)
                return redirect("my_review", assignment.public_id)
    before = own_before(assignment) if is_reading else None
    context = {
        "assignment": assignment,
        "round": asked,
        "text": text,
        "form": form,
        "review": review if review.handed_in_at else None,
        "marks": [(line.title, review.scores.get(line.code)) for line in rubric.LINES],
        "is_reading": is_reading,
        "lacking": lacking,
        "before": before,
        "points": answers.points_of(before.review) if before else [],
        "has_changes": asked.number > 1,
        "draft_key": f"review-draft:{assignment.public_id}:{request.user.pk}",
        "writing_words": writing_words()
        | {"review": _("This review has ended. What you wrote is kept on this device.")},
    }
    return render(request, "casestudies/my_review.html", context)


def answer(request, assignment: ReviewAssignment, form: ReviewForm | None) -> str:
    """Carry out what was pressed. Returns what to say; nothing when the form was refused."""
    by, said = request.user, request.POST
    match said.get("action"):
        case "accept":
            reviewing.accept(assignment, by=by, declares=said.get("declares") == "1")
            return _("Thank you. You can read the text now.")
        case "decline":
            reviewing.decline(assignment, by=by, reason=said.get("reason", ""))
            return _("Thank you for saying so. The editors will ask somebody else.")
    if form is None:
        raise reviewing.ReviewError(_("This review has ended. Thank you; there is nothing more to do."))
    if not form.is_valid():
        messages.error(request, _("Some fields need another look. Nothing is saved yet."))
        return ""
    reviewing.save(assignment, by=by, **form.changes())
    if said.get("action") == "hand_in":
        reviewing.hand_in(assignment, by=by)
        return _("Handed in. Thank you.")
    return _("Saved. Nobody else reads it before you hand it in.")


@login_required
@require_POST
def autosave_review(request, public_id):
    """Save the review as it is now, and say so in JSON as `autosave_case` does; 409 when it has ended."""
    assignment = mine(request, public_id)
    review = Review.objects.filter(assignment=assignment).first() or Review(assignment=assignment)
    form = ReviewForm(request.POST, review=review, text=assignment.round.revision.as_object())
    try:
        if form.is_valid():
            reviewing.save(assignment, by=request.user, **form.changes())
    except reviewing.ReviewError as refusal:
        return JsonResponse({"state": "review", "sentence": str(refusal)}, status=409)
    answer = {
        "state": "saved",
        "both": [],
        "at": timezone.localtime().strftime("%H:%M"),
        "refused": {name: [str(one) for one in errors] for name, errors in form.errors.items()},
    }
    return JsonResponse(answer, headers={"Cache-Control": "no-store"})


def own_before(assignment: ReviewAssignment) -> ReviewAssignment | None:
    """What this person handed in about the round before, with what the authors answered since."""
    before = editorial.before_of(assignment.round)
    if before is None:
        return None
    return (
        before.assignments.filter(user=assignment.user_id, review__handed_in_at__isnull=False)
        .select_related("review", "round")
        .prefetch_related("review__comments", "review__answers")
        .first()
    )


@login_required
@require_safe
def my_review_text(request, public_id):
    """The submitted text as readers would see it, or what changed since the round before."""
    assignment = mine(request, public_id)
    if not may_read(assignment):
        raise Http404
    return show_text(request, assignment.round)

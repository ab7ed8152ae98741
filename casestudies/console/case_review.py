"""The review as the authors see it: where it stands, what was said without names, their answers, taking it back."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from casestudies.console.access import own_case
from casestudies.permissions import can_submit_case
from casestudies.review import answers
from casestudies.writing.authoring import AuthoringError


@login_required
def case_review(request, slug, public_id):
    """All rounds of one case, the newest first."""
    case = own_case(request, slug, public_id)
    rounds = list(case.review_rounds.all())
    if not rounds:
        raise Http404
    newest = rounds[0]
    if request.method == "POST":
        try:
            if request.POST.get("action") == "take_back":
                answers.take_back(case, by=request.user)
                messages.success(
                    request, _("Taken back. It is a draft again, and the reviewers have been told.")
                )
            else:
                points = {
                    name.removeprefix("point-"): text
                    for name, text in request.POST.items()
                    if name.startswith("point-")
                }
                answers.answer(newest, by=request.user, reply=request.POST.get("reply", ""), points=points)
                if request.POST.get("action") == "submit_again":
                    return redirect("check_case", slug, public_id)
                messages.success(
                    request,
                    _("Saved. Editors and reviewers read your answers when the text is submitted again."),
                )
        except AuthoringError as refusal:
            messages.error(request, str(refusal))
        return redirect("case_review", slug, public_id)
    for one in rounds:
        one.readers = answers.readers_of(one)
    context = {
        "agency": case.agency,
        "case": case,
        "rounds": rounds,
        "newest": newest,
        "can_answer": answers.can_answer(newest),
        "can_take_back": newest.is_open and can_submit_case(request.user, case),
    }
    return render(request, "casestudies/case_review.html", context)

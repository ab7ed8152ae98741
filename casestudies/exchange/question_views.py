"""Questions to the authors: asking below a case, one's own, the agency's, and the page of one question."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from casestudies.console.access import own_agency
from casestudies.exchange import asking
from casestudies.forms.question import AnswerForm, AskForm
from casestudies.keeping.list_views import words
from casestudies.models import CaseQuestion, CaseStudy
from casestudies.permissions import can_edit_case, can_review_cases
from portal import second_factor

PAGE_SIZE = 20


@never_cache
@login_required
def ask_case(request, public_id):
    """Put a question to the authors of a published case. A refused one keeps its words."""
    published = CaseStudy.objects.published().select_related("agency")
    case = get_object_or_404(published, public_id=public_id)
    form = AskForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        text, may_be_public = form.cleaned_data["text"], form.cleaned_data["may_be_public"]
        try:
            asking.ask(case, by=request.user, text=text, may_be_public=may_be_public)
        except asking.AskingError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(
                request, _("Your question is with the authors. We write to you when they answer.")
            )
            return redirect(f"{case.get_absolute_url()}#questions")
    return render(request, "casestudies/ask_case.html", {"case": case, "form": form})


@never_cache
@login_required
@require_safe
def my_questions(request):
    """What I asked, and what became of it."""
    mine = CaseQuestion.objects.asked_by(request.user).select_related("case")
    page = Paginator(mine, PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "casestudies/my_questions.html", {"questions": page})


@never_cache
@login_required
@require_safe
def case_questions(request, slug):
    """The agency's questions: those that wait, and the answered ones."""
    agency = own_agency(request, slug)
    cases = CaseStudy.objects.written_by([agency]).values("pk")
    done = CaseQuestion.objects.of_cases(cases).exclude(answered_at=None, declined_at=None)
    page = Paginator(done.select_related("case", "asker"), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"agency": agency, "waiting": asking.waiting_for([agency])[:100], "done": page}
    return render(request, "casestudies/case_questions.html", context)


@never_cache
@login_required
def case_question(request, public_id):
    """One question: for its asker to read and take back, for those who write the case to answer."""
    seen = asking.open_to(request.user).select_related("case__agency", "asker")
    question = get_object_or_404(seen, public_id=public_id)
    can_answer = can_edit_case(request.user, question.case)
    form = None
    if can_answer:
        start = {"text": question.answer, "is_public": question.is_public or not question.answered_at}
        is_answer = request.method == "POST" and "action" not in request.POST
        form = AnswerForm(
            request.POST if is_answer else None, initial=start, may_be_public=question.may_be_public
        )
    if request.method == "POST" and act(request, question, form):
        return redirect(question)
    context = {
        "question": question,
        "form": form,
        "can_answer": can_answer,
        "is_asker": question.asker_id == request.user.pk,
    }
    return render(request, "casestudies/case_question.html", context)


def act(request, question: CaseQuestion, form: AnswerForm | None) -> bool:
    """Do what a button says. Whether it is done; a refused answer stays in its form."""
    by, action = request.user, request.POST.get("action")
    try:
        if action == "withdraw":
            asking.withdraw(question, by=by)
            messages.success(request, _("Done. Nobody else reads it from now on."))
        elif action == "decline":
            asking.decline(question, by=by)
            messages.success(request, _("Set aside. Who asked has been told."))
        elif action in ("public", "private"):
            asking.show(question, by=by, is_public=action == "public")
            messages.success(request, _("Your choice is kept."))
        elif form is not None:
            if not form.is_valid():
                return False
            is_public = bool(form.cleaned_data.get("is_public"))
            kept = asking.answer(question, by=by, text=form.cleaned_data["text"], is_public=is_public)
            messages.success(request, _("Your answer is kept, and who asked has been told."))
            if is_public and (doubtful := asking.doubtful(kept)):
                hint = _("Everybody reads it now. Look once more at: %(words)s")
                messages.warning(request, hint % {"words": _(", ").join(doubtful[:5])})
    except asking.AskingError as refusal:
        if form is not None and form.is_bound:
            form.add_error(None, str(refusal))
            return False
        messages.error(request, str(refusal))
    return True


@login_required
@require_POST
def hide_question(request, public_id):
    """Staff hide a public question, or show it again."""
    if not can_review_cases(request.user):
        raise Http404
    second_factor.demand_shown(request)
    shown = CaseQuestion.objects.filter(is_public=True).select_related("case")
    question = get_object_or_404(shown, public_id=public_id)
    try:
        asking.hide(question, by=request.user, reason=words(request.POST.get("reason", ""), 500))
    except asking.AskingError as refusal:
        messages.error(request, str(refusal))
    return redirect(f"{question.case.get_absolute_url()}#questions")

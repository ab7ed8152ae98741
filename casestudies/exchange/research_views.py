"""Research interests: the open ones, the page of one with a researcher's answer, and the agency's side."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from casestudies import library
from casestudies.exchange import research_interest as rules
from casestudies.forms.research_interest import InterestForm, ResearchAnswerForm
from casestudies.keeping.list_views import words
from casestudies.models import CaseStudy, ResearchAnswer, ResearchInterest
from orgs.divisions import ended_within
from orgs.models import Division
from orgs.permissions import agencies_where

PAGE_SIZE = 20


@require_safe
def research_interests(request):
    """The open ones, by topic and place. Unknown values are as if not there."""
    found = ResearchInterest.objects.open().for_rows()
    topics = rules.topics_in_use()
    topic = next((one for one in topics if one.code == request.GET.get("topic")), None)
    if topic:
        found = found.filter(topics=topic)
    place = next(iter(library.chosen_divisions([request.GET.get("place", "")])), None)
    if place:
        inside = Q(division__code__startswith=place.stem) | Q(division__in=ended_within(place))
        found = found.filter(inside)
    stems = {
        code[:2] for code in ResearchInterest.objects.open().values_list("division__code", flat=True) if code
    }
    context = {
        "interests": Paginator(found, PAGE_SIZE).get_page(request.GET.get("page")),
        "topics": topics,
        "topic": topic,
        "places": Division.objects.current().filter(code__in=[f"{stem}0000" for stem in stems]),
        "place": place,
        "may_announce": list(agencies_where(request.user, rules.LEADS)[:5]),
    }
    return render(request, "casestudies/research_interests.html", context)


def research_interest(request, public_id):
    """One interest, with the form of a researcher's answer, or what became of it."""
    user = request.user
    seen = ResearchInterest.objects.visible_to(user).for_rows()
    interest = get_object_or_404(seen, public_id=public_id)
    if request.method == "POST" and not user.is_authenticated:
        return redirect_to_login(interest.get_absolute_url())
    mine = interest.answers.filter(researcher=user).first() if user.is_authenticated else None
    form = ResearchAnswerForm(request.POST or None)
    if request.method == "POST":
        try:
            if request.POST.get("action") == "take_back":
                if mine is None:
                    raise Http404
                rules.take_back(mine, by=user)
                messages.success(request, _("Taken back."))
                return redirect("research_interests")
            if form.is_valid():
                rules.answer(interest, by=user, **form.cleaned_data)
                messages.success(request, _("Sent. We write to you when the agency has decided."))
                return redirect(interest)
        except rules.InterestError as refusal:
            form.add_error(None, str(refusal))
    is_taken_back = mine is not None and mine.status == ResearchAnswer.Status.TAKEN_BACK
    context = {"interest": interest, "mine": None if is_taken_back else mine, "form": form}
    return render(request, "casestudies/research_interest.html", context)


def leading_agency(request, slug):
    return get_object_or_404(agencies_where(request.user, rules.LEADS), slug=slug)


@never_cache
@login_required
@require_safe
def agency_research(request, slug):
    """All interests of the agency, the newest first."""
    agency = leading_agency(request, slug)
    interests = agency.research_interests.for_rows().order_by("-opened_at", "-pk")
    page = Paginator(interests, PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "casestudies/agency_research.html", {"agency": agency, "interests": page})


@never_cache
@login_required
def create_research_interest(request, slug):
    """Look for a research partner; `case` in the address says about which case study."""
    agency = leading_agency(request, slug)
    start = {}
    try:
        about = UUID(request.GET.get("case", ""))
    except ValueError:
        about = None
    if about and (case := CaseStudy.objects.published().filter(agency=agency, public_id=about).first()):
        start = {"case": case, "topics": case.topics.all(), "division": case.division}
    form = InterestForm(request.POST or None, agency=agency, initial=start)
    if request.method == "POST" and form.is_valid():
        try:
            made = rules.announce(agency, by=request.user, **form.cleaned_data)
        except rules.InterestError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("It stands among the open ones now."))
            return redirect(made)
    return render(request, "casestudies/edit_research_interest.html", {"agency": agency, "form": form})


@never_cache
@login_required
def edit_research_interest(request, slug, public_id):
    """Change or close one, and say yes or no to its answers."""
    agency = leading_agency(request, slug)
    interest = get_object_or_404(agency.research_interests.for_rows(), public_id=public_id)
    action = request.POST.get("action", "")
    form = InterestForm(
        request.POST if request.method == "POST" and not action else None, instance=interest, agency=agency
    )
    if request.method == "POST":
        try:
            if action == "close":
                rules.close(interest, by=request.user)
            elif action in ("accept", "decline"):
                reply = words(request.POST.get("reply", ""), 1000)
                rules.decide(
                    of_form(request, interest), by=request.user, is_yes=action == "accept", reply=reply
                )
            elif form.is_valid():
                rules.change(interest, by=request.user, **form.cleaned_data)
        except rules.InterestError as refusal:
            if form.is_bound:
                form.add_error(None, str(refusal))
            else:
                messages.error(request, str(refusal))
        if not form.is_bound or form.is_valid():
            return redirect("edit_research_interest", slug, public_id)
    answers = interest.answers.exclude(status=ResearchAnswer.Status.TAKEN_BACK)
    context = {
        "agency": agency,
        "interest": interest,
        "form": form,
        "answers": answers.select_related("researcher")[:200],
    }
    return render(request, "casestudies/edit_research_interest.html", context)


def of_form(request, interest: ResearchInterest) -> ResearchAnswer:
    """The answer that the form names; 404 for every other."""
    try:
        public_id = UUID(request.POST.get("answer", ""))
    except ValueError:
        raise Http404 from None
    return get_object_or_404(interest.answers, public_id=public_id)

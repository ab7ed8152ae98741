"""Whom the agency recommends, and who recommends it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from orgs import recommendation
from orgs.console.door import own_agency, parts_of
from orgs.forms.recommendation import RecommendationForm
from orgs.recommendation import RecommendationError


@login_required
def agency_recommendations(request, slug):
    """Given and received, and a form for a new one."""
    agency = own_agency(request, slug, "recommendations.give")
    form = RecommendationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            recommendation.recommend(said["agency"], by_agency=agency, words=said["words"], by=request.user)
        except RecommendationError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("You recommend %(agency)s.") % {"agency": said["agency"]})
            return redirect("agency_recommendations", slug)
    return render(
        request,
        "orgs/agency_recommendations.html",
        {
            **parts_of(request, agency),
            "form": form,
            "may_recommend": recommendation.may_recommend(agency),
            "given": agency.recommendations_given.standing().select_related("agency"),
            "received": agency.recommendations.standing().select_related("by_agency"),
        },
    )


@login_required
@require_POST
def take_back_recommendation(request, slug, pk):
    """No longer recommend an agency."""
    agency = own_agency(request, slug, "recommendations.give")
    found = get_object_or_404(agency.recommendations_given.standing(), pk=pk)
    recommendation.take_back(found, by=request.user)
    messages.success(request, _("You took the recommendation back."))
    return redirect("agency_recommendations", slug)

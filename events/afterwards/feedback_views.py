"""Giving feedback, for those who were there."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from events.afterwards import feedback
from events.forms.feedback import FeedbackForm
from events.models import Registration
from events.registering.refusals import RegistrationError


@login_required
@never_cache
def give_feedback(request, public_id):
    """The form, or the sentence that says why there is none."""
    mine = get_object_or_404(
        Registration.objects.select_related("event", "user"), user=request.user, event__public_id=public_id
    )
    return ask_for_feedback(request, mine, back=mine.event.get_absolute_url())


def ask_for_feedback(request, mine: Registration, *, back: str):
    """The page of the form, for who was found to have this place; `back` leads to where they came from."""
    form = FeedbackForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            feedback.give(mine, **form.cleaned_data)
        except RegistrationError as no:
            messages.error(request, str(no))
        else:
            messages.success(request, _("Thank you. Nobody can see that this answer is yours."))
        return redirect(request.path)
    no = feedback.refusal(mine)
    return render(
        request,
        "events/give_feedback.html",
        {"event": mine.event, "form": form, "refusal": str(no) if no else "", "back": back},
    )

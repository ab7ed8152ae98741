"""The host's desk: what goes out by itself before and after an event."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from events.console.door import own_event
from events.forms.letters import LetterPlanForm
from events.mails import reminders


@login_required
@never_cache
def edit_letters(request, slug, public_id):
    """At which hours people are reminded, and how they are thanked."""
    event = own_event(request, slug, public_id)
    form = LetterPlanForm(request.POST or None, instance=reminders.plan_of(event))
    if request.method == "POST" and form.is_valid():
        reminders.change_plan(event, by=request.user, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("edit_letters", slug, public_id)
    return render(request, "events/letters.html", {"agency": event.host, "event": event, "form": form})

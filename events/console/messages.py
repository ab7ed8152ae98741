"""The host's desk: writing to a group of the people of an event, and what was written before."""

from django.contrib import messages as notices
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from events.console.door import own_event
from events.forms.message import MessageForm
from events.mails import messages
from events.models import Event
from events.registering.refusals import RegistrationError

MOST_SHOWN = 50


@login_required
@never_cache
def write_message(request, slug, public_id):
    """First the words, then a look at them with the number of people, then they go out. What was written stays."""
    event = own_event(request, slug, public_id)
    data = request.POST if request.method == "POST" else None
    form = MessageForm(data, event=event, initial={"group": request.GET.get("group")})
    if not form.is_bound or not form.is_valid() or "change" in request.POST:
        return page(request, event, form)
    if "send" not in request.POST:
        return preview(request, event, form)
    try:
        messages.write(event, by=request.user, **form.cleaned_data)
    except RegistrationError as no:
        form.add_error(None, str(no))
        return page(request, event, form)
    notices.success(request, _("Your message is on its way. This page shows how many mails have left."))
    return redirect("messages", slug, public_id)


def preview(request, event: Event, form: MessageForm) -> HttpResponse:
    said = form.cleaned_data
    people = messages.recipients(event, said["group"], agency=said["agency"])
    live = event.registrations.live()
    context = {
        "agency": event.host,
        "event": event,
        "form": form,
        "said": said,
        "to_whom": said["agency"] or dict(form.fields["group"].choices)[said["group"]],
        "number": len(people),
        "unreachable": live.count() - messages.reachable(live).count(),
    }
    return render(request, "events/message_preview.html", context)


def page(request, event: Event, form: MessageForm) -> HttpResponse:
    written = messages.with_progress(event.messages.all())[:MOST_SHOWN]
    context = {"agency": event.host, "event": event, "form": form, "written": written}
    return render(request, "events/messages.html", context)

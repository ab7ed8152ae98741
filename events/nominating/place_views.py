"""The personal link of somebody who was put down: their place, and yes or no, without an account."""

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from events.models import Nomination
from events.nominating import answering, guests
from events.registering.refusals import RegistrationError


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def place(request, token):
    """Looking shows; only a button answers. When the event is over the link shows nothing any more."""
    nominations = Nomination.objects.select_related(
        "registration__event__host", "registration__pool", "registration__user", "agency", "by"
    )
    nomination = nominations.by_token(token)
    if nomination is None:
        raise Http404
    if request.method == "POST":
        return answer(request, nomination)
    event = nomination.registration.event
    is_over = event.is_over(timezone.now())
    response = render(
        request,
        "events/place.html",
        {"nomination": nomination, "mine": nomination.registration, "event": event, "is_over": is_over},
        status=410 if is_over else 200,
    )
    response["X-Robots-Tag"] = "noindex"
    return response


def answer(request, nomination: Nomination):
    """Yes, no, or "this is me"; then back to where the button was."""
    said = request.POST.get("answer")
    by = request.user if request.user.is_authenticated else None
    try:
        if said == "come":
            answering.accept(nomination, by=by)
            messages.success(request, _("Thank you. Your colleagues see that you come."))
        elif said == "cannot":
            answering.decline(nomination, by=by)
            messages.success(request, _("You said no. Somebody else gets the seat."))
        elif said == "me" and by is None:
            return redirect_to_login(nomination.get_absolute_url())
        elif said == "me":
            guests.say_this_is_me(nomination, user=by)
            messages.success(request, _("This place is in your account now."))
            return redirect(nomination.registration.event)
        else:
            messages.error(request, _("Please say whether you come."))
    except RegistrationError as no:
        messages.error(request, str(no))
    wanted = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(wanted, None, require_https=request.is_secure())
    return redirect(wanted if wanted.startswith("/") and is_ours else nomination.get_absolute_url())

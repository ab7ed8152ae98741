"""The personal link of somebody who was put down: their place, their ticket, and yes or no, without an account."""

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from events.attending import ticket
from events.attending.ticket_views import svg
from events.hosting import materials
from events.models import Nomination
from events.nominating import answering, guests
from events.registering.refusals import RegistrationError
from portal.file_views import hand_out


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def place(request, token):
    """Looking shows; only a button answers. When the event is over the link shows nothing any more."""
    nomination = by_link(token)
    if request.method == "POST":
        return answer(request, nomination)
    return page(request, nomination)


@require_safe
def place_material(request, token, public_id):
    """A file of the event, for who has the link of a place that it goes with; never kept by a browser."""
    nomination = by_link(token)
    found = get_object_or_404(nomination.registration.event.materials, public_id=public_id)
    if not nomination.holds or not materials.may_have(nomination.registration, found):
        raise Http404
    return hand_out(found.file, name=found.name, content_type=found.content_type)


def by_link(token: str) -> Nomination:
    """What a personal link speaks of, with all that its page reads. One that we did not make answers 404."""
    nominations = Nomination.objects.select_related(
        "registration__event__host", "registration__pool", "registration__user", "agency", "by"
    ).prefetch_related("registration__nominations", "registration__event__sessions")
    nomination = nominations.by_token(token)
    if nomination is None:
        raise Http404
    return nomination


def page(request, nomination: Nomination) -> HttpResponse:
    """The person's place: what they need on the day, and the buttons to answer."""
    mine = nomination.registration
    event, holds = mine.event, nomination.holds
    is_over = event.is_over(timezone.now())
    context = {
        "nomination": nomination,
        "token": nomination.token,
        "mine": mine,
        "event": event,
        "is_over": is_over,
        "holds": holds,
        "materials": materials.shown(event, registration=mine, is_host=False) if holds else [],
    }
    if holds and mine.has_seat and not is_over and not event.is_cancelled:
        context |= {"code": ticket.code(mine), "drawing": svg(mine)}
    response = render(request, "events/place.html", context, status=410 if is_over else 200)
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

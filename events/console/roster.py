"""The hosts' desk of an event: who comes, who asks, who waits, who has not answered; seats, and the host's decisions."""

from collections import Counter

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import prefetch_related_objects
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from events.afterwards import charts, numbers
from events.attending.roster_table import everybody
from events.console.door import own_event
from events.forms.decision import HostDecisionForm
from events.forms.roster import AddPersonForm, SeatsForm
from events.models import Event, Registration
from events.nominating import by_hand
from events.registering import registration, seats
from events.registering.refusals import RegistrationError


@login_required
@never_cache
@require_safe
def roster(request, slug, public_id):
    """Everything of an event on one page."""
    return show(request, own_event(request, slug, public_id))


def show(request, event: Event, form: AddPersonForm | None = None) -> HttpResponse:
    people = everybody(event)
    prefetch_related_objects(people, "log__by")
    by_pk = {one.pk: one for one in people}
    seated = [one for one in people if one.has_seat]
    context = {
        "agency": event.host,
        "event": event,
        "seated": seated,
        "asking": [one for one in people if one.status == Registration.Status.REQUESTED],
        "waiting": [by_pk[pk] for pk in event.registrations.in_turn() if pk in by_pk],
        "unanswered": [one for one in seated if one.nomination and not one.answered_at],
        "pools": event.pools.select_related("agency"),
        "cancelled": [one for one in people if not one.is_live],
        "by_agency": charts.bars(counted(one.agency.label if one.agency else "" for one in seated)),
        "numbers": numbers.of(event) if event.is_over() else None,
        "form": form or AddPersonForm(),
    }
    return render(request, "events/roster.html", context)


def counted(words) -> list[tuple[object, int]]:
    """Each word with its number, the largest first; nothing counts as "For themselves"."""
    numbers = Counter(word or _("For themselves") for word in words)
    return sorted(numbers.items(), key=lambda pair: (-pair[1], str(pair[0])))


@login_required
@require_POST
def decide_registration(request, slug, public_id, registration_id):
    """The host's yes or no to one person."""
    event = own_event(request, slug, public_id)
    one = get_object_or_404(event.registrations, public_id=registration_id)
    form = HostDecisionForm(request.POST)
    try:
        if not form.is_valid():
            messages.error(request, _("Please say yes or no, with a reason of at most 300 characters."))
        elif form.cleaned_data["answer"] == "approve":
            registration.approve(one, by=request.user)
            if one.is_live:
                messages.success(request, _("%(person)s has been told.") % {"person": one.known_as})
            else:
                messages.error(request, _("%(person)s has cancelled meanwhile.") % {"person": one.known_as})
        else:
            registration.turn_down(one, by=request.user, reason=form.cleaned_data["reason"])
            messages.success(request, _("%(person)s has been told.") % {"person": one.known_as})
    except RegistrationError as no:
        messages.error(request, str(no))
    return redirect("roster", slug, public_id)


@login_required
@never_cache
@require_POST
def add_person(request, slug, public_id):
    """Somebody who called or stands at the door."""
    event = own_event(request, slug, public_id)
    form = AddPersonForm(request.POST)
    if not form.is_valid():
        return show(request, event, form)
    try:
        added = by_hand.put_down_by_host(
            event,
            form.nominee,
            by=request.user,
            agency=form.cleaned_data["agency"],
            one_more_chair=form.cleaned_data["one_more_chair"],
        )
    except RegistrationError as no:
        form.add_error(None, str(no))
        return show(request, event, form)
    words = {"person": form.nominee.name}
    if added.has_seat:
        messages.success(request, _("%(person)s has a seat.") % words)
    else:
        messages.success(request, _("The room is full: %(person)s is on the waiting list.") % words)
    if not form.nominee.email:
        messages.info(
            request,
            _("%(person)s gets no letters. Pass the personal link on: it stands beside the name.") % words,
        )
    return redirect("roster", slug, public_id)


@login_required
@require_POST
def change_seats(request, slug, public_id, pk):
    """Another number of seats in one part of the room; new ones go to those in line."""
    event = own_event(request, slug, public_id)
    pool = get_object_or_404(event.pools.select_related("agency"), pk=pk)
    form = SeatsForm(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(form.errors["capacity"]))
        return redirect("roster", slug, public_id)
    wanted = form.cleaned_data["capacity"]
    try:
        if pool.agency:
            seats.keep_for(event, pool.agency, seats=wanted, by=request.user, release_at=pool.release_at)
        else:
            seats.change_capacity(event, capacity=wanted, kind=pool.kind, by=request.user)
    except RegistrationError as no:
        messages.error(request, str(no))
    else:
        messages.success(request, _("There are %(number)d seats now.") % {"number": wanted})
    return redirect("roster", slug, public_id)

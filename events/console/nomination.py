"""The coordinator's page of an event: putting colleagues down, and what became of them."""

from dataclasses import dataclass

import segno
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from events.forms.nomination import NominationForm, OnePersonForm
from events.models import Event, Nomination, Registration
from events.nominating import answering, nomination, swapping
from events.nominating.guests import is_closed
from events.registering.refusals import NotEnoughSeats, RegistrationError, refusal
from orgs.console.door import own_agency
from orgs.models import Agency
from orgs.permissions import agencies_where


@dataclass(frozen=True)
class Place:
    """One place of the agency at an event, as its coordinator sees it: in their own words where they put it down."""

    registration: Registration
    nomination: Nomination | None
    #: In line, 1 for the next one; None for who does not wait.
    position: int | None = None

    @property
    def name(self) -> str:
        return self.nomination.name if self.nomination else str(self.registration.person)

    @property
    def is_live(self) -> bool:
        return self.registration.is_live and not (self.nomination and self.nomination.declined_at)

    @property
    def is_reached(self) -> bool:
        """Whether we write to them ourselves, as far as the coordinator may know."""
        return self.nomination is None or self.nomination.is_member or bool(self.nomination.email)

    @property
    def link(self) -> str:
        """The personal link as a whole address, to be passed on; empty for who registered on their own."""
        if self.nomination is None:
            return ""
        return settings.SITE_URL + self.nomination.get_absolute_url()

    @property
    def is_link_open(self) -> bool:
        """Whether there is a personal link to pass on: also after the event, while hours and certificate stand there."""
        return self.nomination is not None and self.is_live and not is_closed(self.nomination, timezone.now())

    @property
    def qr(self) -> str:
        """The personal link as a drawing to be scanned."""
        drawing = segno.make(self.link, error="m").svg_inline(scale=4, light="white", omitsize=False)
        return mark_safe(drawing)  # noqa: S308  paths and numbers, made here


def coordinated(request, slug: str, public_id) -> tuple[Agency, Event]:
    """The agency that the person puts people down for, and an event that is announced. Others answer 404."""
    agency = own_agency(request, slug, "events.nominate")
    events = Event.objects.visible_to(request.user).announced().select_related("host")
    return agency, get_object_or_404(events.prefetch_related("pools", "sessions"), public_id=public_id)


@login_required
@require_safe
def nominate_for(request, public_id):
    """From an event's page to the agency in whose name people are put down."""
    event = get_object_or_404(Event.objects.visible_to(request.user).announced(), public_id=public_id)
    agencies = agencies_where(request.user, "events.nominate").order_by("legal_name")
    if len(agencies) == 1:
        return redirect("nominate", agencies[0].slug, event.public_id)
    return render(request, "events/nominate_for.html", {"event": event, "agencies": agencies})


@login_required
@never_cache
def nominate(request, slug, public_id):
    """Whom the agency has put down, and the form for more. Looked through once more before it counts."""
    agency, event = coordinated(request, slug, public_id)
    data = request.POST if request.method == "POST" else None
    form = NominationForm(data, event=event, agency=agency)
    lacking = None
    is_looked_through = data is not None and form.is_valid()
    if is_looked_through and data.get("step") in ("put_down", "as_many"):
        options = form.options | ({"way": nomination.AS_MANY} if data["step"] == "as_many" else {})
        try:
            outcome = nomination.nominate(
                event, agency=agency, people=form.people, by=request.user, **options
            )
        except NotEnoughSeats as no:
            lacking = no
        except RegistrationError as no:
            form.add_error(None, str(no))
        else:
            say_what_became(request, outcome)
            return redirect("nominate", slug, public_id)
    no = refusal(event, timezone.now())
    places = places_of(agency, event)
    context = {
        "agency": agency,
        "event": event,
        "form": form,
        "lines": form.lines_read,
        "people": form.people if is_looked_through else [],
        "lacking": lacking,
        "refusal": str(no) if no else "",
        "places": [place for place in places if place.is_live],
        "given_back": [place for place in places if not place.is_live],
    }
    return render(request, "events/nominate.html", context)


def say_what_became(request, outcome: nomination.Outcome) -> None:
    number = len(outcome.nominations)
    if number:
        messages.success(
            request,
            ngettext("%(number)d person is put down.", "%(number)d people are put down.", number)
            % {"number": number},
        )
    for _nominee, why in outcome.passed_over:
        messages.info(request, why)


def places_of(agency: Agency, event: Event) -> list[Place]:
    """Every place of this agency at the event, in the order in which they came."""
    rows = swapping.of_agency(event, agency, with_those_given_back=True)
    said = {
        one.registration_id: one
        for one in Nomination.objects.filter(agency=agency, registration__event=event)
    }
    places = []
    people = list(rows.select_related("user").order_by("created_at", "pk"))
    positions = positions_in_line(people)
    for registration in people:
        note = said.get(registration.pk)
        if note:
            note.registration = registration
        registration.event = event
        places.append(Place(registration, note, positions.get(registration.pk)))
    return places


def positions_in_line(people: list[Registration]) -> dict[int, int]:
    """Where those of these people stand who wait, by the key of their place. One query for each part of the room."""
    pools = {one.pool_id for one in people if one.status == Registration.Status.WAITLISTED}
    lines = [Registration.objects.filter(pool=pool).in_turn() for pool in sorted(pools)]
    return {pk: position for line in lines for position, pk in enumerate(line, 1)}


def own_place(request, slug: str, public_id, registration_id) -> tuple[Agency, Event, Place]:
    """One place of the agency. A foreign one answers 404."""
    agency, event = coordinated(request, slug, public_id)
    places = {place.registration.public_id: place for place in places_of(agency, event)}
    if registration_id not in places:
        get_object_or_404(event.registrations.none())
    return agency, event, places[registration_id]


@login_required
@never_cache
@require_safe
def nominee(request, slug, public_id, registration_id):
    """One person: the link to pass on, somebody else instead, taking them back."""
    agency, event, place = own_place(request, slug, public_id, registration_id)
    return show(request, agency, event, place, OnePersonForm(agency=agency))


def show(request, agency, event, place, form):
    return render(
        request,
        "events/nominee.html",
        {"agency": agency, "event": event, "place": place, "form": form},
    )


@login_required
@never_cache
@require_POST
def swap_nominee(request, slug, public_id, registration_id):
    """Somebody else of the agency comes instead."""
    agency, event, place = own_place(request, slug, public_id, registration_id)
    form = OnePersonForm(request.POST, agency=agency)
    if not form.is_valid():
        return show(request, agency, event, place, form)
    try:
        instead = swapping.swap(place.registration, agency=agency, to=form.nominee, by=request.user)
    except RegistrationError as no:
        form.add_error(None, str(no))
        return show(request, agency, event, place, form)
    messages.success(
        request,
        (
            _("%(newcomer)s comes instead of %(person)s. We have told both.")
            if place.is_reached and (instead.email or instead.is_member)
            else _(
                "%(newcomer)s comes instead of %(person)s. Who has no e-mail address hears it from you: please tell "
                "them, and pass the new personal link on."
            )
        )
        % {"newcomer": instead.name, "person": place.name},
    )
    return redirect("nominate", slug, public_id)


@login_required
@require_POST
def withdraw_nominee(request, slug, public_id, registration_id):
    """The agency takes somebody back whom it put down."""
    _agency, _event, place = own_place(request, slug, public_id, registration_id)
    if place.nomination is None:
        messages.error(request, _("They registered on their own, and cancel on their own."))
        return redirect("nominate", slug, public_id)
    try:
        answering.take_back(place.nomination, by=request.user)
    except RegistrationError as no:
        messages.error(request, str(no))
    else:
        messages.success(request, _("%(person)s is no longer put down.") % {"person": place.name})
    return redirect("nominate", slug, public_id)

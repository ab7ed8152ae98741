"""The host's desk: writing an event, publishing it, calling it off."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from events.console.door import own_event
from events.forms.event import EventForm
from events.forms.session import session_rows
from events.hosting import minimum, picture, publishing
from events.hosting.edition import edition
from events.models import Event
from events.registering.refusals import RegistrationError
from orgs.console.door import own_agency
from orgs.models import Agency, User

REFUSALS = (publishing.PublishingError, RegistrationError)


@login_required
@never_cache
def create_event(request, slug):
    agency = own_agency(request, slug, "events.publish")
    return write(request, agency, Event(host=agency))


@login_required
@never_cache
def edit_event(request, slug, public_id):
    event = own_event(request, slug, public_id)
    return write(request, event.host, event)


def write(request, agency: Agency, event: Event) -> HttpResponse:
    """One form for a new event and for an old one. What is refused keeps what was typed."""
    data = request.POST if request.method == "POST" else None
    form = EventForm(data, request.FILES if data else None, instance=event, host=agency)
    sessions = session_rows(event if event.pk else None, data, zone=form.zone)
    theirs: list = []
    if data is not None and not form.is_looking and all((form.is_valid(), sessions.is_valid())):
        plan = {"by": request.user, "sessions": list(sessions.plan()), **form.plan}
        try:
            if event.pk:
                seen = form.cleaned_data["began_from"]
                event = publishing.update_event(event, began_from=seen, **plan)
            else:
                event = publishing.create_event(agency, form_key=form.cleaned_data["form_key"], **plan)
        except publishing.Overtaken as refusal:
            form.add_error(None, str(refusal))
            carry_on(form, event)  # before what stands is read: a change in between is refused once more
            theirs = differences(form, event)
        except REFUSALS as refusal:
            form.add_error(getattr(refusal, "field", None), str(refusal))
        else:
            hang_up_picture(event, form.cleaned_data, by=request.user)
            warn_of_overlaps(request, event)
            if "publish" in data:
                return publish_now(request, event)
            messages.success(request, _("Saved."))
            return redirect("edit_event", agency.slug, event.public_id)
    if request.FILES.get("picture"):
        form.add_error("picture", _("Please choose the picture again. Browsers do not keep files."))
    context = {"agency": agency, "event": event, "sessions": sessions, "form": form, "theirs": theirs}
    return render(request, "events/edit.html", context)


def carry_on(form: EventForm, event: Event) -> None:
    """The form has been answered with what stands now: what is sent next was written in sight of it."""
    form.data = form.data.copy()
    form.data["began_from"] = edition(event)


def differences(form: EventForm, event: Event) -> list[tuple[str, str]]:
    """Where the event as it stands differs from what was typed: the label of each field, and what stands."""
    now = EventForm(form.data, instance=Event.objects.get(pk=event.pk), host=event.host)
    rows = session_rows(event, form.data, zone=form.zone)
    found = (
        [(str(_("Dates and times")), "\n".join(map(str, event.sessions.all())))] if rows.has_changed() else []
    )
    return found + [
        (str(now.fields[name].label), now.in_words(name))
        for name in now.changed_data
        if not now[name].is_hidden and name not in ("picture", "picture_shows", "co_host_words")
    ]


def hang_up_picture(event: Event, typed: dict, *, by: User) -> None:
    """Do with the picture what was asked for."""
    if typed["picture"]:
        picture.replace(event, drawn=typed["picture"], description=typed["picture_shows"], by=by)
    elif typed.get("without_picture"):
        picture.remove(event)
    else:
        picture.describe(event, typed["picture_shows"])


def warn_of_overlaps(request, event: Event) -> None:
    """Parallel parts are possible, and a slip of the finger is likelier."""
    for first, second in publishing.overlapping(event.sessions.all()):
        messages.warning(
            request,
            _("Session %(first)d and session %(second)d are at the same time. Is that right?")
            % {"first": first, "second": second},
        )


@login_required
@require_POST
def publish_event(request, slug, public_id):
    return publish_now(request, own_event(request, slug, public_id))


def publish_now(request, event: Event) -> HttpResponse:
    """Publish and show the page; what is refused stays a draft."""
    try:
        publishing.publish(event, by=request.user)
    except REFUSALS as refusal:
        messages.error(request, str(refusal))
        return redirect("edit_event", event.host.slug, event.public_id)
    messages.success(request, published_words(event))
    return redirect(event)


def published_words(event: Event) -> str:
    opens_at = event.registration_opens_at
    if not event.takes_registrations:
        return _("Published. Everybody can see the event; nobody needs to register.")
    if opens_at and opens_at > timezone.now():
        opens = date_format(opens_at.astimezone(event.zone), "DATETIME_FORMAT")
        return _("Published. Everybody can see the event, and register from %(opens)s.") % {"opens": opens}
    return _("Published. Everybody can see the event and register.")


@login_required
@require_POST
def go_ahead(request, slug, public_id):
    """The event takes place, whether or not enough people come."""
    event = own_event(request, slug, public_id)
    try:
        minimum.go_ahead(event, by=request.user)
        messages.success(request, _("It takes place. The page of the event says so."))
    except REFUSALS as refusal:
        messages.error(request, str(refusal))
    return redirect("edit_event", slug, public_id)


@login_required
@require_POST
def cancel_event(request, slug, public_id):
    event = own_event(request, slug, public_id)
    try:
        told = publishing.cancel_event(event, by=request.user)
    except REFUSALS as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(
            request, _("The event is cancelled. People we wrote to: %(number)d.") % {"number": len(told)}
        )
    return redirect("edit_event", slug, public_id)

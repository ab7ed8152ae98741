"""Where calendar programs come: a session, an event, an agency, a selection, and a person's own calendar."""

from hashlib import sha256

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from events.calendar import CalendarFilter
from events.calendars import feeds
from events.models import Event, EventSeries
from orgs import merging
from orgs.models import Agency
from portal import qr


@require_safe
def event_ics(request, public_id):
    """All sessions of one event, as a file to open or a calendar to follow."""
    event = announced_event(public_id)
    content = feeds.of_event(event, source=here(request), reader=request.user)
    return as_file(calendar_response(request, content), event.public_id)


@require_safe
def session_ics(request, public_id, ical_uid):
    """One session, as a file to open."""
    event = announced_event(public_id)
    session = get_object_or_404(event.sessions, ical_uid=ical_uid)
    content = feeds.of_event(event, source=here(request), reader=request.user, session=session)
    return as_file(calendar_response(request, content), session.ical_uid)


@require_safe
def agency_feed(request, slug):
    """What one agency holds. The address of a merged entry leads to the one that stayed."""
    nobody = AnonymousUser()
    if survivor := merging.survivor_of(slug, nobody):
        return redirect("agency_feed", survivor.slug, permanent=True)
    agency = get_object_or_404(Agency.objects.visible_to(nobody), slug=slug)
    return calendar_response(request, feeds.of_agency(agency, source=here(request)))


@require_safe
def series_feed(request, public_id):
    """The runs of one programme."""
    series = get_object_or_404(EventSeries.objects.visible_to(AnonymousUser()), public_id=public_id)
    return calendar_response(request, feeds.of_series(series, source=here(request)))


@require_safe
def calendar_feed(request):
    """What is to come, through the calendar's filters."""
    filters = CalendarFilter(request.GET, user=AnonymousUser())
    source = "?".join(filter(None, (here(request), filters.query_string)))
    return calendar_response(request, feeds.of_selection(filters, source=source))


@require_safe
def personal_feed(request, secret):
    """A person's own places, for whoever has the address. No cookie is asked for, and none is looked at."""
    user = feeds.whose(secret)
    if user is None:
        raise Http404
    return keep_secret(calendar_response(request, feeds.of_person(user)))


@never_cache
@require_safe
def calendars(request):
    """How to have the events in one's own calendar: addresses to follow, with plain words for every telephone."""
    filters = CalendarFilter(request.GET, user=AnonymousUser())
    query = filters.query_string
    selection = settings.SITE_URL + "?".join(filter(None, (reverse("calendar_feed"), query)))
    context = {
        "has_filters": bool(query),
        "selection": address(selection),
        "agencies": [],
        "mine": None,
    }
    if request.user.is_authenticated:
        own = Agency.objects.visible_to(AnonymousUser()).filter(
            pk__in=request.user.memberships.active().values("agency")
        )
        context["agencies"] = [
            {"agency": agency, **address(settings.SITE_URL + reverse("agency_feed", args=[agency.slug]))}
            for agency in own
        ]
        private = feeds.address_of(request.user)
        context["mine"] = address(private) if private else None
    # Not "no-referrer": from such a page a form comes without its origin, and the button would be refused.
    return keep_secret(render(request, "events/calendars.html", context), referrer="same-origin")


@login_required
@require_POST
def new_calendar_address(request):
    """Make a private address, or a new one in the place of one that got into wrong hands."""
    had_one = feeds.address_of(request.user) is not None
    feeds.make_address(request.user)
    if had_one:
        messages.success(
            request, _("You have a new address. The old one leads nowhere now: follow the new one.")
        )
    else:
        messages.success(request, _("Your private calendar is ready. Follow its address on your phone."))
    return redirect("calendars")


def announced_event(public_id) -> Event:
    """An event that everybody may see. A draft is in nobody's calendar, its hosts' included."""
    return get_object_or_404(feeds.announced().prefetch_related("sessions"), public_id=public_id)


def here(request) -> str:
    return settings.SITE_URL + request.path


def address(url: str) -> dict:
    """An address in the forms that people need: as it is, for programs that follow it at a tap, and as a code."""
    return {"url": url, "webcal": "webcal:" + url.partition(":")[2], "qr": qr.picture(url)}


def calendar_response(request, content: bytes) -> HttpResponse:
    """A calendar with its fingerprint; 304 for a program that has it already."""
    response = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    response["ETag"] = etag = f'"{sha256(content).hexdigest()[:32]}"'
    return get_conditional_response(request, etag=etag, response=response)


def as_file(response: HttpResponse, name) -> HttpResponse:
    response["Content-Disposition"] = f'attachment; filename="{name}.ics"'
    return response


def keep_secret(response: HttpResponse, *, referrer: str = "no-referrer") -> HttpResponse:
    """For an answer whose address, or what stands in it, opens something: told to nobody, found by no search engine."""
    response["Referrer-Policy"] = referrer
    response["X-Robots-Tag"] = "noindex"
    if not response.has_header("Cache-Control"):
        patch_cache_control(response, private=True, no_cache=True)
    return response

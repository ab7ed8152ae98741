"""The door: who comes in and goes out, by list, code or QR code, and the same for a phone without a signal."""

from datetime import datetime

from csp.constants import SELF
from csp.decorators import csp_update
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from events.attending import attendance, door_list, door_sync, signed_list, ticket
from events.attending.ticket_views import worker
from events.console.door import own_event
from events.console.door_words import door_words
from events.forms.check_in import CodeForm, DoorForm, SessionForm
from events.models import Attendance, Event, EventSession, Registration
from events.registering.refusals import RegistrationError
from orgs.models import User


@login_required
@never_cache
@require_safe
@csp_update({"script-src": [SELF, "'wasm-unsafe-eval'"]})  # the reader of QR codes is WebAssembly
def check_in(request, slug, public_id):
    """The list of one session with a button beside each name. With JavaScript it also scans, and needs no signal."""
    event = own_event(request, slug, public_id)
    session = chosen_session(event, request.GET.get("session"))
    query = request.GET.get("q", "")[:100].replace("\x00", "")
    lines = door_list.people(event, session)
    shown = door_list.matching(lines, query)
    seated = [line for line in lines if line.registration.has_seat]
    context = {
        "agency": event.host,
        "event": event,
        "session": session,
        "q": query,
        "coming": [line for line in shown if line.registration.has_seat],
        "without_seat": [line for line in shown if not line.registration.has_seat],
        "there": sum(line.is_there for line in lines),
        "seated": len(seated),
        "is_over": session is not None and session.ends_at <= timezone.now(),
        "clock": "H:i" if session is None or len(session.days) == 1 else "Y-m-d H:i",
        "came": sum(line.presence is not None for line in seated),
        "not_noted": sum(line.presence is None for line in seated),
        "free_pools": {pool.pk for pool in event.pools.all() if pool.taken < pool.capacity},
        "words": door_words(event),
    }
    return render(request, "events/check_in.html", context)


@login_required
@require_POST
def check_in_person(request, slug, public_id, registration_id):
    """One press beside a name: in, out, taken back, let in without a seat, or was there when the session is over."""
    event = own_event(request, slug, public_id)
    one = get_object_or_404(event.registrations.select_related("user"), public_id=registration_id)
    form = DoorForm(request.POST, event=event)
    if "session" in form.errors or "deed" in form.errors:
        messages.error(request, _("Choose the session, then press In or Out."))
        return redirect("check_in", slug, public_id)
    session, deed = form.cleaned_data["session"], form.cleaned_data["deed"]
    if not form.is_valid():
        messages.error(request, " ".join(sentence for those in form.errors.values() for sentence in those))
        return back_to(event, session)
    times = form.cleaned_data["came_at"], form.cleaned_data["went_at"]
    try:
        messages.success(request, do(deed, one, session, by=request.user, times=times))
    except RegistrationError as no:
        messages.error(request, str(no))
    return back_to(event, session, row=one if session.ends_at <= timezone.now() else None)


@login_required
@require_POST
def note_everybody(request, slug, public_id):
    """After a session: everybody with a seat of whom nothing is noted yet was there."""
    event = own_event(request, slug, public_id)
    form = SessionForm(request.POST, event=event)
    if not form.is_valid():
        messages.error(request, _("Choose the session first."))
        return redirect("check_in", slug, public_id)
    session = form.cleaned_data["session"]
    try:
        number = signed_list.everybody_came(session, by=request.user)
    except RegistrationError as no:
        messages.error(request, str(no))
    else:
        words = ngettext(
            "Noted down: %(number)d person was there from start to end.",
            "Noted down: %(number)d people were there from start to end.",
            number,
        )
        messages.success(request, words % {"number": number})
    return back_to(event, session)


@login_required
@require_POST
def check_in_by_code(request, slug, public_id):
    """The six digits that somebody says, or the text of a QR code from a scanner that types."""
    event = own_event(request, slug, public_id)
    form = CodeForm(request.POST, event=event)
    session = chosen_session(event, request.POST.get("session"))
    if not form.is_valid():
        messages.error(request, _("A code has six digits. It stands on the ticket, beside the QR code."))
        return back_to(event, session)
    try:
        one, source = ticket.find(event, form.cleaned_data["code"], by=request.user.pk)
        deed = form.cleaned_data["deed"]
        messages.success(request, do(deed, one, form.cleaned_data["session"], by=request.user, source=source))
    except RegistrationError as no:
        messages.error(request, str(no))
    return back_to(event, session)


@login_required
@never_cache
@require_safe
def check_in_people(request, slug, public_id):
    """The list as data, for a phone to keep."""
    return JsonResponse(for_phone(request, own_event(request, slug, public_id)))


@login_required
@require_POST
def check_in_sync(request, slug, public_id):
    """What a phone saw at the door. Sent twice it changes nothing. Answers with the list as it is then."""
    event = own_event(request, slug, public_id)
    try:
        reported = door_sync.read(request.body)
    except door_sync.NotAReport as no:
        return JsonResponse({"refused": str(no)}, status=400)
    answers = door_sync.take_in(event, reported, by=request.user)
    return JsonResponse({"answers": answers, **for_phone(request, event)})


@login_required
@never_cache
@require_safe
def check_in_worker(request, slug, public_id):
    """The service worker of the page: it reaches no further than this event's door."""
    own_event(request, slug, public_id)
    return worker(request)


def for_phone(request, event: Event) -> dict:
    return {**door_list.as_data(event), "csrf": get_token(request)}


@transaction.atomic
def do(
    deed: str,
    one: Registration,
    session: EventSession,
    *,
    by: User,
    source: str = Attendance.Source.LIST,
    times: tuple[datetime | None, datetime | None] = (None, None),
) -> str:
    """Carry out one press, and say what became of it. Raises RegistrationError, and then nothing has changed."""
    words = {"person": str(one.known_as)}
    if deed == "out":
        if attendance.check_out(one, session, by=by, source=source) is None:
            return _("%(person)s was not there, so nothing changed.") % words
        return _("%(person)s went.") % words
    if deed == "void":
        row = one.attendances.valid().filter(session=session).order_by("starts_at").last()
        if row:
            attendance.void(row, by=by)
        return _("%(person)s: the last entry is taken back.") % words
    if deed in ("let_in", "chair"):
        attendance.let_in(one, by=by, one_more_chair=deed == "chair")
    if deed == "came" or (deed in ("let_in", "chair") and session.ends_at <= timezone.now()):
        row = signed_list.came(one, session, by=by, came_at=times[0], went_at=times[1])
        words |= {"since": clock(row.starts_at, session), "until": clock(row.ends_at, session)}
        return _("Noted down: %(person)s was there, %(since)s–%(until)s.") % words
    attendance.check_in(one, session, by=by, source=source)
    return _("%(person)s is there.") % words


def clock(moment: datetime, session: EventSession) -> str:
    """The time on the event's clocks, with the day where the session has several."""
    local = timezone.localtime(moment, session.event.zone)
    return f"{local:%H:%M}" if len(session.days) == 1 else f"{local:%Y-%m-%d %H:%M}"


def chosen_session(event: Event, asked) -> EventSession | None:
    """The session that was asked for, else the one that the door is open for."""
    by_key = {str(session.pk): session for session in event.sessions.all()}
    return by_key.get(str(asked)) or door_list.session_at(event)


def back_to(event: Event, session: EventSession | None, *, row: Registration | None = None) -> HttpResponse:
    """To the list of the session; to the `row` of a person where a long list is gone through one by one."""
    address = reverse("check_in", args=[event.host.slug, event.public_id])
    where = f"#person-{row.public_id}" if row else ""
    return redirect(f"{address}?session={session.pk}{where}" if session else address)

"""Where people come to an event: its page, which becomes their ticket."""

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from events import description, schema_org
from events.announced import announced
from events.attending import ticket
from events.forms.answers import AnswersForm
from events.forms.registration import RegistrationForm
from events.hosting import materials
from events.models import Event, Registration
from events.registering import notice, questions, registration
from events.registering.refusals import RegistrationError, refusal
from orgs.permissions import Roles
from portal import second_factor


@require_safe
def event(request, public_id):
    """When, where, seats and the one button; for somebody who registered it is the ticket."""
    return page(request, the_event(request, public_id))


@require_POST
def register(request, public_id):
    event = the_event(request, public_id)
    if not request.user.is_authenticated:
        return redirect_to_login(event.get_absolute_url())
    form = RegistrationForm(request.POST, own=Roles.of(request.user).agencies, event=event)
    if not form.is_valid():
        return page(request, event, form)
    try:
        mine = registration.register(event, user=request.user, by=request.user, **form.cleaned_data)
    except RegistrationError as no:
        messages.error(request, str(no))
    else:
        say_what_became(request, mine)
    return redirect(event)


def say_what_became(request, mine) -> None:
    if mine.has_seat:
        messages.success(request, _("You have a seat. We have sent you a mail with a calendar file."))
    elif not mine.is_live:  # the same form, sent again after the place was given back
        messages.info(request, _("You gave this place back. Register once more if you want to come."))
    elif mine.status == mine.Status.REQUESTED:
        messages.success(request, _("You asked for a seat. The host will answer, and we write to you."))
    else:
        messages.success(request, _("You are on the waiting list. We write to you when a seat is yours."))


@require_POST
def cancel_registration(request, public_id):
    event = the_event(request, public_id)
    if not request.user.is_authenticated:
        return redirect_to_login(event.get_absolute_url())
    mine = get_object_or_404(event.registrations, user=request.user)
    try:
        registration.cancel(mine, by=request.user)
    except RegistrationError as no:
        messages.error(request, str(no))
    else:
        messages.success(request, _("Your registration is cancelled."))
    return redirect(event)


@require_POST
def answer_questions(request, public_id):
    """What the host asks somebody who has a place already, and has not been told yet."""
    event = the_event(request, public_id)
    if not request.user.is_authenticated:
        return redirect_to_login(event.get_absolute_url())
    mine = get_object_or_404(event.registrations.live(), user=request.user)
    form = AnswersForm(request.POST, event=event, given=questions.answers_of([mine])[mine.pk])
    if not form.is_valid():
        return page(request, event, answers_form=form)
    try:
        questions.supply(mine, form.cleaned_data["answers"])
    except RegistrationError as no:
        messages.error(request, str(no))
    else:
        messages.success(request, _("Thank you. The host has your answers."))
    return redirect(event)


def the_event(request, public_id) -> Event:
    """The event of this address. What everybody sees is asked for first: in a rush nobody looks up who may see drafts."""
    if shown := announced(public_id):
        return shown
    draft = get_object_or_404(
        Event.objects.visible_to(request.user).prefetch_related("pools"), public_id=public_id
    )
    is_draft = draft.status == Event.Status.DRAFT
    if is_draft and not request.user.memberships.active().filter(agency=draft.host_id).exists():
        second_factor.demand_shown(request)  # the portal's staff
    return draft


def page(request, event, form=None, answers_form=None) -> HttpResponse:
    """The event's page. The forms are such as were refused, and keep what was typed."""
    user = request.user
    mine = Registration.of(event, user) if user.is_authenticated else None
    roles = Roles.of(user)
    is_in = mine is not None and mine.is_live
    no = refusal(event, timezone.now())
    answers = list(mine.answers.all()) if is_in and event.has_questions else []
    if is_in and event.has_questions and answers_form is None and not event.is_over():
        given = {answer.question_id: answer.text for answer in answers}
        answers_form = AnswersForm(event=event, given=given)
    is_for_machines = event.status in Event.SHOWN and not user.is_authenticated
    context = {
        "event": event,
        "mine": mine if is_in else None,
        "ticket_code": ticket.code(mine) if is_in and mine.has_seat else "",
        "refusal": str(no) if no else "",
        "form": form
        or (
            RegistrationForm(own=roles.agencies, event=event) if user.is_authenticated and not is_in else None
        ),
        "notice": notice.words(event) if user.is_authenticated else "",
        "answers": answers,
        "answers_form": answers_form if answers_form and answers_form.is_lacking else None,
        "can_manage": (is_host := roles.can("events.publish", event.host_id)),
        "materials": materials.shown(event, registration=mine, is_host=is_host),
        "description": event.description and (lambda: description.to_html(event.description)),
        "data": schema_org.education_event(event) if is_for_machines else "",
    }
    response = render(request, "events/event.html", context)
    if user.is_authenticated:
        add_never_cache_headers(response)
    return response

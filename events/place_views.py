"""The personal link of somebody who was put down: their place, their ticket, yes or no, and afterwards
their hours and certificate, without an account."""

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from events.afterwards import feedback
from events.afterwards.feedback_views import ask_for_feedback
from events.attending import ticket
from events.attending.ticket_views import svg
from events.certifying.pdf import CannotBeSet
from events.certifying.views import as_file, take_name
from events.forms.answers import AnswersForm
from events.hosting import materials
from events.models import Nomination
from events.nominating import answering, guests
from events.registering import notice, questions
from events.registering.refusals import RegistrationError
from portal.file_views import hand_out


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def place(request, token):
    """Looking shows; only a button answers. Some time after the event the link shows nothing any more."""
    nomination = by_link(token)
    if request.method == "POST":
        return answer(request, nomination)
    if guests.is_closed(nomination, timezone.now()):
        response = render(
            request, "events/place_closed.html", {"event": nomination.registration.event}, status=410
        )
        response["X-Robots-Tag"] = "noindex"
        return response
    return page(request, nomination)


@require_safe
def place_material(request, token, public_id):
    """A file of the event, for who has the link of a place that it goes with; never kept by a browser."""
    nomination = open_link(token)
    found = get_object_or_404(nomination.registration.event.materials, public_id=public_id)
    if not nomination.holds or not materials.may_have(nomination.registration, found):
        raise Http404
    return hand_out(found.file, name=found.name, content_type=found.content_type)


@require_safe
def place_certificate(request, token):
    """The certificate of a guest, in the language that is asked for. The link says whose: there is nothing to choose.

    That of an account is in the account, whose name a colleague with the link need not know.
    """
    nomination = open_link(token)
    registration = nomination.registration
    certificate = registration.valid_certificate if is_a_guest_s(nomination) else None
    if certificate is None:
        messages.error(request, _("There is no certificate here that holds."))
        return redirect(nomination)
    try:
        response = as_file(certificate, request.GET.get("language", ""))
    except CannotBeSet as no:
        messages.error(request, str(no))
        return redirect(nomination)
    response["Cache-Control"] = "private, no-store"
    response["X-Robots-Tag"] = "noindex"
    return response


@require_POST
def name_on_certificate(request, token):
    """How a guest who was there wants to be called on the certificate; who has an account says it there."""
    nomination = open_link(token)
    if may_name_certificate(nomination):
        take_name(request, nomination.registration)
    else:
        messages.error(request, _("By this link nobody gets a certificate, or not before the event is over."))
    return redirect(nomination)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def place_feedback(request, token):
    """How it was, from somebody without an account; as anonymous as everybody's."""
    nomination = open_link(token)
    if not is_a_guest_s(nomination):
        raise Http404
    return ask_for_feedback(request, nomination.registration, back=nomination.get_absolute_url())


def open_link(token: str) -> Nomination:
    """What a personal link speaks of, while it is open. Others answer 404."""
    nomination = by_link(token)
    if guests.is_closed(nomination, timezone.now()):
        raise Http404
    return nomination


def is_a_guest_s(nomination: Nomination) -> bool:
    """Whether the place is somebody's who has no account, and still theirs."""
    return nomination.holds and nomination.registration.user_id is None


def may_name_certificate(nomination: Nomination) -> bool:
    """Whether a certificate may come to this guest: not before the event is over, as until then others may come instead."""
    mine = nomination.registration
    return is_a_guest_s(nomination) and mine.has_seat and mine.event.is_over()


def by_link(token: str) -> Nomination:
    """What a personal link speaks of, with all that its page reads. One that we did not make answers 404."""
    nominations = Nomination.objects.select_related(
        "registration__event__host", "registration__pool", "registration__user", "agency", "by"
    ).prefetch_related(
        "registration__nominations", "registration__event__sessions", "registration__certificates"
    )
    nomination = nominations.by_token(token)
    if nomination is None:
        raise Http404
    return nomination


def page(request, nomination: Nomination, form: AnswersForm | None = None) -> HttpResponse:
    """The person's place: what they need on the day, and the buttons to answer. `form` is one that was refused."""
    mine = nomination.registration
    event, holds = mine.event, nomination.holds
    is_over = event.is_over(timezone.now())
    context = {
        "nomination": nomination,
        "token": nomination.token,
        "mine": mine,
        "event": event,
        "is_over": is_over,
        "closes_on": guests.closes_on(event),
        "holds": holds,
        "form": form or (questions_for(nomination) if holds and not is_over else None),
        "notice": notice.words(event),
        "materials": materials.shown(event, registration=mine, is_host=False) if holds else [],
    }
    if is_over and is_a_guest_s(nomination):
        context |= {
            "minutes": mine.hours.all().minutes(),
            "certificate": mine.valid_certificate,
            "can_name_certificate": may_name_certificate(nomination) and not mine.valid_certificate,
            "can_give_feedback": mine.has_seat and feedback.refusal(mine) is None,
        }
    if holds and mine.has_seat and not is_over and not event.is_cancelled:
        context |= {"code": ticket.code(mine), "drawing": svg(mine)}
    response = render(request, "events/place.html", context)
    response["X-Robots-Tag"] = "noindex"
    return response


def questions_for(nomination: Nomination, data=None) -> AnswersForm | None:
    """What the host asks this person now: everything beside "I come", afterwards only what was asked since."""
    mine = nomination.registration
    if not mine.event.has_questions:
        return None
    given = questions.answers_of([mine])[mine.pk] if mine.answered_at else {}
    form = AnswersForm(data, event=mine.event, given=given)
    return form if form.is_lacking or not mine.answered_at else None


def lacks_answers(nomination: Nomination) -> bool:
    """Whether the host asks something that this person must answer before they say yes."""
    mine = nomination.registration
    if not mine.event.has_questions:
        return False
    return AnswersForm(event=mine.event, given=questions.answers_of([mine])[mine.pk]).is_lacking


def answer(request, nomination: Nomination):
    """Yes, no, answers, or "this is me"; then back to where the button was."""
    said = request.POST.get("answer")
    by = request.user if request.user.is_authenticated else None
    form = None
    if said in ("come", "answers") and nomination.holds and not nomination.registration.event.is_over():
        # A button that stands elsewhere, such as on the desk, has no questions beside it.
        form = questions_for(nomination, request.POST) if "asked" in request.POST else None
        if form and not form.is_valid():
            return page(request, nomination, form)
        if said == "come" and form is None and lacks_answers(nomination):
            messages.error(request, _("The host asks something first. Please answer it here."))
            return redirect(nomination)
    answers = form.cleaned_data["answers"] if form else None
    try:
        if said == "come":
            answering.accept(nomination, by=by, answers=answers)
            messages.success(request, _("Thank you. Your colleagues see that you come."))
        elif said == "cannot":
            answering.decline(nomination, by=by)
            messages.success(request, _("You said no. Somebody else gets the seat."))
        elif said == "answers":
            questions.supply(nomination.registration, answers or {})
            messages.success(request, _("Thank you. The host has your answers."))
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

"""The host's page after the event: who gets how many hours, granting them, correcting them by hand."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from events.certifying import issuing
from events.console.door import own_event
from events.forms.certificate import ShareForm
from events.forms.hours import CorrectionForm
from events.hours import ledger
from events.models import CertificateRule
from events.registering.refusals import RegistrationError


@login_required
@never_cache
@require_safe
def event_hours(request, slug, public_id):
    """Who attended how much, what stands in the ledger, and the certificates."""
    return page(request, own_event(request, slug, public_id))


def page(request, event, share_form=None):
    """The page; `share_form` is one that was refused and keeps what was typed."""
    rule = CertificateRule.objects.filter(event=event).first() or CertificateRule(event=event)
    shares = ledger.shares(event)
    earned = [share for share in shares if issuing.qualifies(share, rule.share)]
    issued = [share for share in shares if share.registration.valid_certificate]
    context = {
        "agency": event.host,
        "event": event,
        "is_over": event.is_over() and not event.is_cancelled,
        "possible": ledger.possible_minutes(event),
        "shares": shares,
        "to_grant": [share for share in shares if share.differences],
        "earned": earned,
        "issued": issued,
        "to_issue": [share for share in earned if not share.registration.certificates.all()],
        "rule": rule,
        "share_form": share_form or ShareForm(instance=rule),
    }
    return render(request, "events/hours.html", context)


@login_required
@require_POST
def grant_hours(request, slug, public_id):
    event = own_event(request, slug, public_id)
    try:
        entries = ledger.grant(event, by=request.user)
    except RegistrationError as no:
        messages.error(request, str(no))
    else:
        people = len({entry.registration_id for entry in entries})
        messages.success(
            request,
            ngettext(
                "The hours of %(number)d person are written down.",
                "The hours of %(number)d people are written down.",
                people,
            )
            % {"number": people}
            if people
            else _("The hours are up to date. There was nothing to write."),
        )
    return redirect("event_hours", slug, public_id)


@login_required
@require_POST
def correct_hours(request, slug, public_id, registration_id):
    """Minutes more or fewer for one person."""
    event = own_event(request, slug, public_id)
    one = get_object_or_404(event.registrations.select_related("user"), public_id=registration_id)
    form = CorrectionForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Say by how many minutes, and why."))
    else:
        try:
            ledger.correct(one, by=request.user, **form.cleaned_data)
        except RegistrationError as no:
            messages.error(request, str(no))
        else:
            messages.success(request, _("The hours of %(person)s are corrected.") % {"person": one.known_as})
    return redirect("event_hours", slug, public_id)

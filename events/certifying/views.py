"""Certificates for the person and for everybody: the PDF, the name on it, and checking one by its number."""

from hashlib import sha256

import segno
from allauth.core import ratelimit
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.cache import add_never_cache_headers, get_conditional_response
from django.utils.http import content_disposition_header
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from events.certifying import check as certificate_check
from events.certifying import issuing
from events.certifying import pdf as certificate_pdf
from events.forms.certificate import CertifiedNameForm, NameForm, NumberForm
from events.models import Certificate, Event, Registration
from events.models.certificate import as_number
from events.registering.refusals import RegistrationError
from orgs.permissions import agencies_where


@login_required
@require_safe
def certificate_pdf_view(request, public_id):
    """The certificate, for its person and for the host, in the language that is asked for."""
    hosts = agencies_where(request.user, "events.publish")
    visible = Certificate.objects.filter(
        Q(registration__user=request.user) | Q(registration__event__host__in=hosts)
    )
    certificate = get_object_or_404(visible, public_id=public_id)
    if not certificate.is_valid:
        messages.error(request, _("This certificate is no longer valid."))
        return redirect(certificate)
    try:
        response = as_file(certificate, request.GET.get("language", ""))
    except certificate_pdf.CannotBeSet as no:
        messages.error(request, str(no))
        return redirect(certificate)
    response["Cache-Control"] = "private, no-cache"
    response["ETag"] = etag = f'"{sha256(response.content).hexdigest()[:32]}"'
    return get_conditional_response(request, etag=etag, response=response)


def as_file(certificate: Certificate, language: str) -> HttpResponse:
    """The PDF to be saved; whoever hands it out says how long a browser keeps it. Raises CannotBeSet."""
    response = HttpResponse(certificate_pdf.pdf(certificate, language), content_type="application/pdf")
    name = certificate_pdf.file_name(certificate)
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name)
    return response


@login_required
@require_POST
def name_certificate(request, public_id):
    """How I want to be called on my certificate."""
    event = get_object_or_404(Event.objects.announced(), public_id=public_id)
    take_name(request, get_object_or_404(event.registrations.live(), user=request.user))
    return redirect(event)


def take_name(request, mine: Registration) -> None:
    """Certify under the name that was typed, or say why not."""
    form = CertifiedNameForm(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(form.errors["certificate_name"]))
        return
    try:
        issuing.name_certificate(mine, name=form.cleaned_data["certificate_name"])
    except RegistrationError as no:
        messages.error(request, str(no))
    else:
        messages.success(request, _("Saved. Your certificate will carry this name."))


@require_safe
def find_certificate(request):
    """Type the number that stands on a certificate."""
    form = NumberForm(request.GET if "number" in request.GET else None)
    if form.is_bound and form.is_valid():
        if number := as_number(form.cleaned_data["number"]):
            return redirect("check_certificate", number)
        form.add_error("number", mistyped())
    return unlisted(render(request, "events/find_certificate.html", {"form": form}))


@require_http_methods(["GET", "HEAD", "POST"])
def check_certificate(request, number):
    """Whether a certificate holds, and about what. The full name is confirmed to who types it."""
    known = as_number(number)
    certificate = (
        Certificate.objects.select_related("registration__event").filter(number=known).first()
        if known
        else None
    )
    if certificate is None:
        context = {"form": NumberForm(), "unknown": _("There is no certificate with this number.")}
        context["unknown"] += " " + mistyped()
        return unlisted(render(request, "events/find_certificate.html", context, status=404))
    form = NameForm(request.POST or None)
    is_the_name = None
    status = 200
    if request.method == "POST" and form.is_valid():
        if ratelimit.consume(request, action="check_name", key=certificate.number):
            is_the_name = certificate_check.is_name(certificate.name, form.cleaned_data["name"])
        else:
            form.add_error("name", _("Too many names were tried. Please come back in an hour."))
            status = 429
    qr = segno.make(settings.SITE_URL + certificate.get_absolute_url(), error="m", micro=False)
    context = {
        "certificate": certificate,
        "masked": certificate_check.masked(certificate.name),
        "form": form,
        "is_the_name": is_the_name,
        "event": certificate.registration.event,
        "qr": mark_safe(qr.svg_inline(scale=4, border=2, light="#fff")),  # noqa: S308  drawn by segno
    }
    return unlisted(render(request, "events/check_certificate.html", context, status=status))


def mistyped() -> str:
    return _("Please compare it with the paper: ten letters and digits, such as 7K3M9-QWD4P.")


def unlisted(response: HttpResponse) -> HttpResponse:
    """For people who have the number, and for no search engine and no shared cache."""
    response["X-Robots-Tag"] = "noindex, nofollow"
    add_never_cache_headers(response)
    return response

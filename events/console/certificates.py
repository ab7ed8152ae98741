"""The host's certificates: issuing for one or for all, taking back, issuing anew, all of them in one file."""

import zipfile
from collections.abc import Iterable, Iterator
from datetime import datetime

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from events.certifying import issuing
from events.certifying import pdf as certificate_pdf
from events.console import hours as hours_page
from events.console.door import own_event, write_down_export
from events.forms.certificate import CertificateActionForm, ShareForm
from events.models import Certificate, CertificateRule
from events.registering.refusals import RegistrationError
from orgs.console.door import confirm_it_is_them


@login_required
@require_POST
def issue_certificates(request, slug, public_id):
    """For everybody who earned one and has none. The worker does it; the page says how far it is."""
    event = own_event(request, slug, public_id)
    try:
        issuing.issue_to_all(event, by=request.user)
    except RegistrationError as no:
        messages.error(request, str(no))
    else:
        messages.success(request, _("The certificates are being issued. Everybody gets a mail."))
    return redirect("event_hours", slug, public_id)


@login_required
@require_POST
def set_share(request, slug, public_id):
    event = own_event(request, slug, public_id)
    rule = CertificateRule.objects.filter(event=event).first()
    form = ShareForm(request.POST, instance=rule)
    if not form.is_valid():
        return hours_page.page(request, event, form)
    issuing.set_share(event, form.cleaned_data["share"])
    messages.success(request, _("Saved."))
    return redirect("event_hours", slug, public_id)


@login_required
@require_POST
def act_on_certificate(request, slug, public_id, registration_id):
    """Issue one, take one back with a reason, or issue one anew with another name."""
    event = own_event(request, slug, public_id)
    one = get_object_or_404(event.registrations.select_related("user"), public_id=registration_id)
    form = CertificateActionForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("A name has at most 60 characters, a reason at most 300."))
        return redirect("event_hours", slug, public_id)
    said = form.cleaned_data
    try:
        if said["action"] == "issue":
            issuing.issue(one, by=request.user)
            done = _("The certificate of %(person)s is issued.")
        elif said["action"] == "revoke":
            issuing.revoke(one, reason=said["reason"], by=request.user)
            done = _("The certificate of %(person)s is no longer valid. We wrote to them.")
        else:
            issuing.issue_anew(one, name=said["name"], by=request.user)
            done = _("A new certificate of %(person)s is issued. The old number says that it was replaced.")
    except (RegistrationError, ValidationError) as no:
        messages.error(request, " ".join(no.messages) if isinstance(no, ValidationError) else str(no))
    else:
        messages.success(request, done % {"person": one.known_as})
    return redirect("event_hours", slug, public_id)


@login_required
@never_cache
@require_POST
def certificates_zip(request, slug, public_id):
    """All valid certificates of the event, sent while they are being made."""
    event = own_event(request, slug, public_id)
    confirm_it_is_them(request, slug)
    valid = list(Certificate.objects.valid().filter(registration__event=event).order_by("number"))
    if not valid:
        messages.error(request, _("No certificate has been issued yet."))
        return redirect("event_hours", slug, public_id)
    if not certificate_pdf.has_chinese_font():
        messages.error(request, _("This server has no Chinese font, so certificates cannot be made now."))
        return redirect("event_hours", slug, public_id)
    write_down_export(request, event, "certificates", rows=len(valid))
    response = StreamingHttpResponse(zipped(valid), content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="certificates-{event.public_id}.zip"'
    return response


class Outlet:
    """A file that is written to and emptied; it cannot go back, so `zipfile` writes it as a stream."""

    def __init__(self):
        self.parts: list[bytes] = []

    def write(self, part: bytes) -> int:
        self.parts.append(bytes(part))
        return len(part)

    def flush(self) -> None:
        """Nothing is held back."""

    def empty(self) -> bytes:
        content, self.parts = b"".join(self.parts), []
        return content


def zipped(certificates: Iterable[Certificate]) -> Iterator[bytes]:
    """A ZIP archive in parts, one certificate after the other. What this server cannot set is named in a text file."""
    outlet, missing = Outlet(), []
    with zipfile.ZipFile(outlet, "w", zipfile.ZIP_STORED) as archive:
        for certificate in certificates:
            try:
                content = certificate_pdf.pdf(certificate)
            except certificate_pdf.CannotBeSet as no:
                missing.append(f"{certificate.number} {certificate.name}: {no}")
                continue
            archive.writestr(entry(certificate_pdf.file_name(certificate), certificate.issued_at), content)
            yield outlet.empty()
        if missing:
            archive.writestr("README.txt", "\n".join(missing))
    yield outlet.empty()


def entry(name: str, at: datetime) -> zipfile.ZipInfo:
    return zipfile.ZipInfo(name, timezone.localtime(at).timetuple()[:6])

"""What is held about somebody without an account, for whoever has the mail that was sent to the address."""

from functools import wraps
from tempfile import SpooledTemporaryFile

from django.contrib import messages
from django.db import transaction
from django.http import FileResponse, Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from events.forms.guest_data import AddressForm
from events.nominating import guest_data
from orgs import audit
from portal import personal_archive
from portal.bilingual import CHINESE

OPENED = "guest_data_link"


@never_cache
def ask(request):
    """The form for the address. The answer is the same whatever is held under it."""
    form = AddressForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        guest_data.ask(form.cleaned_data["address"], language=get_language() or CHINESE)
        messages.success(
            request,
            _(
                "If we hold anything under this address, a mail with a link is on its way. It works once, for a day."
            ),
        )
        return redirect("ask_guest_data")
    return render(request, "events/ask_guest_data.html", {"form": form})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def open_link(request, token):
    """Looking does not use the link up, because mail programs look too; the button does."""
    link = guest_data.by_token(token)
    if link is None:
        raise Http404
    if request.method == "POST" and guest_data.use(link):
        request.session[OPENED] = link.pk
        return redirect("guest_data")
    return render(request, "events/open_guest_data.html")


def with_opened_link(view):
    """A view for the browser that used a link a short time ago; `link` is it. Others are sent to ask for one."""

    @wraps(view)
    def guarded(request):
        link = guest_data.opened(request.session.get(OPENED))
        return view(request, link) if link else redirect("ask_guest_data")

    return never_cache(guarded)


@require_safe
@with_opened_link
def show(request, link):
    """Everything under the address, with what it is for and how long it stays."""
    context = {"held": guest_data.held(link.address), "address": link.address}
    return render(request, "events/guest_data.html", context)


@require_POST
@with_opened_link
@transaction.atomic
def take_along(request, link):
    """All of it as one file. That it was taken along is written down, with the number of rows."""
    file = SpooledTemporaryFile(max_size=personal_archive.IN_MEMORY)  # noqa: SIM115  the answer closes it
    rows = personal_archive.write(file, guest_data.held(link.address), person=link.address)
    audit.record(audit.Action.EXPORTED, by=None, what="personal data", rows=rows)
    file.seek(0)
    name = f"tongxing-{timezone.localdate():%Y-%m-%d}.zip"
    return FileResponse(file, as_attachment=True, filename=name, content_type="application/zip")


@require_POST
@with_opened_link
def delete(request, link):
    """Forget who this was, at once."""
    guest_data.forget(link.address)
    request.session.pop(OPENED, None)
    messages.success(
        request, _("Your name, telephone and address were removed. Seats that you had are given back.")
    )
    return redirect("ask_guest_data")

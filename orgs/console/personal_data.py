"""What the portal holds about the person who asks: to read, and to take along."""

from tempfile import SpooledTemporaryFile

from allauth.account.decorators import reauthentication_required
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import FileResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from orgs import audit
from orgs.membership import addresses_of
from portal import personal_archive, personal_data
from portal.second_factor import with_recent_sign_in

ROWS_ON_THE_PAGE = 20


@login_required
@never_cache
@require_safe
def held_about_me(request):
    """Every kind of data about the person, with purpose and how long it is kept; the first rows of each."""
    held = personal_data.held(request.user, sorted(addresses_of(request.user)))
    return render(request, "orgs/personal_data.html", {"held": held, "most": ROWS_ON_THE_PAGE})


@login_required
@never_cache
@require_POST
@with_recent_sign_in
@reauthentication_required
@transaction.atomic
def take_along(request):
    """All of it as one file. That it was taken along is written down, with the number of rows."""
    held = personal_data.held(request.user, sorted(addresses_of(request.user)))
    file = SpooledTemporaryFile(max_size=personal_archive.IN_MEMORY)  # noqa: SIM115  the answer closes it
    rows = personal_archive.write(file, held, person=request.user.email)
    audit.record(audit.Action.EXPORTED, by=request.user, about=request.user, what="personal data", rows=rows)
    file.seek(0)
    return FileResponse(
        file,
        as_attachment=True,
        filename=f"tongxing-{timezone.localdate():%Y-%m-%d}.zip",
        content_type="application/zip",
    )

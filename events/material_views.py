"""Handing out a file of an event to those who may have it."""

from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from events import materials
from events.models import Material


@require_safe
def material(request, public_id):
    """One file, to save; never run by a browser, and kept by it only when everybody may have it."""
    found = get_object_or_404(Material.objects.select_related("event"), public_id=public_id)
    if not materials.may_read(request.user, found):
        raise Http404
    try:
        file = found.file.open("rb")
    except FileNotFoundError:
        raise Http404
    response = FileResponse(file, content_type=found.content_type, as_attachment=True, filename=found.name)
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response

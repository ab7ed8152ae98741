"""Handing out a file of an event to those who may have it."""

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from events.hosting import materials
from events.models import Material
from portal.file_views import hand_out


@require_safe
def material(request, public_id):
    """One file, to save; never run by a browser, and kept by it only when everybody may have it."""
    found = get_object_or_404(Material.objects.select_related("event"), public_id=public_id)
    if not materials.may_read(request.user, found):
        raise Http404
    return hand_out(found.file, name=found.name, content_type=found.content_type)

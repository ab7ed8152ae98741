"""The files of a case study, handed out to those who may read them."""

from django.http import Http404, HttpResponseNotModified
from django.shortcuts import get_object_or_404
from django.utils.http import parse_etags
from django.views.decorators.http import require_safe

from casestudies.files import attachment
from casestudies.models import CaseFile
from casestudies.usage import counting
from portal import second_factor
from portal.file_views import hand_out
from portal.visit import Visit


@require_safe
def case_attachment(request, public_id, file_id):
    """One file. Caches keep it only when everybody may have it."""
    found = get_object_or_404(
        CaseFile.objects.select_related("case"), case__public_id=public_id, public_id=file_id
    )
    is_public = attachment.is_public(found)
    if not is_public and not attachment.may_read(request.user, found):
        raise Http404
    if not is_public and attachment.is_read_as_staff(request.user, found):
        second_factor.demand_shown(request)
    etag = f'"{found.sha256}"'
    if is_public and etag in parse_etags(request.headers.get("If-None-Match", "")):
        return HttpResponseNotModified(headers={"ETag": etag, "Cache-Control": "public, max-age=300"})
    if is_public and not found.content_type.startswith("image/"):  # pictures come with the page
        counting.count(found.case, counting.Kind.DOWNLOAD, Visit.of(request))
    response = hand_out(
        found.file,
        name=found.name,
        content_type=found.content_type,
        is_shown=True,
        is_public=is_public,
    )
    if is_public:
        response["ETag"] = etag
    return response

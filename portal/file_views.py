"""Handing out a private file: whoever calls this has asked whether the reader may have it.

A browser may save such a file or show a picture of it, and never runs anything in it. Behind nginx the bytes do not pass
through Python: with PRIVATE_REDIRECT=/private/ the answer names the file under that internal location.
"""

from urllib.parse import quote

from django.conf import settings
from django.core.files.storage import FileSystemStorage
from django.db.models.fields.files import FieldFile
from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header

#: What a browser may show in the page that asks for it.
SHOWN = ("image/jpeg", "image/png")
MINUTES = 5 * 60  # seconds that a public file is kept by a browser before it asks again


def hand_out(
    file: FieldFile, *, name: str, content_type: str, is_shown: bool = False, is_public: bool = False
) -> HttpResponseBase:
    """The file as an answer. Raises Http404 when it is lost.

    `is_shown`: a picture may stand in a page. `is_public`: caches may keep it for some minutes.
    """
    storage = file.storage
    if settings.PRIVATE_REDIRECT and isinstance(storage, FileSystemStorage):
        if not storage.exists(file.name):
            raise Http404
        response: HttpResponseBase = HttpResponse(content_type=content_type)
        response["X-Accel-Redirect"] = settings.PRIVATE_REDIRECT.rstrip("/") + "/" + quote(file.name)
    else:
        try:
            response = FileResponse(file.open("rb"), content_type=content_type)
        except FileNotFoundError:
            raise Http404
    response["Content-Disposition"] = content_disposition_header(
        not (is_shown and content_type in SHOWN), name
    )
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = f"public, max-age={MINUTES}" if is_public else "private, no-store"
    return response

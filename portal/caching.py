"""Which answers may be kept by a cache between us and the reader: none that depended on who asks.

A page depends on its reader as soon as the session was looked at. Django adds `Vary: Cookie` to such an answer; caches
that fold cookies together or drop that line would still mix readers up, so here it is also said to be private.
"""

from django.utils.cache import patch_cache_control


class PrivateToTheReader:
    """Middleware: an answer that looked at the session is its reader's own, unless the view said something stricter."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if request.session.accessed and not response.has_header("Cache-Control"):
            patch_cache_control(response, private=True)
        return response

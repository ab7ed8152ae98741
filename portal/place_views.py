"""The places that editors arrange, at their addresses: Wagtail's own view, spared from finding the way each time."""

import copy
import time

from wagtail.models import Page
from wagtail.views import serve as wagtail_serve

from portal import changes, kept


def serve(request, path):
    """The page of this path. Where it is and who may read it is asked again when something changed."""
    key = ("place", request.get_host(), request.path)
    way = kept.current(request, key, (changes.TEXTS,))
    if way is None:
        began = time.time()
        if (route := Page.route_for_request(request, path)) is None:
            return wagtail_serve(request, path)
        page, args, kwargs = route
        page.known_restrictions = list(page.get_view_restrictions())
        way = kept.put(
            key, (request._wagtail_site, page, args, kwargs), made_at=began, size=len(page.to_json()) + 2000
        )
    site, page, args, kwargs = way
    request._wagtail_site = site
    request._wagtail_route_for_request = (
        copy.copy(page),
        args,
        kwargs,
    )  # what a request does to it stays there
    return wagtail_serve(request, path)

"""Answers visitors with pages that were made for others, and keeps what it may.

Who has a session gets every page made anew. A page with a form carries a cookie and is not kept, nor is one of which a
view said that it is private.
"""

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponse
from django.utils.cache import cc_delim_re, get_conditional_response

from portal import kept
from portal.public_parts import LONGEST_QUERY

#: Whoever sends one of these may be shown something of their own.
PERSONAL = {settings.SESSION_COOKIE_NAME, "messages"}
MOST_PATHS = 20_000

#: The headers that the answer of a path depends on.
VARIES: dict[str, tuple[str, ...]] = {}


@dataclass(frozen=True)
class Page:
    """A kept answer: its body as it was sent, its headers, and the route that made it."""

    content: bytes
    headers: dict[str, str]
    route: object
    on_repeat: Callable | None


class PageCache:
    """Middleware."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if not may_be_kept(request):
            return self.get_response(request)
        page = kept.STORE.get(key_of(request, VARIES.get(request.path_info, ())))
        if page is not None and page.is_good:
            return again(page.value, request)
        began = time.time()
        response = self.get_response(request)
        if not is_for_everybody(response):
            return response
        if not response.has_header("ETag"):
            response["ETag"] = f'W/"{hashlib.blake2b(response.content, digest_size=16).hexdigest()}"'
        if len(VARIES) > MOST_PATHS:  # somebody walks through all of them
            VARIES.clear()
        varies = VARIES[request.path_info] = varies_by(response)
        on_repeat = getattr(response, "on_repeat", None)
        page = Page(response.content, dict(response.items()), request.resolver_match, on_repeat)
        kept.STORE.put(key_of(request, varies), kept.Kept(began, len(page.content) + 2000, page))
        return get_conditional_response(request, etag=response["ETag"], response=response)


def may_be_kept(request) -> bool:
    """Whether the answer could be somebody else's too: asked for by nobody in particular, and not in words of their own."""
    return (
        request.method == "GET"
        and PERSONAL.isdisjoint(request.COOKIES)
        and "q" not in request.GET
        and len(request.META.get("QUERY_STRING", "")) <= LONGEST_QUERY
        and "HTTP_AUTHORIZATION" not in request.META
        and "HTTP_RANGE" not in request.META
    )


def is_for_everybody(response) -> bool:
    """Whether this answer may be given to the next visitor as it is."""
    said = set(cc_delim_re.split(response.get("Cache-Control", "").lower()))
    return (
        response.status_code == 200
        and not response.streaming
        and not response.cookies
        and bool({"public", "no-cache"} & said)
        and not {"private", "no-store"} & said
    )


def key_of(request, varies: tuple[str, ...]) -> tuple:
    """What makes two requests the same. A host that is not ours never comes this far: its answer is no 200."""
    return (
        "page",
        request.is_secure(),
        request.META.get("HTTP_HOST", ""),
        request.get_full_path(),
        "gzip" in request.META.get("HTTP_ACCEPT_ENCODING", ""),
        *(request.headers.get(name, "") for name in varies),
    )


def varies_by(response) -> tuple[str, ...]:
    """The headers of a request that the answer depends on, besides those that `may_be_kept` and `key_of` look at."""
    named = cc_delim_re.split(response.get("Vary", "").lower())
    return tuple(sorted(set(named) - {"", "cookie", "accept-encoding"}))


def again(page: Page, request):
    """The kept answer for another visitor. A view that counts its readers left word with `response.on_repeat`."""
    request.resolver_match = page.route
    if page.on_repeat:
        request.user = AnonymousUser()
        page.on_repeat(request)
    response = HttpResponse(page.content, headers=page.headers)
    return get_conditional_response(request, etag=response["ETag"], response=response)

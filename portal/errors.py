"""The error pages: what happened, that nothing was lost, and what to do next.

A page of ours asks the database for its menu; when that is what failed, the plain sentence must still come.
"""

import errno
import sys
from http import HTTPStatus

from django.core.exceptions import RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.translation import gettext as _

#: Seconds after which it is worth asking again: a database that is started anew takes about as long.
RETRY_AFTER = 10
FULL = (errno.ENOSPC, errno.EDQUOT)


def page(status: HTTPStatus, template: str):
    """An error view that shows `template`, or a plain sentence when even that fails."""

    def view(request, *args, **kwargs):
        try:
            return render(request, template, status=status)
        except Exception:
            sentence = _("Something went wrong on our side. Please try again in a minute.")
            return HttpResponse(sentence, status=status, content_type="text/plain; charset=utf-8")

    return view


misunderstood = page(HTTPStatus.BAD_REQUEST, "400.html")
too_large = page(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "413.html")
not_allowed = page(HTTPStatus.FORBIDDEN, "403.html")
csrf_failed = page(HTTPStatus.FORBIDDEN, "403_csrf.html")
not_found = page(HTTPStatus.NOT_FOUND, "404.html")
broken = page(HTTPStatus.INTERNAL_SERVER_ERROR, "500.html")
away = page(HTTPStatus.SERVICE_UNAVAILABLE, "503.html")
full = page(HTTPStatus.INSUFFICIENT_STORAGE, "507.html")


def bad_request(request, exception=None):
    """What nobody can read: 413 where it is more than we take, else 400."""
    view = too_large if isinstance(exception, RequestDataTooBig) else misunderstood
    return view(request)


def server_error(request):
    """Something of ours failed; what, decides the answer.

    The database does not answer, has no connection or no disk left: 503 and when to try again. No room for a file: 507.
    These pages ask the database for nothing. The language is worked out anew: it may have failed before that was done.
    """
    error = sys.exception()
    if isinstance(error, OperationalError | InterfaceError):
        view = away
    elif isinstance(error, OSError) and error.errno in FULL:
        view = full
    else:
        return broken(request)
    with translation.override(translation.get_language_from_request(request, check_path=True)):
        response = view(request)
    response["Retry-After"] = str(RETRY_AFTER)
    response["Cache-Control"] = "no-store"
    return response


def not_this_way(request):
    """A method that no address answers."""
    return HttpResponse(status=HTTPStatus.METHOD_NOT_ALLOWED, headers={"Allow": "GET, HEAD, POST, OPTIONS"})


def too_many(request, seconds: int = 60):
    """Somebody asks too often: when they may again, for people and in the header for programs."""
    response = page(HTTPStatus.TOO_MANY_REQUESTS, "429.html")(request)
    response["Retry-After"] = str(seconds)
    response["Cache-Control"] = "no-store"
    return response

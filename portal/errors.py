"""The error pages: what happened, that nothing was lost, and what to do next.

A page of ours asks the database for its menu; when that is what failed, the plain sentence must still come.
"""

from http import HTTPStatus

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _


def page(status: HTTPStatus, template: str):
    """An error view that shows `template`, or a plain sentence when even that fails."""

    def view(request, *args, **kwargs):
        try:
            return render(request, template, status=status)
        except Exception:
            sentence = _("Something went wrong on our side. Please try again in a minute.")
            return HttpResponse(sentence, status=status, content_type="text/plain; charset=utf-8")

    return view


bad_request = page(HTTPStatus.BAD_REQUEST, "400.html")
not_allowed = page(HTTPStatus.FORBIDDEN, "403.html")
csrf_failed = page(HTTPStatus.FORBIDDEN, "403_csrf.html")
not_found = page(HTTPStatus.NOT_FOUND, "404.html")
server_error = page(HTTPStatus.INTERNAL_SERVER_ERROR, "500.html")

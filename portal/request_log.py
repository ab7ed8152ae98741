"""Each request has a number: it stands in every line that is logged meanwhile, in the answer, and on the page of a fault.

So a person can say a number, and the administrator finds what happened. A line names who asked by key and what was
asked by the name of its route, because paths hold secrets and names.
"""

import logging
import re
import time
import uuid

from django.core.signals import request_finished
from django.dispatch import receiver

from portal import log_lines, metrics
from portal.probe_views import PROBES

#: What our proxy makes: 32 hexadecimal signs, or a UUID. Anything else could be made to look like something.
WELL_FORMED = re.compile(r"[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
logger = logging.getLogger("portal.request")


def number_of(request) -> str:
    """The number that the proxy gave this request, or a new one."""
    given = request.META.get("HTTP_X_REQUEST_ID", "")
    return given if WELL_FORMED.fullmatch(given) else uuid.uuid4().hex


def about(request) -> dict:
    """What a line may say of a request. The person is named only where somebody asked already: nothing is queried."""
    route = request.resolver_match
    person = getattr(request, "_cached_user", None)
    return {
        "request_id": request.number,
        "actor": person.pk if person else None,
        "method": request.method if request.method in METHODS else "OTHER",
        "route": (route.view_name or route.route) if route else None,
    }


METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT"})


class RequestLog:
    """Middleware, the outermost: numbers the request; when it is answered, counts it and writes one line."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.number = number_of(request)
        log_lines.about_request.set(lambda: about(request))
        began = time.perf_counter()
        response = self.get_response(request)
        response["X-Request-ID"] = request.number
        seconds = time.perf_counter() - began
        if request.path_info in PROBES:
            return response  # asked every few seconds, and no visitor
        metrics.count(about(request)["route"] or "none", response.status_code, seconds)
        facts = {"status": response.status_code, "ms": round(seconds * 1000, 1)}
        logger.info("answered", extra={"facts": facts})
        return response


@receiver(request_finished)
def forget(sender, **kwargs):
    """Not before: Django still says what it refused when all middleware has ended, and a long answer is still written."""
    log_lines.about_request.set(None)

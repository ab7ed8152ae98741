"""Who may read the numbers of `portal.metrics`, and the door at which machines ask us by whatever name of the host."""

import hmac

from django.conf import settings
from django.http import Http404, HttpResponse
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST

from portal import health_views, metrics

LOOPBACK = ("127.0.0.1", "::1")


def may_read(request) -> bool:
    """Whoever has METRICS_TOKEN; and with METRICS_ON_LOOPBACK who asks on this machine, past the proxy."""
    given = request.headers.get("Authorization", "").encode("utf-8", "replace")
    if settings.METRICS_TOKEN and hmac.compare_digest(given, f"Bearer {settings.METRICS_TOKEN}".encode()):
        return True
    is_past_proxy = "HTTP_X_FORWARDED_FOR" not in request.META and "HTTP_FORWARDED" not in request.META
    return settings.METRICS_ON_LOOPBACK and is_past_proxy and request.META.get("REMOTE_ADDR") in LOOPBACK


@require_safe
def numbers(request):
    """The numbers for a monitoring program. For everybody else there is nothing at this address."""
    if not may_read(request):
        raise Http404
    return HttpResponse(
        metrics.text(), content_type=CONTENT_TYPE_LATEST, headers={"Cache-Control": "no-store"}
    )


PROBES = {"/healthz": health_views.alive, "/readyz": health_views.ready, "/metrics": numbers}


class AnswerProbes:
    """Middleware: a probe asks this machine by whatever name, so it is answered before anybody looks at the host."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return PROBES.get(request.path_info, self.get_response)(request)

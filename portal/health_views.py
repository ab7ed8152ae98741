"""What a proxy, an orchestrator or a timer asks this process, under any name of the host: /healthz and /readyz."""

from http import HTTPStatus

from django.http import HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from portal import health
from portal.errors import RETRY_AFTER


@require_safe
def alive(request):
    """That the process lives. Nothing is asked, least of all the database: a restart would not bring that back."""
    return HttpResponse("ok\n", content_type="text/plain", headers={"Cache-Control": "no-store"})


@require_safe
def ready(request):
    """Whether visitors may be sent here, with a word for each part; 503 when one fails without which no page is right."""
    is_ready, parts = health.look()
    response = JsonResponse({"ready": is_ready, "parts": parts}, headers={"Cache-Control": "no-store"})
    if not is_ready:
        response.status_code = HTTPStatus.SERVICE_UNAVAILABLE
        response["Retry-After"] = str(RETRY_AFTER)
    return response

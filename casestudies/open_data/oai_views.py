"""Where harvesters come. Questions come in the address or as a form; every one gets an answer of the protocol."""

from django.http import HttpResponse
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from casestudies.open_data.oai import answer
from casestudies.open_data.oai.question import Refused, read
from portal.bilingual import CHINESE


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def oai(request):
    """One address for all six verbs. Nobody is known here: the answer is the same for everybody."""
    sent = request.POST if request.method == "POST" else request.GET
    pairs = [(name, value) for name, values in sent.lists() for value in values]
    address = answer.base_url()
    with translation.override(CHINESE):
        try:
            content = answer.to(read(pairs), address=address)
        except Refused as refusal:
            content = answer.refused(refusal, address=address)
    response = HttpResponse(content, content_type="text/xml; charset=utf-8")
    response["Access-Control-Allow-Origin"] = "*"
    return response

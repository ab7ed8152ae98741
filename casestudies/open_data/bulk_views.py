"""Where the whole library can be taken along, and the page that says how."""

from django.conf import settings
from django.http import HttpResponse, JsonResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import condition, require_safe

from casestudies import licence
from casestudies.models import CaseStudy, LibraryPage
from casestudies.open_data import bulk
from casestudies.open_data.oai import answer
from portal.models import Topic

#: A program that asks again within this time is answered by its own copy.
FRESH = "public, max-age=300"


def etag(request) -> str:
    return f'"{bulk.fingerprint()}"'


def streamed(lines, content_type: str, name: str) -> StreamingHttpResponse:
    response = StreamingHttpResponse(lines, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return opened(response)


def opened(response: HttpResponse | StreamingHttpResponse):
    """Any site may read it. The licence of the facts stands in the header too; that of each text in its record."""
    response["Cache-Control"] = FRESH
    response["Access-Control-Allow-Origin"] = "*"
    response["Link"] = f'<{licence.METADATA.url}>; rel="license"'
    return response


@require_safe
@condition(etag_func=etag)
def cases_jsonl(request):
    """Every published case on a line of its own."""
    response = streamed(bulk.lines(), "application/jsonl; charset=utf-8", "tongxing-cases.jsonl")
    schema = settings.SITE_URL + reverse("open_case_schema")
    response["Link"] += f', <{schema}>; rel="describedby"; type="application/schema+json"'
    return response


@require_safe
@condition(etag_func=etag)
def cases_csv(request):
    """The facts of every published case as a table."""
    return streamed(bulk.table(), "text/csv; charset=utf-8", "tongxing-cases.csv")


@require_safe
def open_case_schema(request):
    """What a line of the file means."""
    here = settings.SITE_URL + reverse("open_case_schema")
    return opened(
        JsonResponse(
            {"$id": here, **bulk.schema()},
            content_type="application/schema+json",
            json_dumps_params={"ensure_ascii": False, "indent": 2},
        )
    )


@require_safe
def open_data(request):
    """How to cite, follow, harvest and take along what is published here."""
    published = CaseStudy.objects.published()
    page = LibraryPage.objects.live().first()
    base = answer.base_url()
    context = {
        "total": published.count(),
        "read_only": published.filter(licence=CaseStudy.Licence.READ_ONLY).count(),
        "library": page.localized if page else None,
        "site": settings.SITE_URL,
        "oai": base,
        "oai_example": f"{base}?verb=ListRecords&metadataPrefix=oai_datacite&from=2026-11-01",
        "topics": Topic.objects.of(Topic.Scheme.POPULATION).top(),
        "metadata_licence": licence.METADATA,
        "columns": bulk.COLUMNS,
    }
    return render(request, "casestudies/open_data.html", context)

"""The read API at /hsds/v3/: open to everybody and to every site, for reading only. What is wrong is said in JSON."""

from collections.abc import Callable
from functools import wraps
from uuid import UUID

from django.http import Http404, HttpResponse, JsonResponse, StreamingHttpResponse
from django.utils import translation
from django.utils.translation import gettext
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import conditional_page

from orgs.open_data import divisions, licence, lists, openapi, taxonomy
from orgs.open_data.organization import organization, organization_row
from orgs.open_data.page import lines, page
from orgs.open_data.question import PAGING, BadQuestion, Question, read
from orgs.open_data.service import (
    service_at_location_record,
    service_at_location_row,
    service_brief,
    service_record,
    service_row,
)
from portal.bilingual import CHINESE

METHODS = "GET, HEAD, OPTIONS"
#: Parameters of HSDS that lead nowhere here, refused with the list of those that do: postcode, proximity.
SERVICE_QUESTIONS = PAGING | {
    "search",
    "taxonomy_term_id",
    "taxonomy_id",
    "organization_id",
    "modified_after",
    "full",
}


def endpoint(*allowed: str):
    """A view that answers `(Question, **arguments)` with data, or a response, as an open, read-only, cached resource."""

    def decorate(answer: Callable):
        @csrf_exempt
        @conditional_page
        @wraps(answer)
        def view(request, **arguments):
            if request.method == "OPTIONS":
                response = HttpResponse(status=204)
            elif request.method not in ("GET", "HEAD"):
                response = refused(405, gettext("This interface is for reading only: GET, HEAD or OPTIONS."))
            else:
                response = answered(request, answer, frozenset(allowed), arguments)
            return opened(response)

        return view

    return decorate


def answered(request, answer: Callable, allowed: frozenset[str], arguments: dict) -> HttpResponse:
    """The data, always in the same words; a refusal in the reader's language."""
    language = translation.get_language_from_request(request)
    try:
        with translation.override(language):
            question = read(request.GET, allowed)
        with translation.override(CHINESE):
            data = answer(question, **arguments)
    except BadQuestion as problem:
        return refused(400, str(problem))
    except Http404:
        with translation.override(language):
            return refused(404, gettext("There is no such record, or it is not public."))
    if isinstance(data, HttpResponse | StreamingHttpResponse):
        return data
    return as_json(data)


def as_json(data: dict, status: int = 200) -> JsonResponse:
    response = JsonResponse(data, status=status, json_dumps_params={"ensure_ascii": False})
    if status == 200:
        response["Cache-Control"] = "public, max-age=300"
    return response


def refused(status: int, sentence: str) -> JsonResponse:
    return as_json({"status": status, "error": sentence}, status)


def opened(response):
    """Any site may read it; nobody's cookies come along."""
    response["Allow"] = response["Access-Control-Allow-Methods"] = METHODS
    response["Access-Control-Allow-Origin"] = "*"
    response["Access-Control-Allow-Headers"] = "If-None-Match, If-Modified-Since"
    response["Access-Control-Expose-Headers"] = "ETag, Link"
    response["Link"] = ", ".join(filter(None, (response.get("Link"), licence.LINK)))
    return response


def listed(rows, question: Question, show: Callable, load: Callable = lambda rows: rows):
    """The page that was asked for, or all of it as one record to a line."""
    if question.format == "json":
        return page(rows, question, show, load)
    response = StreamingHttpResponse(
        in_chinese(lines(rows, show, load)), content_type="application/x-ndjson; charset=utf-8"
    )
    response["Cache-Control"] = "public, max-age=300"
    return response


def in_chinese(parts):
    """The stream is written after the view is over, when the language of the request is gone."""
    while True:
        with translation.override(CHINESE):
            part = next(parts, None)
        if part is None:
            return
        yield part


def one(rows, public_id: str, load: Callable):
    """The record with this identifier. Raises Http404."""
    try:
        found = load(rows.filter(public_id=UUID(public_id))).first()
    except ValueError:
        found = None
    if found is None:
        raise Http404
    return found


# -- What there is ----------------------------------------------------------------------------------------------------


@endpoint()
def root(question):
    return openapi.root()


@endpoint()
def profile(question):
    return openapi.profile()


@endpoint()
def document(question):
    return openapi.document()


@endpoint(*SERVICE_QUESTIONS, "minimal")
def services(question):
    found = lists.services(question, list(lists.topics()))
    if question.minimal:
        return listed(found.only("public_id"), question, brief_change)
    if question.full:
        return listed(found, question, service_record, lists.with_everything)
    return listed(found, question, service_row, lists.with_agencies)


def brief_change(service) -> dict:
    return {
        "id": str(service.public_id),
        "modified_date": service.modified_at.isoformat(timespec="milliseconds"),
    }


@endpoint()
def service(question, public_id):
    return service_record(one(lists.services(question, []), public_id, lists.with_everything))


@endpoint(*PAGING, "search", "modified_after", "full", "full_service")
def organizations(question):
    found = lists.organizations(question)
    if question.full or question.full_service:
        return listed(found, question, *with_its_services(question))
    return listed(found, question, organization_row, lists.with_rows)


@endpoint("full_service")
def organization_view(question, public_id):
    show, load = with_its_services(question)
    return show(one(lists.organizations(Question()), public_id, load))


def with_its_services(question: Question) -> tuple[Callable, Callable]:
    """How to show an agency with its services, and what to read for that."""
    full = question.full_service

    def show(agency) -> dict:
        parts = [
            service_record(service, is_part=True) if full else service_brief(service)
            for service in agency.services.all()
        ]
        return organization(agency) | ({"services": parts} if parts else {})

    return show, lambda agencies: lists.with_services(lists.with_records(agencies), full=full)


@endpoint(*SERVICE_QUESTIONS)
def service_at_locations(question):
    found = lists.services_at_locations(question, list(lists.topics()))
    if question.full:
        return listed(found, question, service_at_location_record, lists.pairs_with_everything)
    return listed(found, question, service_at_location_row, lists.pairs_with_rows)


@endpoint()
def service_at_location(question, public_id):
    found = lists.services_at_locations(question, [])
    return service_at_location_record(one(found, public_id, lists.pairs_with_everything))


# -- Vocabularies and divisions ---------------------------------------------------------------------------------------


@endpoint(*PAGING, "search")
def taxonomies(question):
    found = [
        one
        for one in taxonomy.taxonomies(lists.topics())
        if all(word.lower() in str(one).lower() for word in question.search)
    ]
    return listed(found, question, dict)


@endpoint()
def taxonomy_view(question, public_id):
    return in_list(taxonomy.taxonomies(lists.topics()), public_id)


@endpoint(*PAGING, "search", "taxonomy_id", "top_only", "parent_id")
def taxonomy_terms(question):
    return listed(lists.terms(question, list(lists.topics())), question, taxonomy.term)


@endpoint()
def taxonomy_term(question, public_id):
    return in_list([taxonomy.term(topic) for topic in lists.topics()], public_id)


def in_list(records: list[dict], public_id: str) -> dict:
    """The record with this identifier. Raises Http404."""
    for record in records:
        if record["id"] == public_id.lower():
            return record
    raise Http404


@endpoint()
def division_view(question, division):
    found = divisions.find(division)
    if found is None:
        raise Http404
    return divisions.division_record(found)


@endpoint()
def nothing(question):
    raise Http404

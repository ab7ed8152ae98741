"""The read API answers as its OpenAPI document says, whatever is asked: Schemathesis makes the questions from the document.

What the document allows is answered with what it promises. What it does not allow is refused, or understood out of
kindness (`full=` for no), and never ends in a 500.
"""

import json
import re

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, given
from hypothesis import settings as pace
from schemathesis import GenerationMode
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import negative_data_rejection

from orgs.open_data import openapi
from tests.orgs import hsds_schemas
from tests.orgs.open_data_world import full_agency

pytestmark = pytest.mark.django_db
PATHS = ["/", *(f"/{name}" for name in openapi.LISTS), *(f"/{name}/{{id}}" for name in openapi.RECORDS)]
PLAIN = {"Accept-Encoding": "identity"}  # what calls the application directly does not unpack its answers
within = pace(max_examples=40, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


@pytest.fixture
def there(ask):
    """The identifier of a record of each kind."""
    full_agency()
    return {f"/{name}/{{id}}": ask(name)["contents"][0]["id"] for name in openapi.RECORDS}


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    """A folder with the schemas that the document names on the web: one that is not found would not be checked."""
    folder = tmp_path_factory.mktemp("schemas")
    (folder / "compiled").mkdir()
    for address in re.findall(f'{re.escape(openapi.SCHEMAS)}([^"]+)', json.dumps(openapi.document())):
        (folder / address).write_text(json.dumps(hsds_schemas.schema(address.rpartition("/")[2])))
    return folder.as_uri() + "/"


@pytest.fixture
def api(settings, there, published):
    """The API as described. Schemas that the document names on the web are read from files."""
    settings.ALLOWED_HOSTS = ["*"]
    words = json.dumps(openapi.document()).replace(openapi.SCHEMAS, published)
    schema = schemathesis.openapi.from_dict(json.loads(words))
    schema.app = WSGIHandler()
    signals = (request_started, request_finished)
    for signal in signals:  # as Django's own client does: the test's transaction outlives the request
        signal.disconnect(close_old_connections)
    yield schema
    for signal in signals:
        signal.connect(close_old_connections)


@pytest.mark.parametrize("path", PATHS)
def test_what_the_document_allows_is_answered_as_it_promises(api, there, path):
    known = {"id": there[path]} if path in there else None

    @within
    @given(case=api[path]["get"].as_strategy(path_parameters=known))
    def question(case):
        assert case.call_and_validate(headers=PLAIN).status_code == 200

    question()


@pytest.mark.parametrize("path", PATHS[1:])
def test_what_the_document_does_not_allow_is_answered_with_one_of_its_refusals(api, path):
    @within
    @given(case=api[path]["get"].as_strategy(GenerationMode.NEGATIVE))
    def question(case):
        case.call_and_validate(headers=PLAIN, excluded_checks=[negative_data_rejection])

    question()


@pytest.mark.parametrize(
    ("part", "name", "lie", "path"),
    [
        (openapi.COUNTED, "total_items", "string", "/services"),
        (openapi.RECORDS, "service_at_locations", ("organization", ""), "/service_at_locations/{id}"),
    ],
    ids=["of our own", "of HSDS"],
)
def test_a_promise_that_is_not_kept_is_seen(monkeypatch, request, there, part, name, lie, path):
    monkeypatch.setitem(part, name, lie)
    case = request.getfixturevalue("api")[path]["get"].Case(path_parameters={"id": there.get(path)})
    with pytest.raises(FailureGroup, match="schema"):
        case.call_and_validate(headers=PLAIN)

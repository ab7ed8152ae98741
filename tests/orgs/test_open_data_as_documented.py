"""The read API answers as its OpenAPI document says, whatever is asked: Schemathesis makes the questions from the document.

What the document allows is answered with what it promises. What it does not allow is refused, or understood out of
kindness (`full=` for no), and never ends in a 500.
"""

import json

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, given
from hypothesis import settings as pace
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import negative_data_rejection

from orgs.open_data import openapi
from tests.given import given as file_of
from tests.orgs.open_data_world import full_agency

pytestmark = pytest.mark.django_db
PATHS = ["/", *(f"/{name}" for name in openapi.LISTS), *(f"/{name}/{{id}}" for name in openapi.RECORDS)]
within = pace(max_examples=40, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


@pytest.fixture
def there(ask):
    """The identifier of a record of each kind."""
    full_agency()
    return {f"/{name}/{{id}}": ask(name)["contents"][0]["id"] for name in openapi.RECORDS}


@pytest.fixture
def api(settings, there):
    """The API as described. Schemas that the document names on the web are read from files."""
    settings.ALLOWED_HOSTS = ["*"]
    words = json.dumps(openapi.document())
    words = words.replace(openapi.SCHEMAS, file_of("schemas", "hsds-3").as_uri() + "/")
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
        assert case.call_and_validate().status_code == 200

    question()


@pytest.mark.parametrize("path", PATHS[1:])
def test_what_the_document_does_not_allow_is_answered_with_one_of_its_refusals(api, path):
    @within
    @given(case=api[path]["get"].as_strategy(GenerationMode.NEGATIVE))
    def question(case):
        case.call_and_validate(excluded_checks=[negative_data_rejection])

    question()

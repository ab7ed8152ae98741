"""The engines that the tests of searching ask. What stands in `made` passes `contract/`."""

import secrets
from collections.abc import Callable
from dataclasses import replace

import pytest
from django_tasks_db.models import DBTaskResult

from casestudies.models import CaseStudy
from orgs.models import Agency
from portal.search.elastic import Elastic
from portal.search.embedded import Embedded
from portal.search.servers import address
from tests import factories
from tests.machine import Missing, opensearch
from tests.portal.search.disguise import ASKS_FOR_8, disguised

PATIENCE = 30  # seconds; a machine that runs tests is in no hurry


@pytest.fixture(scope="session")
def opensearch_url():
    """An OpenSearch for all tests of this run; each makes indexes of its own in it."""
    try:
        with opensearch() as url:
            yield url()
    except Missing as error:
        pytest.skip(f"OpenSearch: {error}")


@pytest.fixture
def cluster(opensearch_url):
    """Makes engines on OpenSearch that share one set of indexes, which is gone afterwards."""
    at = replace(address(opensearch_url), prefix=f"test-{secrets.token_hex(6)}")

    def made(**options) -> Elastic:
        return Elastic(at, **{"patience": PATIENCE, **options})

    yield made
    engine = made()
    engine._drop(list(engine._ask("GET", f"/{at.prefix}-*/_alias")))


@pytest.fixture
def elasticsearch(cluster):
    """The same by the Elasticsearch client, which is made to believe that this is Elasticsearch."""
    address = cluster().address
    server, handler = disguised(address.hosts[0][1])
    at = replace(address, scheme="elasticsearch", hosts=(("127.0.0.1", server.server_port),))
    yield lambda **options: Elastic(at, **{"patience": PATIENCE, **options})
    server.shutdown()
    server.server_close()
    assert all(ASKS_FOR_8 in accepted for accepted in handler.accepted)


ON_OPENSEARCH = {"opensearch": "cluster", "elasticsearch": "elasticsearch"}


@pytest.fixture(
    params=["embedded", *(pytest.param(name, marks=pytest.mark.opensearch) for name in ON_OPENSEARCH)]
)
def made(request, tmp_path) -> Callable:
    """Makes an engine that has no index yet; called again, another one on the same index."""
    if request.param == "embedded":
        return lambda: Embedded(tmp_path / "search")
    return request.getfixturevalue(ON_OPENSEARCH[request.param])


@pytest.fixture
def engine(made):
    """An engine with an empty index."""
    engine = made()
    engine.rebuild(lambda: [])
    return engine


@pytest.fixture
def committed(django_db_setup, django_db_blocker):
    """An agency outside any transaction, so that other connections see it. Takes away what it brought."""
    with django_db_blocker.unblock():
        agency = factories.agency()
        yield agency
        CaseStudy.objects.filter(agency=agency).delete()
        Agency.objects.filter(pk=agency.pk).delete()
        DBTaskResult.objects.all().delete()

"""The engines that the tests of searching ask."""

import secrets
from collections.abc import Callable
from dataclasses import replace

import pytest

from portal.search.elastic import Elastic
from portal.search.embedded import Embedded
from portal.search.servers import address
from tests.machine import Missing, opensearch

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


@pytest.fixture(params=["embedded", pytest.param("opensearch", marks=pytest.mark.opensearch)])
def made(request, tmp_path) -> Callable:
    """Makes an engine that has no index yet; called again, another one on the same index."""
    if request.param == "embedded":
        return lambda: Embedded(tmp_path / "search")
    return request.getfixturevalue("cluster")

"""SEARCH_URL names the engine."""

from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from portal.search import engine
from portal.search.embedded import Embedded


def test_tantivy_and_a_folder_is_the_embedded_engine(settings):
    settings.SEARCH_URL = "tantivy:///srv/my%20search"
    assert isinstance(engine(), Embedded)
    assert engine().path == Path("/srv/my search")


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("tantivy://search", "names no folder"),
        ("tantivy:///", "names no folder"),
        ("elasticsearch://localhost:9200", "names elasticsearch, which this version cannot use"),
        ("opensearch://localhost:9200", "names opensearch, which this version cannot use"),
        ("solr://localhost", 'begins with "solr", which is no search engine of ours'),
        ("", "no search engine of ours"),
        ("tantivy://[", "cannot be read"),
    ],
)
def test_anything_else_is_refused_with_a_sentence(settings, url, sentence):
    settings.SEARCH_URL = url
    with pytest.raises(ImproperlyConfigured, match=sentence):
        engine()

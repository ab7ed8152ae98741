"""SEARCH_URL names the engine."""

import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from portal.search import engine
from portal.search.elastic import Elastic
from portal.search.embedded import Embedded
from portal.search.servers import address


def test_tantivy_and_a_folder_is_the_embedded_engine(settings):
    settings.SEARCH_URL = "tantivy:///srv/my%20search"
    assert isinstance(engine(), Embedded)
    assert engine().path == Path("/srv/my search")


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("tantivy://search", "names no folder"),
        ("tantivy:///", "names no folder"),
        ("opensearch://", "names no host"),
        ("opensearch://a,,b", "names no host"),
        ("elasticsearch://a:port", "host that cannot be read"),
        ("elasticsearch://a:99999", "host that cannot be read"),
        ("opensearch://a/Ours", "small letters, digits and hyphens"),
        ("opensearch://a/one/two", "small letters, digits and hyphens"),
        ("opensearch://a?verify=no", "asks for verify; there are tls and ca"),
        ("opensearch://a?tls=maybe", "tls=yes or tls=no"),
        ("solr://localhost", 'begins with "solr", which is no search engine of ours'),
        ("", "no search engine of ours"),
        ("tantivy://[", "cannot be read"),
    ],
)
def test_anything_else_is_refused_with_a_sentence(settings, url, sentence):
    settings.SEARCH_URL = url
    with pytest.raises(ImproperlyConfigured, match=sentence):
        engine()


@pytest.mark.parametrize("scheme", ["elasticsearch", "opensearch"])
def test_a_cluster_is_named_with_credentials_several_hosts_and_a_prefix(settings, scheme):
    settings.SEARCH_URL = f"{scheme}://us%40er:p%3Ass@one.example:9201,two.example,[2001:db8::1]/ours"
    assert isinstance(engine(), Elastic)
    at = engine().address
    assert (at.name, at.password, at.prefix) == ("us@er", "p:ss", "ours")
    assert at.urls == [
        "https://one.example:9201",
        "https://two.example:9200",
        "https://[2001:db8::1]:9200",
    ]


@pytest.mark.parametrize(
    ("url", "has_tls"),
    [
        ("opensearch://localhost", False),
        ("opensearch://127.0.0.1:9200,[::1]:9200", False),
        ("opensearch://127.0.0.1?tls=yes", True),
        ("opensearch://127.0.0.1?ca=/etc/ssl/ours.pem", True),
        ("opensearch://search.example", True),
        ("opensearch://search.example?tls=no", False),
    ],
)
def test_what_leaves_this_machine_is_encrypted_unless_somebody_says_no(url, has_tls):
    assert address(url).has_tls is has_tls


def test_certificates_that_are_not_there_are_named(settings):
    settings.SEARCH_URL = "opensearch://search.example?ca=/nowhere.pem"
    with pytest.raises(ImproperlyConfigured, match="a ca that cannot be read"):
        engine()


@pytest.mark.parametrize("scheme", ["elasticsearch", "opensearch"])
def test_a_client_that_is_not_installed_is_named(settings, monkeypatch, scheme):
    monkeypatch.setitem(
        sys.modules, {"elasticsearch": "elasticsearch", "opensearch": "opensearchpy"}[scheme], None
    )
    settings.SEARCH_URL = f"{scheme}://localhost:9201"
    with pytest.raises(ImproperlyConfigured, match=rf"its client is not installed .*tongxing\[{scheme}\]"):
        engine()


def test_the_embedded_engine_imports_no_client_of_a_cluster():
    code = (
        "import django, sys; django.setup(); from portal.search import engine; engine(); "
        "print([name for name in ('elasticsearch', 'opensearchpy', 'portal.search.elastic') if name in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"

"""Elasticsearch and OpenSearch: what SEARCH_URL says about a cluster, and the little in which the two differ.

Both get the same requests with the same bodies; SERVERS is all that knows which is which.
"""

import logging
import re
import ssl
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from ipaddress import ip_address
from types import ModuleType
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

PORT = 9200
PREFIX = "tongxing"
EXAMPLE = "opensearch://name:password@search.example:9200/tongxing"
JSON, LINES = "application/json", "application/x-ndjson"
TRIED = 2  # hosts, for one question


@dataclass(frozen=True)
class Address:
    """Where a cluster is, as SEARCH_URL says: scheme://name:password@host:port,host:port/prefix?tls=no&ca=/path."""

    scheme: str
    hosts: tuple[tuple[str, int], ...]
    name: str = ""
    password: str = ""
    #: What the names of our indexes begin with, so that installations can share a cluster.
    prefix: str = PREFIX
    has_tls: bool = True
    #: File with the certificates to trust instead of the system's.
    ca: str = ""

    @property
    def urls(self) -> list[str]:
        scheme = "https" if self.has_tls else "http"
        return [f"{scheme}://{f'[{host}]' if ':' in host else host}:{port}" for host, port in self.hosts]

    def trust(self) -> ssl.SSLContext | None:
        if not self.has_tls:
            return None
        try:
            return ssl.create_default_context(cafile=self.ca or None)
        except OSError as error:
            raise ImproperlyConfigured(f"SEARCH_URL names a ca that cannot be read: {error}.") from error


def address(url: str) -> Address:
    """The cluster that SEARCH_URL names. Raises ImproperlyConfigured with a sentence."""
    # Several hosts are more than urlsplit reads: it gets the rest of the address, with one name in their place.
    scheme, _, rest = url.partition("://")
    netloc = re.split("[/?#]", rest, maxsplit=1)[0]
    parts = urlsplit(f"{scheme}://cluster{rest[len(netloc) :]}")
    credentials, _, places = netloc.rpartition("@")
    name, _, password = credentials.partition(":")
    options = dict(parse_qsl(parts.query))
    prefix = parts.path.strip("/") or PREFIX
    if unknown := options.keys() - {"tls", "ca"}:
        raise ImproperlyConfigured(f"SEARCH_URL asks for {', '.join(sorted(unknown))}; there are tls and ca.")
    if not (prefix.isascii() and prefix.replace("-", "").isalnum() and prefix == prefix.lower()):
        raise ImproperlyConfigured(
            "SEARCH_URL names indexes with something else than small letters, digits and hyphens. "
            f"Write it such as: {EXAMPLE}"
        )
    hosts = tuple(_host(place) for place in places.split(","))
    tls = options.get(
        "tls", "yes" if "ca" in options or not all(_is_here(host) for host, _ in hosts) else "no"
    )
    if tls not in ("yes", "no"):
        raise ImproperlyConfigured("SEARCH_URL says something else than tls=yes or tls=no.")
    return Address(
        parts.scheme, hosts, unquote(name), unquote(password), prefix, tls == "yes", options.get("ca", "")
    )


def _host(place: str) -> tuple[str, int]:
    try:
        parts = urlsplit(f"//{place}")
        host, port = parts.hostname, parts.port or PORT
    except ValueError as error:
        raise ImproperlyConfigured(f"SEARCH_URL names a host that cannot be read: {error}.") from error
    if not host:
        raise ImproperlyConfigured(f"SEARCH_URL names no host. Write it such as: {EXAMPLE}")
    return host, port


def _is_here(host: str) -> bool:
    """Whether a host is this machine, to which nobody listens on the way."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class Refused(Exception):
    """The server is well and says no to what it was asked."""

    def __init__(self, status: int, body: Any):
        super().__init__(f"{status} {str(body)[:300]}")
        self.status = status


class Unwell(Exception):
    """No server answered in time, or the one that did is not well."""


def _no(status: int, body: Any) -> Exception:
    return Unwell(f"{status} {str(body)[:300]}") if status == 429 or status >= 500 else Refused(status, body)


#: method, path, body, seconds; the parsed answer. Raises Refused and Unwell.
Send = Callable[[str, str, Any, float], Any]


def import_client(scheme: str) -> ModuleType:
    """The official client of an engine. Raises ImportError when its extra is not installed."""
    if scheme == "elasticsearch":
        return import_module("elasticsearch")
    # Its metrics, which nobody asked for, import a package named events, and so is an app of ours.
    metrics = ModuleType("opensearchpy.metrics.metrics_events")
    metrics.MetricsEvents = object  # type: ignore[attr-defined]
    sys.modules.setdefault(metrics.__name__, metrics)
    return import_module("opensearchpy")


def _elasticsearch(at: Address) -> Send:
    client = import_client("elasticsearch")
    transport = import_module("elastic_transport")
    cluster = client.Elasticsearch(at.urls, **_options(at, "basic_auth"))

    def send(method: str, path: str, body: Any, seconds: float) -> Any:
        # The client asks servers 8 and 9 alike to speak version 8.
        headers = {"accept": JSON, "content-type": LINES if isinstance(body, list) else JSON}
        try:
            asked = cluster.options(request_timeout=seconds)
            return asked.perform_request(method, path, body=body, headers=headers).body
        except client.ApiError as error:
            raise _no(error.meta.status, error.body) from error
        except (transport.TransportError, client.UnsupportedProductError) as error:
            raise Unwell(str(error)) from error

    return send


def _opensearch(at: Address) -> Send:
    client = import_client("opensearch")
    logging.getLogger("opensearch").setLevel(logging.ERROR)  # it warns of each no; we say it in our own words
    cluster = client.OpenSearch(at.urls, **_options(at, "http_auth"))

    def send(method: str, path: str, body: Any, seconds: float) -> Any:
        if isinstance(body, list):
            body = "".join(f"{cluster.transport.serializer.dumps(line)}\n" for line in body)
        headers = {"accept": JSON, "content-type": LINES if isinstance(body, str) else JSON}
        try:
            return cluster.transport.perform_request(
                method, path, body=body, timeout=seconds, headers=headers
            )
        except client.TransportError as error:
            if isinstance(error.status_code, int):
                raise _no(error.status_code, error.info) from error
            raise Unwell(str(error)) from error
        except client.OpenSearchException as error:
            raise Unwell(str(error)) from error

    return send


def _options(at: Address, credentials: str) -> dict[str, Any]:
    """What both clients are told in the same words. Errors are not asked again: whoever asks has no time."""
    options: dict[str, Any] = {"max_retries": min(TRIED, len(at.hosts)) - 1, "retry_on_status": ()}
    if at.name:
        options[credentials] = (at.name, at.password)
    if trust := at.trust():
        options["ssl_context"] = trust
    return options


#: What differs between the two: how the official client is made and asked, and how it says no. The extra of
#: pyproject.toml that brings the client has the same name.
SERVERS: Mapping[str, Callable[[Address], Send]] = {
    "elasticsearch": _elasticsearch,
    "opensearch": _opensearch,
}

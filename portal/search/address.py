"""Which record an address of this portal leads to."""

from urllib.parse import urlsplit

from django.conf import settings
from django.urls import Resolver404, resolve
from django.utils.translation import override

from portal.search.document import records


def record_at(address: str):
    """The kind and the public record behind an address of this portal, or None."""
    try:
        parts = urlsplit(address.strip())
    except ValueError:
        return None
    if parts.netloc and parts.netloc != urlsplit(settings.SITE_URL).netloc:
        return None
    path = parts.path
    for language, _name in settings.LANGUAGES:
        path = path.removeprefix(f"/{language}") if path.startswith(f"/{language}/") else path
    try:
        with override(settings.LANGUAGE_CODE):
            match = resolve(path)
    except Resolver404:
        return None
    record = records().get(match.url_name or "")
    found = record and match.kwargs and record.public().filter(**match.kwargs).first()
    return (record.kind, found) if found else None

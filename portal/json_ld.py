"""Data for search engines inside a page: JSON-LD in a script element, which our content security policy does not run."""

import json

from django.utils.safestring import SafeString, mark_safe

VOCABULARY = "https://schema.org"
#: What would end a script element, or begin a comment in one, is written as JSON escapes.
HARMLESS = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026"}


def script(data: dict) -> SafeString:
    """JSON-LD that no text in it can lead out of its script element."""
    text = json.dumps({"@context": VOCABULARY, **data}, ensure_ascii=False)
    return mark_safe(text.translate(HARMLESS))  # noqa: S308  escaped one line above

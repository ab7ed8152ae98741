"""Descriptions are Markdown. What comes out is plain structure: no pictures from elsewhere, no scripts, no styles."""

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

TAGS = {"p", "h3", "h4", "ul", "ol", "li", "strong", "em", "a", "blockquote", "code", "hr", "br"}
markdown = MarkdownIt("commonmark", {"html": False, "breaks": True})


def to_html(text: str) -> SafeString:
    """The text as clean HTML."""
    clean = nh3.clean(
        markdown.render(text),
        tags=TAGS,
        attributes={"a": {"href"}},
        url_schemes={"http", "https", "mailto", "tel"},
    )
    return mark_safe(clean)  # noqa: S308  cleaned one line above

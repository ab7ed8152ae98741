"""The components: a page says what, `templates/components/` says how."""

from functools import lru_cache

from django import template
from django.conf import settings
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, reverse, translate_url
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from django.utils.timezone import localtime
from django.utils.translation import get_language, get_language_info
from wagtail.models import Page

from portal.bilingual import CHINESE, Text, language_of
from portal.browser_names import browser_name
from portal.templatetags.for_a_minute import made

register = template.Library()

MENU_IS_KEPT = 10  # seconds until a change of the menu is seen everywhere

#: Line drawings on a grid of 24, drawn with one stroke in the colour of the text.
ICONS = {
    "calendar": "M4 6h16v14H4zM4 10h16M8 3v5M16 3v5",
    "place": "M12 21c4-5 7-8 7-12a7 7 0 1 0-14 0c0 4 3 7 7 12zM12 11a2 2 0 1 0 0-4 2 2 0 0 0 0 4z",
    "people": "M9 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM3 20c0-4 3-6 6-6s6 2 6 6M16 5a3 3 0 0 1 0 6M17 14c3 0 4 3 4 6",
    "search": "M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zM15.5 15.5L21 21",
    "check": "M4 13l5 5L20 6",
    "arrow": "M4 12h15M13 6l6 6-6 6",
    "back": "M20 12H5M11 6l-6 6 6 6",
    "download": "M12 3v12M7 10l5 5 5-5M4 20h16",
    "clock": "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 7v5l4 2",
    "online": "M3 5h18v12H3zM8 21h8",
    "close": "M6 6l12 12M18 6L6 18",
    "edit": "M4 20l1-5L16 4l4 4L9 19zM14 6l4 4",
    "document": "M6 3h8l4 4v14H6zM14 3v5h4M9 12h6M9 16h6",
    "feed": "M5 19h.01M5 12a7 7 0 0 1 7 7M5 5a14 14 0 0 1 14 14",
    "keep": "M6 3h12v18l-6-5-6 5z",
    "up": "M12 20V5M6 11l6-6 6 6",
    "down": "M12 4v15M6 13l6 6 6-6",
    "print": "M7 8V3h10v5M5 17H3V8h18v9h-2M7 14h10v7H7z",
}


@register.simple_tag
@lru_cache
def icon(name: str):
    """A small drawing beside a word; it never stands for one."""
    return format_html(
        '<svg class="icon" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.8" '
        'stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d="{}"/></svg>',
        ICONS[name],
    )


register.filter(browser_name)


@register.filter
def spoken(text):
    """Mark a text that is not in the page's language, so that it is read aloud and set as what it is.

    A text without a label, such as a person's name, is Chinese as soon as it has a Chinese character.
    """
    if text and lang_of(text) != get_language():
        return format_html('<span lang="{}">{}</span>', lang_of(text), text)
    return text


@register.filter
def lang_of(text) -> str:
    """The language of a text, for a `lang` attribute of an element that is there anyway."""
    if isinstance(text, Text):
        return text.language
    return CHINESE if language_of(str(text)) == CHINESE else get_language()


@register.filter
def instant(moment) -> str:
    """A moment as `<time datetime>` has it: with its offset, and without the microseconds that HTML does not know."""
    return localtime(moment).isoformat(timespec="seconds") if moment else ""


@register.simple_block_tag(end_name="endpage_head")
def page_head(content, title, introduction="", eyebrow=""):
    """The title of a page with what it is and what can be done there."""
    return render_to_string(
        "components/page_head.html",
        {
            "title": title,
            "introduction": introduction,
            "eyebrow": eyebrow,
            "actions": mark_safe(content.strip()),  # noqa: S308  rendered by our own template
        },
    )


@register.simple_block_tag
def card(content, title="", tone=""):
    """A bordered part of a page."""
    return render_to_string("components/card.html", {"content": content, "title": title, "tone": tone})


@register.simple_block_tag
def badge(content, tone="quiet"):
    """A state in one or two words. `tone`: accent, jade, amber, brick or quiet."""
    return format_html('<span class="badge {}">{}</span>', tone, mark_safe(content.strip()))  # noqa: S308


@register.simple_block_tag
def empty(content, title):
    """What belongs here, and the first step."""
    content = mark_safe(content.strip())  # noqa: S308  rendered by our own template
    return render_to_string("components/empty.html", {"content": content, "title": title})


@register.inclusion_tag("components/pager.html", takes_context=True)
def pager(context, page):
    """Earlier and later pages of a list; other parameters of the address stay."""
    return {"page": page, "request": context.get("request")}


@register.inclusion_tag("components/evidence.html")
def evidence(level: int, words: str):
    """Zero to four filled squares, with their words."""
    return {"squares": [(n * 14, n < level) for n in range(4)], "level": level, "words": words}


@register.simple_tag(takes_context=True)
def part(context, template_name: str):
    """A part of the page that everybody sees the same (`portal.public_parts`); without any it is an ordinary include."""
    if parts := context.get("parts"):
        return mark_safe(parts.render(template_name))  # noqa: S308  rendered by our own template
    return context.template.engine.get_template(template_name).render(context)


@register.simple_tag
def place(slug: str) -> str:
    """The address of a place of ours, such as "agencies", in the language of the page."""
    return reverse("wagtail_serve", args=[f"{slug}/"])


@register.simple_tag(takes_context=True)
def menu(context) -> list[dict]:
    """The places that editors put into the menu, in their order, in the language of the page.

    Every page of the portal asks, so the answer is kept for some seconds.
    """
    request = context.get("request")
    here = request.path if request else ""
    places = made(("menu", get_language()), places_in_menu, seconds=MENU_IS_KEPT)
    return [{"url": url, "title": title, "is_here": here.startswith(url)} for url, title in places]


def places_in_menu() -> list[tuple[str, str]]:
    """Address and title of each place in the menu, in the language of the page."""
    pages = Page.objects.live().filter(depth=3, show_in_menus=True, locale__language_code=get_language())
    return [(place(slug), title) for slug, title in pages.order_by("path").values_list("slug", "title")]


@register.simple_tag(takes_context=True)
def other_language(context) -> dict | None:
    """The same place in the other language; search engines take no address without its host."""
    request = context.get("request")
    for code, _name in settings.LANGUAGES:
        if code != get_language():
            url = in_language(request.get_full_path(), code, get_language()) if request else "/"
            name = get_language_info(code)["name_local"]
            return {"code": code, "url": url, "whole_url": settings.SITE_URL + url, "name": name}
    return None


@lru_cache(maxsize=500)  # in a rush everybody is on one page
def in_language(address: str, code: str, spoken: str) -> str:
    """The address of the same page in the language `code`; `spoken` is the language that the page is in."""
    try:
        return translate_url(address, code)
    except NoReverseMatch:
        return "/"

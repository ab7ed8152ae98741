"""Pages of words and the places of the portal in the search. A page is shown to readers of its own language."""

from wagtail.models import Page, PageViewRestriction

from portal.bilingual import Text
from portal.models.pages import Place
from portal.search.document import Document, Record

BELOW_HOME = 3  # depth in the tree: root, home, places


def public():
    return Page.objects.live().public().filter(depth__gte=BELOW_HOME).select_related("locale").specific()


def document(page: Page) -> Document:
    language = page.locale.language_code
    said = [page.search_description]
    if isinstance(page, Place):
        body = page._meta.get_field("body").get_searchable_content(page.body)
        said += [page.introduction, *map(str, body)]
    return Document(
        kind="page",
        pk=page.pk,
        titles=(Text(page.title, language),),
        texts=tuple(Text(text, language) for text in said if text),
        only_in=language,
    )


def _below(restriction: PageViewRestriction):
    return Page.objects.descendant_of(restriction.page, inclusive=True).values_list("pk", flat=True)


RECORD = Record(
    kind="page",
    model=Page,
    public=public,
    document=document,
    template="portal/_found.html",
    parts={PageViewRestriction: _below},
    changed_at="last_published_at",
)

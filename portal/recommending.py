"""What editors recommend for the words that somebody searches for (portal.models.BestBet)."""

from urllib.parse import urlsplit

from django.conf import settings
from django.urls import Resolver404, resolve
from django.utils.html import escape
from django.utils.translation import override

from portal.models import BestBet
from portal.search import pages
from portal.search.analysis import tokens
from portal.search.document import records
from portal.search.passages import Passage
from portal.search.showing import Shown

MOST = 3  # recommendations on a page
MOST_LOOKED_AT = 500


def recommended(text: str) -> list[Shown]:
    """The first recommendations whose words are in the question and that everybody may read. MOST + 1 queries or so."""
    asked = tuple(tokens(text))
    if not asked:
        return []
    bets = BestBet.objects.filter(is_active=True)[:MOST_LOOKED_AT]
    chosen = [bet for bet in bets if any(_is_in(word, asked) for word in bet.asked_by)]
    return [shown for bet in chosen[:MOST] if (shown := _shown(bet))]


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


def _shown(bet: BestBet) -> Shown | None:
    passage = Passage(escape(bet.sentence), bet.sentence.language)
    if bet.page_id:
        page = pages.public().filter(pk=bet.page.localized.pk).first()
        return Shown("page", page, passage, pages.RECORD.template) if page else None
    if found := record_at(bet.address):
        kind, record = found
        return Shown(kind, record, passage, records()[kind].template)
    return None


def _is_in(word: tuple[str, ...], asked: tuple[str, ...]) -> bool:
    return any(asked[at : at + len(word)] == word for at in range(len(asked) - len(word) + 1))

"""What editors recommend for the words that somebody searches for (portal.models.BestBet)."""

from django.utils.html import escape

from portal.models import BestBet
from portal.search import pages
from portal.search.address import record_at
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

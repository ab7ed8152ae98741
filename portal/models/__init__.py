"""The ground: controlled vocabularies, the pages that editors arrange, and what they tell the search."""

from portal.models.best_bet import BestBet
from portal.models.erasure import Erasure
from portal.models.last_change import LastChange
from portal.models.pages import HomePage, StandardPage
from portal.models.searched import Searched
from portal.models.synonym_list import SynonymList
from portal.models.topic import Topic
from portal.models.turn import Turn

__all__ = [
    "BestBet",
    "Erasure",
    "HomePage",
    "LastChange",
    "Searched",
    "StandardPage",
    "SynonymList",
    "Topic",
    "Turn",
]

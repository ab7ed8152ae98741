"""The ground: controlled vocabularies and the pages that editors arrange."""

from portal.models.pages import HomePage, StandardPage
from portal.models.topic import Topic
from portal.models.turn import Turn

__all__ = ["HomePage", "StandardPage", "Topic", "Turn"]

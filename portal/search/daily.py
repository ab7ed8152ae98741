"""What searching needs once a day: the index looked through."""

from datetime import date

from portal.search import comparing
from portal.search.engine import SearchIsAway, SearchIsBusy


def run(on: date) -> list[str]:
    """Do it for that day, and return a line about each thing done."""
    return look_through()


def look_through() -> list[str]:
    """Mend what differs between index and database. An engine that is away is asked again tomorrow."""
    try:
        found = comparing.compare()
        comparing.mend(found)
    except (SearchIsAway, SearchIsBusy) as away:
        return [f"the search index was not looked through: {away}"]
    return [f"search index mended: {line}" for line in found.lines]

"""What case studies need once a day. Each line names the concept that does it; each may run twice on one day."""

from datetime import date

from casestudies import search
from casestudies.exchange import research_interest
from casestudies.files import attachment
from casestudies.keeping import saved_search
from casestudies.open_data import open_records
from casestudies.review import reminders, reviewing

PARTS = [
    saved_search.announce,
    open_records.reconcile,
    reviewing.end_what_lapsed,
    reminders.remind,
    attachment.sweep,
    research_interest.end_due,
    search.follow_reads,
]


def run(on: date) -> list[str]:
    """Do it for that day, and return a line about each thing done."""
    return [line for part in PARTS for line in part(on)]

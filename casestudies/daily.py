"""What case studies need once a day. Each line names the concept that does it; each may run twice on one day."""

from datetime import date

from casestudies import (
    asking,
    attachment,
    open_records,
    report_draft,
    research_interest,
    review_reminders,
    reviewing,
    saved_search,
)

PARTS = [
    saved_search.announce,
    open_records.reconcile,
    reviewing.end_what_lapsed,
    review_reminders.remind,
    attachment.forget,
    attachment.sweep,
    asking.sweep,
    research_interest.end_due,
    report_draft.forget,
]


def run(on: date) -> list[str]:
    """Do it for that day, and return a line about each thing done."""
    return [line for part in PARTS for line in part(on)]

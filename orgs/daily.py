"""What the agencies need once a day. Each line names the concept that does it; each may run twice on one day."""

from datetime import date

from orgs import evidence, freshness, joining, logo, verification

PARTS = [
    joining.remind,
    freshness.remind,
    verification.remind,
    verification.drop_all,
    evidence.sweep,
    logo.sweep,
]


def run(on: date) -> list[str]:
    """Do it for that day, and return a line about each thing done."""
    return [line for part in PARTS for line in part(on)]

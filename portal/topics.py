"""Loading the controlled vocabularies from portal/data/topics.tsv."""

import csv
from pathlib import Path

FILE = Path(__file__).parent / "data" / "topics.tsv"


def load(topics) -> int:
    """Bring the table behind the manager `topics` to what the file says. Returns the number of terms.

    A term that the file lost is ended, never deleted. One that stays as it is keeps its time of change, which open data
    tells.
    """
    with FILE.open(encoding="utf-8") as lines:
        rows = list(csv.DictReader((line for line in lines if not line.startswith("#")), delimiter="\t"))
    known = {topic.code: topic for topic in topics.all()}
    ids: dict[str, int] = {}
    for position, row in enumerate(rows):  # a broader term stands before its narrower ones
        facts = {
            "scheme": row["scheme"],
            "name_zh": row["name_zh"],
            "name_en": row["name_en"],
            "parent_id": ids[row["parent"]] if row["parent"] else None,
            "position": position,
            "is_active": True,
        }
        topic = known.get(row["code"])
        if topic is None:
            topic = topics.create(code=row["code"], **facts)
        elif changed := [name for name, value in facts.items() if getattr(topic, name) != value]:
            for name in changed:
                setattr(topic, name, facts[name])
            topic.save()
        ids[row["code"]] = topic.pk
    for ended in topics.filter(is_active=True).exclude(pk__in=ids.values()):
        ended.is_active = False
        ended.save()
    return len(rows)

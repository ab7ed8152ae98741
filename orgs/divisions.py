"""The administrative divisions: loading them, how their codes nest, and what became of those that ended.

Both files in orgs/data/ are made by `orgs/data/make_divisions.py`, which says from what.
"""

import csv
from collections.abc import Iterable
from pathlib import Path

from django.db import transaction

from orgs.models import Agency, Division

FOLDER = Path(__file__).parent / "data"
DIVISIONS, SUCCESSORS = FOLDER / "divisions.tsv", FOLDER / "successors.tsv"
LONGEST_CHAIN = 10  # 嘉兴地区 and its like changed their codes up to five times since 1980


def stem_of(code: str) -> str:
    """What all districts within this one share: 44 for 440000, 4419 for 441900, 440306 for itself."""
    for length, zeros in ((2, "0000"), (4, "00")):
        if code[length:] == zeros:
            return code[:length]
    return code


def wider(stem: str) -> tuple[str, ...]:
    """The stems of the districts that hold this one, the widest first, itself last: 44, 4403, 440306."""
    return (*(stem[:length] for length in (2, 4, 6) if length < len(stem)), stem)


def successor_codes(divisions: Iterable[int]) -> dict[int, set[str]]:
    """For divisions that ended (primary keys): the codes of what they are today. Left out where nobody knows."""
    through = Division.successors.through
    steps: dict[int, set[int]] = {}
    ends: dict[int, str] = {}
    asked = set(divisions)
    for _step in range(LONGEST_CHAIN):
        links = through.objects.filter(from_division__in=asked - steps.keys()).values_list(
            "from_division", "to_division", "to_division__code", "to_division__last_year"
        )
        following = set()
        for division, successor, code, last_year in links:
            steps.setdefault(division, set()).add(successor)
            if last_year is None:
                ends[successor] = code
            else:
                following.add(successor)
        if not following - steps.keys():
            break
        asked = following

    def today(division: int, seen: frozenset[int]) -> set[str]:
        codes: set[str] = set()
        for successor in steps.get(division, set()) - seen:
            codes |= {ends[successor]} if successor in ends else today(successor, seen | {successor})
        return codes

    found = {division: today(division, frozenset({division})) for division in divisions}
    return {division: codes for division, codes in found.items() if codes}


def successors_of(division: Division) -> list[Division]:
    """What a division that ended is today: nothing where nobody knows, several where it was shared out."""
    codes = successor_codes([division.pk]).get(division.pk, set())
    return list(Division.objects.current().filter(code__in=codes).select_related("parent__parent"))


def ended_within(division: Division) -> set[int]:
    """The divisions (primary keys) that ended and became this one or a part of it, however many steps ago."""
    through = Division.successors.through
    step = set(
        through.objects.filter(to_division__code__startswith=division.stem).values_list(
            "from_division", flat=True
        )
    )
    found: set[int] = set()
    while step:
        found |= step
        links = through.objects.filter(to_division__in=step).values_list("from_division", flat=True)
        step = set(links) - found
    return found


@transaction.atomic
def load() -> int:
    """Bring the table to what the files say and return the number of rows. A division is never deleted: others point at it."""
    rows = read(DIVISIONS)
    known = {(division.code, division.first_year): division for division in Division.objects.all()}
    current = {code: division.pk for (code, _year), division in known.items() if division.last_year is None}
    changed = False
    for row in rows:  # what ended makes room for another of the same code
        division = known.get((row["code"], int(row["first_year"])))
        last_year = int(row["last_year"]) if row["last_year"] else None
        if division and division.last_year != last_year:
            division.last_year, changed = last_year, True
            division.save(update_fields=["last_year"])
    for level in Division.Level.values:  # a parent is saved before its parts
        fresh = [
            Division(
                code=row["code"],
                name_zh=row["name_zh"],
                name_en=row["name_en"],
                level=level,
                parent_id=current.get(row["parent"]),
                first_year=int(row["first_year"]),
                last_year=int(row["last_year"]) if row["last_year"] else None,
            )
            for row in rows
            if row["level"] == level and (row["code"], int(row["first_year"])) not in known
        ]
        Division.objects.bulk_create(fresh, batch_size=500)
        current.update({division.code: division.pk for division in fresh if division.last_year is None})
        changed |= bool(fresh)
    if load_successors() or changed:
        Agency.objects.update()  # what the directory says of districts is read anew
    return len(rows)


def load_successors() -> int:
    """Bring the links from ended divisions to their successors to what the file says. Returns how many changed."""
    ids = {(code, year): pk for pk, code, year in Division.objects.values_list("pk", "code", "first_year")}
    through = Division.successors.through
    said = {
        (ids[row["code"], int(row["first_year"])], ids[row["successor"], int(row["successor_first_year"])])
        for row in read(SUCCESSORS)
    }
    known = {
        (old, new): pk for pk, old, new in through.objects.values_list("pk", "from_division", "to_division")
    }
    through.objects.filter(pk__in=[pk for pair, pk in known.items() if pair not in said]).delete()
    through.objects.bulk_create(
        [through(from_division_id=old, to_division_id=new) for old, new in sorted(said - known.keys())],
        batch_size=500,
    )
    return len(said ^ known.keys())


def read(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8") as lines:
        return list(csv.DictReader((line for line in lines if not line.startswith("#")), delimiter="\t"))

"""What is held about a person, to take along: one zip with a page to read, the data for programs, tables, and files."""

import json
import zipfile
from collections.abc import Collection
from datetime import datetime
from typing import IO

from django.template.loader import render_to_string
from django.utils import timezone

from portal.csv_file import as_csv
from portal.importing import inert
from portal.personal_data import Held

#: What is downloaded already is not held in memory beyond this.
IN_MEMORY = 5 * 1024 * 1024


def write(target: IO[bytes], held: Collection[Held], *, person: str, at: datetime | None = None) -> int:
    """Write the archive and return how many rows it holds. A file that is lost is left out and named in the page."""
    at = at or timezone.now()
    files, lost = {}, []
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for kind in held:
            for number, file in enumerate(kind.files, 1):
                name = f"files/{kind.code}-{number}-{file.name.rpartition('/')[2]}"
                try:
                    with file.open("rb") as content:
                        archive.writestr(name, content.read())
                except FileNotFoundError:
                    lost.append(name)
                else:
                    files.setdefault(kind.code, []).append(name)
            archive.writestr(f"tables/{kind.code}.csv", as_table(kind))
        archive.writestr(
            "data.json", json.dumps(as_json(held, person, at, files), ensure_ascii=False, indent=1)
        )
        archive.writestr(
            "index.html",
            render_to_string(
                "portal/personal_archive.html",
                {"held": held, "person": person, "at": at, "files": files, "lost": lost},
            ),
        )
    return sum(len(kind.rows) for kind in held)


def as_json(held: Collection[Held], person: str, at: datetime, files: dict[str, list[str]]) -> dict:
    return {
        "person": person,
        "at": at.isoformat(),
        "kinds": [
            {
                "code": kind.code,
                "title": str(kind.title),
                "purpose": str(kind.kind.purpose),
                "kept": str(kind.kind.kept),
                "when_the_account_is_closed": str(kind.kind.closing),
                "fields": dict(zip(kind.names, kind.headings, strict=True)),
                "rows": [dict(zip(kind.names, row, strict=True)) for row in kind.rows],
                "files": files.get(kind.code, []),
            }
            for kind in held
        ],
    }


def as_table(kind: Held) -> bytes:
    """What is held of one kind; no cell is read as a formula."""
    return as_csv([kind.headings, *(list(map(inert, row)) for row in kind.rows)])

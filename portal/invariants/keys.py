"""Every key leads to a row. PostgreSQL sees to that itself; a SQLite file can be written without it."""

from collections.abc import Iterator

from django.db import IntegrityError, connection


def findings() -> Iterator[str]:
    try:
        connection.check_constraints()
    except IntegrityError as broken:
        yield f"a key that leads nowhere: {str(broken).split(' contains')[0]}"

"""Changing the schema while the portal serves: nobody waits for a migration, and a migration waits for nobody for long.

PostgreSQL queues everybody behind a migration that waits for a lock. So `migrate` gives up after LOCK_TIMEOUT; nothing
has changed then, and it is started again. Indexes are built beside the traffic, where nobody waits for them, so they have
all the time that they need; one that was not finished is begun anew. docs/operations.md has the rules, and
tests/test_migrations.py holds new migrations against them.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connections
from django.db.migrations.operations import AddIndex
from django.db.models.signals import post_migrate, pre_migrate
from django.dispatch import receiver

LOCK_TIMEOUT = "2s"


@receiver(pre_migrate)
def wait_for_no_lock_for_long(sender, using, **kwargs):
    """Sent before the first migration is applied."""
    if connections[using].vendor == "postgresql":
        with connections[using].cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', %s, false)", [LOCK_TIMEOUT])


@receiver(post_migrate)
def wait_as_usual(sender, using, **kwargs):
    if connections[using].vendor == "postgresql":
        with connections[using].cursor() as cursor:
            cursor.execute("RESET lock_timeout")


@contextmanager
def as_long_as_it_takes(connection) -> Iterator[None]:
    """Wait for locks without end: for what waits for older transactions, but lets nobody wait behind itself."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('lock_timeout')")
        [before] = cursor.fetchone()
        cursor.execute("SELECT set_config('lock_timeout', '0', false)")
        try:
            yield
        finally:
            cursor.execute("SELECT set_config('lock_timeout', %s, false)", [before])


def is_valid(connection, table: str, index: str) -> bool | None:
    """Whether PostgreSQL uses this index of the table; False for one that was not finished, None where there is none."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indisvalid FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid "
            "WHERE indrelid = to_regclass(quote_ident(%s)) AND relname = %s",
            [table, index],
        )
        row = cursor.fetchone()
    return row and row[0]


class AddIndexWhileServing(AddIndex):
    """An index that PostgreSQL builds without holding up who writes. The migration says `atomic = False`."""

    atomic = False

    def describe(self):
        return f"{super().describe()} while serving"

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        if schema_editor.connection.vendor != "postgresql":
            super().database_forwards(app_label, schema_editor, from_state, to_state)
            return
        model = to_state.apps.get_model(app_label, self.model_name)
        if not self.allow_migrate_model(schema_editor.connection.alias, model):
            return
        with as_long_as_it_takes(schema_editor.connection):
            is_there = is_valid(schema_editor.connection, model._meta.db_table, self.index.name)
            if is_there is False:  # PostgreSQL leaves it behind when its building is interrupted
                schema_editor.remove_index(model, self.index, concurrently=True)
            if not is_there:  # or a migration that was killed before it was written down has built it
                schema_editor.add_index(model, self.index, concurrently=True)

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        if schema_editor.connection.vendor != "postgresql":
            super().database_backwards(app_label, schema_editor, from_state, to_state)
            return
        model = from_state.apps.get_model(app_label, self.model_name)
        if self.allow_migrate_model(schema_editor.connection.alias, model):
            with as_long_as_it_takes(schema_editor.connection):
                schema_editor.remove_index(model, self.index, concurrently=True)

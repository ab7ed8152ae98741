"""Changing the schema while the portal serves: nobody waits for a migration, and a migration waits for nobody for long.

PostgreSQL queues everybody behind a migration that waits for a lock. So `migrate` gives up after LOCK_TIMEOUT; nothing
has changed then, and it is started again. Indexes are built beside the traffic. docs/operations.md has the rules, and
tests/test_migrations.py holds new migrations against them.
"""

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
        if self.allow_migrate_model(schema_editor.connection.alias, model):
            schema_editor.add_index(model, self.index, concurrently=True)

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        if schema_editor.connection.vendor != "postgresql":
            super().database_backwards(app_label, schema_editor, from_state, to_state)
            return
        model = from_state.apps.get_model(app_label, self.model_name)
        if self.allow_migrate_model(schema_editor.connection.alias, model):
            schema_editor.remove_index(model, self.index, concurrently=True)

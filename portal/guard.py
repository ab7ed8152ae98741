"""Triggers by which the database itself keeps rows as they are, whatever a rule, a shell or the admin does.

A guard is declared beside what it guards (`Guard({"name": Watch(…)})`) and listened for in the app's `ready`. It is made
anew after each migration and taken down before it: SQLite loses triggers with a rebuilt table, and would stumble over
one that names a table that is gone for a moment. A refused change is an IntegrityError that carries the sentence.
"""

from typing import NamedTuple

from django.db import connections
from django.db.models.signals import post_migrate, pre_migrate

#: Condition of a change to this column, where null counts as a value. `IS NOT DISTINCT` has two spellings.
DIFFERS = {"sqlite": "IS NOT", "postgresql": "IS DISTINCT FROM"}

#: The guards of all apps.
LISTENING: list["Guard"] = []


class Watch(NamedTuple):
    """On which table and event (INSERT, UPDATE, DELETE) a change is refused, under which SQL condition, with which sentence.

    In the condition OLD and NEW are the row, and {differs} compares two values of which either may be null.
    """

    table: str
    event: str
    when: str
    sentence: str


class Guard:
    """The triggers of one concept. `needs` are tables that the conditions speak of besides those watched."""

    def __init__(self, watches: dict[str, Watch], needs: set[str] = frozenset()):
        self.watches = watches
        self.needs = {watch.table for watch in watches.values()} | needs

    def listen(self, app) -> None:
        """Called when the app is ready: from then on every `migrate` and every `flush` leaves the triggers in place."""
        LISTENING.append(self)
        pre_migrate.connect(self._before_migrate, sender=app, weak=False)
        post_migrate.connect(self._after_migrate, sender=app, weak=False)

    def install(self, using: str = "default") -> None:
        """Make the triggers, once for however often it is called. Before the tables exist there is nothing to guard."""
        connection = connections[using]
        with connection.cursor() as cursor:
            if not self.needs <= set(connection.introspection.table_names(cursor)):
                return
            self.remove(using)
            for name, watch in self.watches.items():
                for statement in statements(connection.vendor, name, watch):
                    cursor.execute(statement)

    def remove(self, using: str = "default") -> None:
        """Take the triggers down, for a migration or to show in a test what happens without them."""
        connection = connections[using]
        with connection.cursor() as cursor:
            tables = connection.introspection.table_names(cursor)
            for name, watch in self.watches.items():
                if watch.table in tables:
                    on = f" ON {watch.table}" if connection.vendor == "postgresql" else ""
                    cursor.execute(f"DROP TRIGGER IF EXISTS {name}{on}")

    def _after_migrate(self, sender, using, **kwargs):
        self.install(using)

    def _before_migrate(self, sender, using, **kwargs):
        self.remove(using)


def statements(vendor: str, name: str, watch: Watch) -> list[str]:
    """The SQL of one trigger on this kind of database. PostgreSQL asks other tables in a function only."""
    when = watch.when.replace("{differs}", DIFFERS[vendor])
    if vendor == "sqlite":
        return [
            f"CREATE TRIGGER {name} BEFORE {watch.event} ON {watch.table} WHEN {when} "
            f"BEGIN SELECT RAISE(ABORT, '{watch.sentence}'); END"
        ]
    return [
        f"""CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF {when} THEN
                RAISE EXCEPTION '{watch.sentence}' USING ERRCODE = 'check_violation';
            END IF;
            RETURN COALESCE(NEW, OLD);
        END $$""",
        f"CREATE TRIGGER {name} BEFORE {watch.event} ON {watch.table} FOR EACH ROW EXECUTE FUNCTION {name}()",
    ]

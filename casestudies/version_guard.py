"""The database keeps published texts as they were: neither a version nor the revision under it can be written anew.

Made anew after each migration, because SQLite loses triggers with a rebuilt table. Deleting a whole case is allowed.
"""

from django.db import connections

SENTENCE = "a published version does not change"
#: Trigger: table, condition.
WATCHED = {
    "version_guard_version": ("casestudies_caseversion", "1 = 1"),
    "version_guard_text": (
        "wagtailcore_revision",
        "{differs} AND EXISTS (SELECT 1 FROM casestudies_caseversion AS kept WHERE kept.revision_id = OLD.id)",
    ),
}
DIFFERS = {
    "sqlite": "OLD.content IS NOT NEW.content",
    "postgresql": "OLD.content IS DISTINCT FROM NEW.content",
}


def install(using: str = "default") -> None:
    """Make the triggers, once for however often it is called. Before the tables exist there is nothing to guard."""
    connection = connections[using]
    with connection.cursor() as cursor:
        if not {table for table, _condition in WATCHED.values()} <= set(
            connection.introspection.table_names(cursor)
        ):
            return
        remove(using)
        for name, (table, condition) in WATCHED.items():
            when = condition.format(differs=DIFFERS[connection.vendor])
            for statement in statements(connection.vendor, name, table, when):
                cursor.execute(statement)


def statements(vendor: str, name: str, table: str, when: str) -> list[str]:
    """The SQL of one trigger on this kind of database. PostgreSQL asks other tables in a function only."""
    if vendor == "sqlite":
        return [
            f"CREATE TRIGGER {name} BEFORE UPDATE ON {table} WHEN {when} "
            f"BEGIN SELECT RAISE(ABORT, '{SENTENCE}'); END"
        ]
    return [
        f"""CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF {when} THEN
                RAISE EXCEPTION '{SENTENCE}' USING ERRCODE = 'check_violation';
            END IF;
            RETURN NEW;
        END $$""",
        f"CREATE TRIGGER {name} BEFORE UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()",
    ]


def remove(using: str = "default") -> None:
    """Take the triggers down, for a migration or to show in a test what happens without them."""
    connection = connections[using]
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        for name, (table, _condition) in WATCHED.items():
            if table in tables:
                on = f" ON {table}" if connection.vendor == "postgresql" else ""
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}{on}")


def after_migrate(sender, using, **kwargs):
    install(using)


def before_migrate(sender, using, **kwargs):
    remove(using)

"""The database itself keeps an owner in every claimed agency, whatever a rule, a shell or an import does.

"Claimed" is `claimed_at` set and the entry neither withdrawn nor merged; an owner counts while membership and account
are both active. Triggers on memberships, accounts and agencies refuse the change that would break this, with an
IntegrityError. They are made anew after every `migrate`, and taken down before it, because SQLite rebuilds tables to
change them and would stumble over triggers that name one that is gone for a moment.

PostgreSQL judges at commit and holds the agency while it does, so two owners who leave at the same moment cannot both
get through even where no rule locked anything. SQLite judges each row at once: make the new owner first, then let the
old one go. Two things SQLite leaves to `refuse_to_delete_the_last_owner`, which listens to the ORM: deleting a
membership, because a flush of the test database deletes row by row in any order, and adding an agency that is claimed
already, because its memberships can only come after it.
"""

from django.db import IntegrityError, connections

from orgs.models import Agency, Membership, Role

SENTENCE = "a claimed agency has an active owner"

OWNED = """EXISTS (
    SELECT 1 FROM orgs_membership JOIN orgs_user ON orgs_user.id = orgs_membership.user_id
    WHERE orgs_membership.agency_id = {agency} AND orgs_membership.role = 'owner'
        AND orgs_membership.status = 'active' AND orgs_user.is_active
)"""
CLAIMED = "{row}claimed_at IS NOT NULL AND {row}status NOT IN ('withdrawn', 'merged')"

#: Which change makes the database look: table, event, and the condition on the row before and after.
WATCHED = {
    "owner_guard_role": (
        "orgs_membership",
        "UPDATE OF role, status, user_id, agency_id",
        "OLD.role = 'owner' AND OLD.status = 'active'",
    ),
    "owner_guard_account": ("orgs_user", "UPDATE OF is_active", "OLD.is_active AND NOT NEW.is_active"),
    "owner_guard_claim": (
        "orgs_agency",
        "UPDATE OF claimed_at, status",
        CLAIMED.format(row="NEW.") + " AND (OLD.claimed_at IS NULL OR OLD.status IN ('withdrawn', 'merged'))",
    ),
}
#: On PostgreSQL only: see above.
WATCHED_AT_COMMIT = {
    "owner_guard_gone": (
        "orgs_membership",
        "DELETE",
        "OLD.role = 'owner' AND OLD.status = 'active'",
    ),
    "owner_guard_new": ("orgs_agency", "INSERT", CLAIMED.format(row="NEW.")),
}
#: The agencies that a changed row is about.
AGENCIES_OF = {
    "orgs_membership": "SELECT OLD.agency_id",
    "orgs_user": "SELECT agency_id FROM orgs_membership WHERE user_id = NEW.id AND role = 'owner'",
    "orgs_agency": "SELECT NEW.id",
}


def install(using: str = "default") -> None:
    """Make the triggers, once for however often it is called. Before the tables exist there is nothing to guard."""
    connection = connections[using]
    with connection.cursor() as cursor:
        if not is_ready(connection, cursor):
            return
        remove(using)
        for statement in statements(connection.vendor):
            cursor.execute(statement)


def remove(using: str = "default") -> None:
    """Take the triggers down, for a migration or to show in a test what happens without them."""
    connection = connections[using]
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        for name, (table, *_rest) in {**WATCHED, **WATCHED_AT_COMMIT}.items():
            if table in tables:
                on = f" ON {table}" if connection.vendor == "postgresql" else ""
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}{on}")


def is_ready(connection, cursor) -> bool:
    """Whether the tables have come as far as the columns that are watched."""
    tables = set(connection.introspection.table_names(cursor))
    if not {table for table, *_rest in WATCHED.values()} <= tables:
        return False
    columns = connection.introspection.get_table_description(cursor, "orgs_agency")
    return "claimed_at" in {column.name for column in columns}


def statements(vendor: str) -> list[str]:
    """The SQL that makes the triggers on this kind of database."""
    if vendor == "sqlite":
        return [on_sqlite(name, *watched) for name, watched in WATCHED.items()]
    functions = [function_on_postgresql(table) for table in AGENCIES_OF]
    triggers = {**WATCHED, **WATCHED_AT_COMMIT}
    return functions + [on_postgresql(name, *watched) for name, watched in triggers.items()]


def on_sqlite(name: str, table: str, event: str, condition: str) -> str:
    return f"""CREATE TRIGGER {name} AFTER {event} ON {table} WHEN {condition}
    BEGIN
        SELECT RAISE(ABORT, '{SENTENCE}') FROM orgs_agency AS agency
        WHERE agency.id IN ({AGENCIES_OF[table]}) AND {CLAIMED.format(row="agency.")}
            AND NOT {OWNED.format(agency="agency.id")};
    END"""


def on_postgresql(name: str, table: str, event: str, condition: str) -> str:
    return f"""CREATE CONSTRAINT TRIGGER {name} AFTER {event} ON {table} DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN ({condition}) EXECUTE FUNCTION owner_guard_{table}()"""


def function_on_postgresql(table: str) -> str:
    """Holds each agency in the order of its number, then looks again: what others committed meanwhile counts."""
    return f"""CREATE OR REPLACE FUNCTION owner_guard_{table}() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE held bigint;
    BEGIN
        FOR held IN SELECT id FROM orgs_agency WHERE id IN ({AGENCIES_OF[table]}) ORDER BY id FOR NO KEY UPDATE
        LOOP
            IF EXISTS (SELECT 1 FROM orgs_agency WHERE id = held AND {CLAIMED.format(row="")})
                AND NOT {OWNED.format(agency="held")}
            THEN
                RAISE EXCEPTION '{SENTENCE}' USING ERRCODE = 'check_violation';
            END IF;
        END LOOP;
        RETURN NULL;
    END $$"""


def ownerless():
    """The agencies that break the invariant. There are none while the guard stands; for tests and for a look."""
    owners = Membership.objects.active().filter(role=Role.OWNER)
    return (
        Agency.objects.exclude(claimed_at=None)
        .exclude(status__in=(Agency.Status.WITHDRAWN, Agency.Status.MERGED))
        .exclude(pk__in=owners.values("agency"))
    )


def after_migrate(sender, using, **kwargs):
    install(using)


def before_migrate(sender, using, **kwargs):
    remove(using)


def refuse_to_delete_the_last_owner(sender, instance, using, origin=None, **kwargs):
    """A membership goes with its agency, but not alone where it leaves a claimed agency without an owner.

    Raises IntegrityError, as the database does; the deletion is then rolled back.
    """
    if getattr(origin, "model", type(origin)) is Agency:
        return
    if ownerless().using(using).filter(pk=instance.agency_id).exists():
        raise IntegrityError(SENTENCE)

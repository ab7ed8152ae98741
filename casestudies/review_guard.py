"""The database keeps reviews independent and as they were handed in, whatever a rule, a shell or the admin does.

Nobody becomes or stays a reviewer of a case of an agency to which they belong (`casestudies.conflict` says more, with
sentences), and a review that was handed in does not change. Made anew after each migration, as SQLite loses triggers.
"""

from django.db import connections

KEPT = "a review that was handed in does not change"
INDEPENDENT = "nobody reviews a case of their own agency"

TIED = """NEW.user_id IS NOT NULL AND NEW.status IN ('invited', 'accepted', 'handed_in') AND EXISTS (
    SELECT 1 FROM orgs_membership AS belongs
    JOIN casestudies_reviewround AS asked ON asked.id = NEW.round_id
    JOIN casestudies_casestudy AS told ON told.id = asked.case_id
    WHERE belongs.user_id = NEW.user_id AND belongs.status <> 'left' AND (
        belongs.agency_id = told.agency_id
        OR belongs.agency_id IN (SELECT agency_id FROM casestudies_cowriting WHERE case_id = told.id)
        OR belongs.agency_id IN (SELECT agency_id FROM casestudies_casepartner WHERE case_id = told.id)
    )
)"""
HANDED_IN = "EXISTS (SELECT 1 FROM casestudies_review AS kept WHERE kept.id = OLD.review_id AND kept.handed_in_at IS NOT NULL)"
#: Trigger: table, event, condition, sentence.
WATCHED = {
    "review_guard_asked": ("casestudies_reviewassignment", "INSERT", TIED, INDEPENDENT),
    "review_guard_answered": (
        "casestudies_reviewassignment",
        "UPDATE",
        f"(NEW.status <> OLD.status OR NEW.user_id <> OLD.user_id) AND {TIED}",
        INDEPENDENT,
    ),
    "review_guard_review": ("casestudies_review", "UPDATE", "OLD.handed_in_at IS NOT NULL", KEPT),
    "review_guard_comment": ("casestudies_reviewcomment", "UPDATE", HANDED_IN, KEPT),
}


def install(using: str = "default") -> None:
    """Make the triggers, once for however often it is called. Before the tables exist there is nothing to guard."""
    connection = connections[using]
    with connection.cursor() as cursor:
        needed = {table for table, *_rest in WATCHED.values()} | {"orgs_membership"}
        if not needed <= set(connection.introspection.table_names(cursor)):
            return
        remove(using)
        for name, watched in WATCHED.items():
            for statement in statements(connection.vendor, name, *watched):
                cursor.execute(statement)


def statements(vendor: str, name: str, table: str, event: str, when: str, sentence: str) -> list[str]:
    """The SQL of one trigger on this kind of database."""
    if vendor == "sqlite":
        return [
            f"CREATE TRIGGER {name} BEFORE {event} ON {table} WHEN {when} "
            f"BEGIN SELECT RAISE(ABORT, '{sentence}'); END"
        ]
    return [
        f"""CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF {when} THEN
                RAISE EXCEPTION '{sentence}' USING ERRCODE = 'check_violation';
            END IF;
            RETURN NEW;
        END $$""",
        f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()",
    ]


def remove(using: str = "default") -> None:
    """Take the triggers down, for a migration or to show in a test what happens without them."""
    connection = connections[using]
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        for name, (table, *_rest) in WATCHED.items():
            if table in tables:
                on = f" ON {table}" if connection.vendor == "postgresql" else ""
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}{on}")


def after_migrate(sender, using, **kwargs):
    install(using)


def before_migrate(sender, using, **kwargs):
    remove(using)

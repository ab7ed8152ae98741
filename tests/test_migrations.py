"""New migrations let the old program go on beside the new schema, and hold nobody up: held here, one by one.

A migration that must break a rule says why in `while_serving = "the reason"` of its class.
"""

import re
import time
from contextlib import contextmanager
from threading import Event, Thread
from types import SimpleNamespace

import psycopg
import pytest
from django.db import OperationalError, connection, migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ModelState, ProjectState

from portal import migrating
from portal.migrating import AddIndexWhileServing
from tests.portal.test_worker import database_url

#: The last migration of each app that was written before there was a portal to be kept running.
BEFORE = {"portal": 7, "orgs": 16, "events": 17, "casestudies": 17}
LEAST_REASON = 20  # characters


def new_migrations():
    """Each new migration with the state of the models before it."""
    loader = MigrationLoader(None)
    for (app, name), migration in sorted(loader.disk_migrations.items()):
        if app in BEFORE and int(re.match(r"\d+", name)[0]) > BEFORE[app]:
            yield migration, loader.project_state((app, name), at_end=False)


def breaches(migration, state: ProjectState) -> list[str]:
    """What the migration does that a running portal would feel. Changes `state` to what it is afterwards."""
    if len(getattr(migration, "while_serving", "")) >= LEAST_REASON:
        return []
    found, made_here = [], set()
    for operation in migration.operations:
        is_new = getattr(operation, "model_name_lower", None) in made_here
        if isinstance(operation, migrations.CreateModel):
            made_here.add(operation.name_lower)
        elif not is_new:
            found += [
                f"{migration.app_label}.{migration.name}: {what}"
                for what in breach(operation, migration, state)
            ]
        operation.state_forwards(migration.app_label, state)
    return found


def breach(operation, migration, state: ProjectState):
    if isinstance(operation, migrations.DeleteModel | migrations.RenameModel | migrations.AlterModelTable):
        yield f"{operation.describe()}: the program that still runs asks for the old table. Drop it one release later."
    elif isinstance(operation, migrations.RemoveField | migrations.RenameField):
        yield f"{operation.describe()}: the program that still runs asks for the old column. Drop it one release later."
    elif isinstance(operation, migrations.AddField):
        field = operation.field
        if not (field.null or field.many_to_many or field.has_db_default()):
            yield f"{operation.describe()}: the program that still runs does not fill it. Give it a db_default."
        if field.unique or (getattr(field, "db_index", False) and not field.is_relation):
            yield f"{operation.describe()}: whoever writes waits for its index. Add it bare, then AddIndexWhileServing."
    elif isinstance(operation, migrations.AlterField):
        yield from altered(operation, migration, state)
    elif isinstance(operation, migrations.AddIndex) and not isinstance(operation, AddIndexWhileServing):
        yield f"{operation.describe()}: whoever writes waits for it. Use portal.migrating.AddIndexWhileServing."
    elif isinstance(operation, migrations.AddConstraint | migrations.AlterUniqueTogether):
        yield f"{operation.describe()}: every row is looked at while nobody writes, and the old program may break it."
    elif isinstance(operation, migrations.RunSQL):
        yield f"{operation.describe()}: nobody can tell what it does to a running portal. Say why it is harmless."
    elif isinstance(operation, migrations.SeparateDatabaseAndState):
        for one in operation.database_operations:
            yield from breach(one, migration, state)
    elif isinstance(operation, AddIndexWhileServing) and migration.atomic:
        yield f"{operation.describe()}: say atomic = False in the migration."


def altered(operation, migration, state: ProjectState):
    before = state.models[migration.app_label, operation.model_name_lower].fields[operation.name]
    after = operation.field
    if kind_of(before) != kind_of(after):
        yield f"{operation.describe()}: another type writes the table anew. Add a column and copy."
    if before.null and not after.null and not after.has_db_default():
        yield f"{operation.describe()}: the program that still runs writes NULL. Give it a db_default first."
    if getattr(after, "db_index", False) and not getattr(before, "db_index", False) and not after.unique:
        yield f"{operation.describe()}: whoever writes waits for the index. Use AddIndexWhileServing."
    if after.unique and not before.unique:
        yield f"{operation.describe()}: every row is looked at while nobody writes, and the old program may break it."
    shorter, longer = (getattr(field, "max_length", None) for field in (after, before))
    if shorter and longer and shorter < longer:
        yield f"{operation.describe()}: what is longer is refused. Clean it up in a release before."


def kind_of(field) -> str:
    return field.get_internal_type()


def test_new_migrations_let_the_portal_go_on():
    assert [what for migration, state in new_migrations() for what in breaches(migration, state)] == []


# -- The linter itself ------------------------------------------------------------------------------------------------


def lint(*operations, **attributes) -> list[str]:
    """What the linter says of a migration of a table that has been there for long."""
    state = ProjectState()
    fields = [
        ("id", models.AutoField(primary_key=True)),
        ("name", models.CharField(max_length=50, null=True)),
    ]
    state.add_model(ModelState("events", "Thing", fields))
    migration = type("Migration", (migrations.Migration,), {"operations": list(operations), **attributes})
    return breaches(migration("0099_x", "events"), state)


NAMED = models.CheckConstraint(condition=~models.Q(name=""), name="a_thing_has_a_name")
INDEX = models.Index(fields=["name"], name="by_name")


@pytest.mark.parametrize(
    ("operation", "word"),
    [
        (migrations.DeleteModel("Thing"), "one release later"),
        (migrations.RenameModel("Thing", "Other"), "one release later"),
        (migrations.AlterModelTable("Thing", "other"), "one release later"),
        (migrations.RemoveField("Thing", "name"), "one release later"),
        (migrations.RenameField("Thing", "name", "title"), "one release later"),
        (migrations.AddField("Thing", "size", models.IntegerField(default=0)), "Give it a db_default"),
        (migrations.AlterField("Thing", "name", models.TextField(null=True)), "another type"),
        (migrations.AlterField("Thing", "name", models.CharField(max_length=50)), "writes NULL"),
        (migrations.AlterField("Thing", "name", models.CharField(max_length=20, null=True)), "is longer"),
        (
            migrations.AlterField("Thing", "name", models.CharField(max_length=50, null=True, db_index=True)),
            "index",
        ),
        (migrations.AddIndex("Thing", INDEX), "AddIndexWhileServing"),
        (migrations.AddConstraint("Thing", NAMED), "every row"),
        (migrations.AlterUniqueTogether("Thing", {("name",)}), "every row"),
        (
            migrations.AlterField("Thing", "name", models.CharField(max_length=50, null=True, unique=True)),
            "every row",
        ),
        (migrations.AddField("Thing", "size", models.IntegerField(null=True, db_index=True)), "its index"),
        (migrations.RunSQL("DROP TABLE events_thing"), "nobody can tell"),
        (
            migrations.SeparateDatabaseAndState(
                database_operations=[migrations.RemoveField("Thing", "name")]
            ),
            "one release later",
        ),
        (AddIndexWhileServing("Thing", INDEX), "atomic = False"),
    ],
)
def test_what_a_running_portal_would_feel_is_found_unless_a_reason_stands_there(operation, word):
    [said] = lint(operation)
    assert "events.0099_x" in said
    assert word in said
    assert lint(operation, while_serving="nobody has ever written to this table") == []
    assert len(lint(operation, while_serving="because")) == 1


@pytest.mark.parametrize(
    "operation",
    [
        migrations.CreateModel("New", [("id", models.AutoField(primary_key=True))]),
        migrations.AddField("Thing", "size", models.IntegerField(null=True)),
        migrations.AddField("Thing", "size", models.IntegerField(default=0, db_default=0)),
        migrations.AlterField("Thing", "name", models.CharField("another label", max_length=80, null=True)),
        migrations.RunPython(migrations.RunPython.noop),
    ],
)
def test_what_nobody_feels_is_fine(operation):
    assert lint(operation) == []


def test_a_table_that_is_made_here_may_be_given_all_it_needs():
    made = migrations.CreateModel("New", [("id", models.AutoField(primary_key=True))])
    assert (
        lint(
            made,
            migrations.AddField("New", "size", models.IntegerField(default=0)),
            migrations.AddIndex("New", models.Index(fields=["size"], name="by_size")),
        )
        == []
    )
    assert lint(AddIndexWhileServing("Thing", INDEX), atomic=False) == []


# -- PostgreSQL -------------------------------------------------------------------------------------------------------


def lock_timeout() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SHOW lock_timeout")
        return cursor.fetchone()[0]


@pytest.mark.django_db
def test_a_migration_waits_two_seconds_for_a_lock_and_whoever_comes_after_it_as_usual():
    if connection.vendor != "postgresql":
        assert migrating.wait_for_no_lock_for_long(sender=None, using="default") is None
        pytest.skip("only PostgreSQL locks tables one by one")
    usual = lock_timeout()
    migrating.wait_for_no_lock_for_long(sender=None, using="default")
    assert lock_timeout() == "2s"
    migrating.wait_as_usual(sender=None, using="default")
    assert lock_timeout() == usual


@pytest.fixture
def table(django_db_setup, django_db_blocker):
    """A table on PostgreSQL, without a transaction of the test around it, and what builds its index."""
    if connection.vendor != "postgresql":
        pytest.skip("only PostgreSQL builds an index beside the traffic")
    with django_db_blocker.unblock():
        yield from table_to_index()
        connection.close()


def table_to_index():
    ours, theirs = connection.copy(), psycopg.connect(database_url(), autocommit=True)
    before, after = ProjectState(), ProjectState()
    fields = [("id", models.AutoField(primary_key=True)), ("name", models.TextField())]
    for state in (before, after):
        state.add_model(ModelState("events", "Thing", fields, options={"db_table": "thing_to_index"}))
    operation = AddIndexWhileServing("Thing", INDEX)
    operation.state_forwards("events", after)

    def build():
        with ours.schema_editor(atomic=False) as editor:
            operation.database_forwards("events", editor, before, after)

    def take_down():
        with ours.schema_editor(atomic=False) as editor:
            operation.database_backwards("events", editor, after, before)

    with ours.schema_editor() as editor:
        editor.create_model(before.apps.get_model("events", "Thing"))
    try:
        yield SimpleNamespace(
            build=build, take_down=take_down, ours=ours, theirs=theirs, name="thing_to_index"
        )
    finally:
        theirs.close()
        with ours.cursor() as cursor:
            cursor.execute("DROP TABLE thing_to_index")
            cursor.execute("RESET lock_timeout")  # the pool keeps the connection
        ours.close()


def interrupted(table) -> None:
    """As a program that waited two seconds for somebody's transaction left it: built in part, and never used."""
    with transaction_of_somebody(table), table.ours.cursor() as cursor:
        cursor.execute("SET lock_timeout = '100ms'")
        with pytest.raises(OperationalError, match="lock timeout"):
            cursor.execute("CREATE INDEX CONCURRENTLY by_name ON thing_to_index (name)")
    assert migrating.is_valid(table.ours, table.name, "by_name") is False


@contextmanager
def transaction_of_somebody(table):
    with table.theirs.transaction():
        table.theirs.execute("INSERT INTO thing_to_index (name) VALUES ('x')")
        yield


def test_an_index_that_was_not_finished_is_built_anew_and_one_that_is_there_stays(table):
    interrupted(table)
    table.build()
    assert migrating.is_valid(table.ours, table.name, "by_name") is True
    table.build()  # killed before the migration was written down
    table.take_down()
    assert migrating.is_valid(table.ours, table.name, "by_name") is None


def test_an_index_waits_for_a_transaction_longer_than_other_migrations_and_they_as_before(table):
    with table.ours.cursor() as cursor:
        cursor.execute("SET lock_timeout = '100ms'")
    is_open = Event()

    def somebody():
        with transaction_of_somebody(table):
            is_open.set()
            time.sleep(1)

    other = Thread(target=somebody)
    other.start()
    assert is_open.wait(30)
    table.build()
    other.join()
    assert migrating.is_valid(table.ours, table.name, "by_name") is True
    with table.ours.cursor() as cursor:
        cursor.execute("SHOW lock_timeout")
        assert cursor.fetchone() == ("100ms",)

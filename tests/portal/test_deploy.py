"""What an administrator is handed: it names only what exists, and says everything that is needed."""

import os
import re
import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import get_commands
from django.db import connection

from portal import doctor
from portal.backup.taking import ASKED
from tests import composed, proxy
from tests.composed import COMPOSE
from tests.portal.backup.installation import Installation

ROOT = Path(settings.BASE_DIR)
OPERATIONS = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
UNITS = sorted((ROOT / "deploy" / "systemd").iterdir())
NGINX = (ROOT / "deploy" / "nginx.conf").read_text()
SETTINGS = (ROOT / "portal" / "settings.py").read_text(encoding="utf-8")


def commands_in(text: str) -> set[str]:
    return set(re.findall(r"manage\.py ([a-z_]+)", text))


#: A command may stand as a list of words.
COMPOSE_WORDS = "\n".join(
    command if isinstance(command, str) else " ".join(command)
    for service in COMPOSE["services"].values()
    if (command := service.get("command"))
)


@pytest.mark.parametrize("text", [OPERATIONS, *(unit.read_text() for unit in UNITS), COMPOSE_WORDS])
def test_every_command_that_is_named_exists(text):
    assert sorted(commands_in(text) - get_commands().keys()) == []


def test_the_commands_of_every_service_are_read():
    assert {"migrate", "worker"} <= commands_in(COMPOSE_WORDS)


def test_what_the_doctor_advises_exists():
    source = Path(doctor.__file__).read_text(encoding="utf-8")
    assert sorted(commands_in(source) - get_commands().keys()) == []
    units = {unit.name.removesuffix(".service") for unit in UNITS}
    named = set(re.findall(r"tongxing-[a-z]+(?:\.timer)?", source))
    assert sorted(named - units) == []


def test_the_example_holds_what_production_asks_for_and_no_unknown_name():
    names = set(re.findall(r"^#?([A-Z_]+)=", (ROOT / "deploy" / "example.env").read_text(), re.MULTILINE))
    known = set(ASKED.findall(SETTINGS)) | composed.SECRETS.keys() | {"BACKUP_PASSPHRASE"}
    assert sorted(names - known) == []
    demanded = set(re.findall(r'\bsetting\(\s*"([A-Z_]+)"', SETTINGS))
    assert sorted(demanded - names) == []


def test_nothing_but_the_proxy_is_reached_from_outside():
    outside = {
        name
        for name, service in COMPOSE["services"].items()
        for port in service.get("ports", [])
        if not str(port).startswith("127.0.0.1:")
    }
    assert outside == {"proxy"}


def test_everything_that_the_portal_needs_starts_in_order():
    services = COMPOSE["services"]
    assert {"web", "worker", "migrate", "database", "proxy"} <= services.keys()
    assert services["web"]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}
    assert services["proxy"]["depends_on"]["web"] == {"condition": "service_healthy", "restart": True}
    assert [name for name, one in services.items() if "profiles" in one] == ["opensearch", "elasticsearch"]


def test_no_secret_stands_in_what_is_handed_out():
    example = (ROOT / "deploy" / "example.env").read_text()
    for name in ("SECRET_KEY", *composed.SECRETS, "BACKUP_PASSPHRASE", "METRICS_TOKEN"):
        assert re.search(rf"^{name}=$", example, re.MULTILINE), name


def test_the_proxy_replaces_what_the_portal_believes_and_keeps_probes_inside():
    for header in (
        "Host $host",
        "X-Forwarded-Proto $scheme",
        "X-Forwarded-For $remote_addr",
        "X-Request-ID $request_id",
    ):
        assert f"proxy_set_header {header};" in NGINX
    assert "location = /metrics { return 404; }" in NGINX
    private = NGINX[NGINX.index("location /private/") :]
    assert private[: private.index("}")].count("internal;") == 1
    assert "$request_uri" not in NGINX[NGINX.index("log_format") : NGINX.index("access_log")]


def test_nginx_reads_its_settings(tmp_path):
    file = proxy.settings_in(tmp_path, upstream=8000)
    done = subprocess.run([proxy.find(), "-t", "-c", str(file)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_systemd_reads_its_units(tmp_path):
    if not (systemd := shutil.which("systemd-analyze")):
        pytest.skip("systemd is not installed here")
    for unit in UNITS:
        here = unit.read_text().replace("/srv/tongxing/app/.venv/bin", str(Path(sys.executable).parent))
        (tmp_path / unit.name).write_text(here)
    units = sorted(str(path) for path in tmp_path.iterdir())
    done = subprocess.run([systemd, "verify", *units], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_what_dumps_the_database_is_as_new_as_the_database():
    """pg_dump refuses a server that is newer than itself; the image has that of its Debian."""
    of_debian = {"bookworm": 15, "trixie": 17}
    release = re.search(r"^FROM python:\S+-(\w+)$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)[1]
    server = COMPOSE["services"]["database"]["image"]
    assert int(re.search(r"postgres:(\d+)", server)[1]) <= of_debian[release]


def test_every_volume_and_part_that_is_named_is_there():
    services = COMPOSE["services"]
    for name, service in services.items():
        assert "image" in service or "build" in service, name
        assert service.get("depends_on", {}).keys() <= services.keys()
        for volume in service.get("volumes", []):
            source = volume.partition(":")[0]
            assert source.startswith((".", "$")) or source in COMPOSE["volumes"], volume
    used = {volume.partition(":")[0] for one in services.values() for volume in one.get("volumes", [])}
    assert COMPOSE["volumes"].keys() <= used


def test_the_portals_own_account_of_the_database_cannot_change_tables(db):
    """deploy/roles.sql, done to a schema of this test, and tried as that account. All is undone with the transaction."""
    if connection.vendor != "postgresql":
        pytest.skip("only PostgreSQL has accounts")
    statements = [
        "CREATE ROLE test_owner",
        "CREATE ROLE test_web",
        "CREATE SCHEMA of_test AUTHORIZATION test_owner",
        "SET LOCAL ROLE test_owner",
        "CREATE TABLE of_test.thing (id serial PRIMARY KEY, name text)",
        "RESET ROLE",
    ]
    roles = re.sub(r"--.*", "", (ROOT / "deploy" / "roles.sql").read_text())
    roles = (
        roles.replace(':"web"', "test_web")
        .replace(':"owner"', "test_owner")
        .replace("SCHEMA public", "SCHEMA of_test")
    )
    statements += [one.strip() for one in roles.split(";") if one.strip()]
    statements += [
        "SET LOCAL ROLE test_owner",
        "CREATE TABLE of_test.later (id serial PRIMARY KEY)",
        "RESET ROLE",
    ]
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
        for may in (
            "INSERT INTO of_test.thing (name) VALUES ('x')",
            "UPDATE of_test.thing SET name = 'y'",
            "DELETE FROM of_test.thing",
            "INSERT INTO of_test.later DEFAULT VALUES",
        ):
            assert is_allowed(cursor, may), may
        for must_not in (
            "CREATE TABLE of_test.other (id int)",
            "ALTER TABLE of_test.thing ADD COLUMN evil text",
            "DROP TABLE of_test.thing",
            "TRUNCATE of_test.thing",
            "CREATE INDEX ON of_test.thing (name)",
        ):
            assert not is_allowed(cursor, must_not), must_not


def is_allowed(cursor, statement: str) -> bool:
    """Whether the portal's own account may; what it did stays."""
    cursor.execute("SAVEPOINT a_try")
    try:
        cursor.execute("SET LOCAL ROLE test_web")
        cursor.execute(statement)
    except Exception:
        cursor.execute("ROLLBACK TO SAVEPOINT a_try")
        return False
    cursor.execute("RESET ROLE")
    return True


# -- The accounts of compose.yaml -------------------------------------------------------------------------------------


def test_each_service_has_the_account_of_the_database_that_it_needs_and_no_other():
    owners, webs = (
        f"postgres://{account}:{password}@database/tongxing"
        for account, password in (("tongxing_owner", "ofTheOwner"), ("tongxing", "ofTheWeb"))
    )
    asked = {
        name: url for name in COMPOSE["services"] if (url := composed.environment(name).get("DATABASE_URL"))
    }
    assert asked == {"migrate": owners, "web": webs, "worker": webs}
    for name in ("web", "worker"):
        assert composed.SECRETS["POSTGRES_OWNER_PASSWORD"] not in composed.environment(name).values()


@pytest.fixture(scope="module")
def database(django_db_setup):
    """The database of compose.yaml when `docker compose up` has started it, and `migrate` has ended."""
    if connection.vendor != "postgresql" or "TEST_DATABASE_URL" in os.environ:
        pytest.skip("no PostgreSQL of our own")
    with composed.database("max_connections=100") as database:
        migrate(database)
        yield database


def migrate(database) -> None:
    environment = {**os.environ, "DATABASE_URL": database.url("migrate")}
    for command in ("migrate", "setup_portal"):
        subprocess.run([sys.executable, "manage.py", command], cwd=ROOT, env=environment, check=True)


@pytest.fixture
def web(database):
    with psycopg.connect(database.url("web"), autocommit=True) as web:
        yield web


def tables_of(web) -> list[str]:
    """Every table of the database, whoever made it."""
    named = web.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename")
    return [name for (name,) in named]


def cannot_be_worked_with(web) -> list[str]:
    """The tables of which this account may not read, add, change and delete rows."""
    kept = []
    for table in tables_of(web):
        with suppress(psycopg.errors.InsufficientPrivilege):
            web.execute(f'SELECT count(*) FROM "{table}"')
            web.execute(f'INSERT INTO "{table}" SELECT * FROM "{table}" LIMIT 0')
            web.execute(f'UPDATE "{table}" SET "{first_column(web, table)}" = DEFAULT WHERE false')
            web.execute(f'DELETE FROM "{table}" WHERE false')
            kept.append(table)
    return sorted(set(tables_of(web)) - set(kept))


def first_column(web, table: str) -> str:
    return web.execute(f'SELECT * FROM "{table}" LIMIT 0').description[0].name


def test_with_compose_the_portals_account_works_with_the_rows_of_every_table(web):
    assert {model._meta.db_table for model in apps.get_models()} <= set(tables_of(web))
    assert cannot_be_worked_with(web) == []


def test_with_compose_the_portals_account_can_change_no_table_and_is_no_superuser(database, web):
    [rights] = web.execute(
        "SELECT rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls FROM pg_roles "
        "WHERE rolname = current_user"
    )
    assert not any(rights)
    for must_not in (
        "CREATE TABLE other (id int)",
        "CREATE SCHEMA other",
        "CREATE TABLE orgs_user_too AS SELECT * FROM orgs_user",
        "CREATE INDEX ON orgs_user (email)",
        "CREATE OR REPLACE FUNCTION public.evil() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "ALTER TABLE orgs_user ADD COLUMN evil text",
        "ALTER TABLE orgs_user DISABLE TRIGGER ALL",
        "DROP TABLE orgs_user CASCADE",
        "DROP SCHEMA public CASCADE",
        "DROP DATABASE tongxing WITH (FORCE)",
        "TRUNCATE orgs_user CASCADE",
        "SET ROLE tongxing_owner",
        "SET session_replication_role = replica",
        "ALTER ROLE tongxing SUPERUSER",
        "COPY (SELECT 1) TO PROGRAM 'true'",
        "SELECT pg_read_file('/etc/passwd')",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            web.execute(must_not)


def test_with_compose_nobody_is_the_superuser_from_another_container(database):
    with psycopg.connect(database.administrators) as admin:
        with_password = admin.execute(
            "SELECT rolname FROM pg_authid WHERE rolcanlogin AND rolpassword IS NOT NULL ORDER BY rolname"
        ).fetchall()
        superusers = admin.execute("SELECT rolname FROM pg_roles WHERE rolsuper").fetchall()
    assert (superusers, with_password) == ([("postgres",)], [("tongxing",), ("tongxing_owner",)])
    for secret in composed.SECRETS.values():
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(f"postgresql://postgres:{secret}@127.0.0.1:{database.port}/tongxing")


def test_with_compose_the_portal_reaches_a_table_of_a_later_migration(database, web):
    with psycopg.connect(database.url("migrate"), autocommit=True) as owner:
        owner.execute("CREATE TABLE later (id int GENERATED BY DEFAULT AS IDENTITY, old serial, name text)")
        try:
            web.execute("INSERT INTO later (name) VALUES ('x')")
            assert cannot_be_worked_with(web) == []
        finally:
            owner.execute("DROP TABLE later")


def test_with_compose_the_portals_account_takes_backups_and_the_owner_puts_them_back(database, tmp_path):
    portal = Installation(tmp_path / "portal", database.url("worker"))
    archive = portal.archive()
    portal.environment["DATABASE_URL"] = database.url("migrate")
    assert "Restored, with 0 findings" in portal.manage("restore", archive, "--replace")
    with psycopg.connect(database.url("web"), autocommit=True) as web:
        assert web.execute("SELECT count(*) > 0 FROM wagtailcore_page").fetchone() == (True,)
        assert cannot_be_worked_with(web) == []

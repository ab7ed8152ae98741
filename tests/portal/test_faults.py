"""The web server for real, with faults: what the portal promises when processes die and the database goes away.

A gunicorn of its own serves the test database. What needs another process to fail runs on PostgreSQL only.
"""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from django.conf import settings as portal_settings
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client

from orgs.models import Agency, User
from portal import invariants, storage
from tests import composed, factories
from tests.machine import Missing, postgres, postgres_bin, small_disk, start_again, who_listens
from tests.portal.test_worker import PATIENCE, database_url

#: The invariants of rows; those of files and index are of whole installations.
OF_ROWS = ("orgs.invariants", "events.invariants", "casestudies.invariants", "portal.invariants.keys")
TOKEN = "a" * 32  # against forged forms
DEADLINE = 2  # seconds that these servers wait for the database
LONG = 16  # seconds without a free connection, after which a pool that doubles its pauses makes one of half a minute
SOON = 7  # seconds until there is a connection again, on a machine that does other things too


class Server:
    def __init__(self, folder, **environment: str):
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "portal.wsgi"],
            cwd=portal_settings.BASE_DIR,
            env={
                **os.environ,
                "DATABASE_URL": database_url(),
                "VAR_DIR": str(folder),
                "BIND": f"127.0.0.1:{self.port}",
                "DATABASE_POOL": "4",
                "DATABASE_DEADLINE": str(DEADLINE),
                "WEB_PROCESSES": "2",
                **environment,
            },
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def get(self, path: str, *, session: str = "", data: bytes | None = None) -> int:
        """The status of an answer, after redirects; 0 when there was none."""
        cookies = {"Cookie": f"csrftoken={TOKEN}; sessionid={session}"}
        asked = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}", data, cookies if session else {}
        )
        try:
            with urllib.request.urlopen(asked, timeout=30) as answer:
                answer.read()
                return answer.status
        except urllib.error.HTTPError as answer:
            self.last = answer
            return answer.code
        except OSError:
            return 0

    def post(self, path: str, *, session: str) -> int:
        return self.get(path, session=session, data=f"csrfmiddlewaretoken={TOKEN}".encode())

    def wait(self, path="/healthz", status=200) -> None:
        for _tenth in range(PATIENCE * 10):
            if self.get(path) == status:
                return
            assert self.process.poll() is None
            signal.sigtimedwait([], 0.1)
        raise AssertionError(f"{path} never answered {status}")

    def web_processes(self) -> list[int]:
        return children(self.process.pid)

    def end(self) -> None:
        self.process.terminate()
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(timeout=PATIENCE)
        self.process.kill()
        self.process.wait()


@pytest.fixture(autouse=True)
def everything_holds(django_db_setup, django_db_blocker):
    """Whatever died: seats, logs and keys are as they must be."""
    yield
    with django_db_blocker.unblock():
        assert list(invariants.look(OF_ROWS)) == []


@pytest.fixture
def serve(django_db_setup, django_db_blocker, tmp_path):
    servers = []

    def start(**environment):
        servers.append(Server(tmp_path, **environment))
        servers[-1].wait()
        return servers[-1]

    with django_db_blocker.unblock():
        yield start
    for server in servers:
        server.end()


@pytest.fixture
def admin(django_db_setup, django_db_blocker):
    """Somebody who may look after the database server, on a connection of their own."""
    if connection.vendor != "postgresql":
        pytest.skip("only PostgreSQL is another process")
    url = database_url()
    with psycopg.connect(url.replace("postgres://", "postgresql://"), autocommit=True) as admin:
        yield admin


def backends(admin, role: str | None = None) -> list[int]:
    """The server processes of everybody else on this database."""
    rows = admin.execute(
        "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        " AND backend_type = 'client backend' AND (%s::text IS NULL OR usename = %s)",
        [role, role],
    )
    return [pid for (pid,) in rows.fetchall()]


@pytest.fixture
def a_role(admin):
    """An account of the database for one server, so that nobody else's connections are harmed."""
    name = f"fault_{os.getpid()}"
    admin.execute(f"DROP ROLE IF EXISTS {name}")
    admin.execute(f"CREATE ROLE {name} LOGIN SUPERUSER")
    facts = connection.settings_dict
    yield name, f"postgres://{name}@{facts['HOST']}:{facts['PORT']}/{facts['NAME']}"
    for pid in backends(admin, name):
        admin.execute("SELECT pg_terminate_backend(%s)", [pid])
    for _tenth in range(100):
        if not backends(admin, name):
            break
        signal.sigtimedwait([], 0.1)
    admin.execute(f"DROP ROLE {name}")


@pytest.fixture
def own_database():
    """A PostgreSQL of this test alone, with what is in the test database: it may freeze as a whole."""
    if connection.vendor != "postgresql" or "TEST_DATABASE_URL" in os.environ:
        pytest.skip("no PostgreSQL of our own")
    with postgres() as url:
        copy_to(url)
        yield url


@pytest.fixture
def small_database():
    """The database of compose.yaml with what is in the test database, and with few connections."""
    if connection.vendor != "postgresql" or "TEST_DATABASE_URL" in os.environ:
        pytest.skip("no PostgreSQL of our own")
    with composed.database("max_connections=10") as database:
        copy_to(database.url("migrate"))
        yield database


def all_that_there_are(url: str, sessions: ExitStack) -> list[psycopg.Connection]:
    """Connections of an ordinary account, until the server has none left for it."""
    taken: list[psycopg.Connection] = []
    with suppress(psycopg.OperationalError):
        while True:
            taken.append(sessions.enter_context(psycopg.connect(url)))
    with pytest.raises(psycopg.OperationalError, match="remaining connection slots are reserved"):
        psycopg.connect(url)
    return taken


def copy_to(url: str) -> None:
    """Put what is in the test database there."""
    dump = [postgres_bin() / "pg_dump", "--no-owner", "--no-privileges", f"--dbname={database_url()}"]
    written = subprocess.run(dump, capture_output=True, check=True).stdout
    read = [postgres_bin() / "psql", "--quiet", f"--dbname={url}"]
    subprocess.run(read, input=written, stdout=subprocess.DEVNULL, check=True)


def children(pid: int) -> list[int]:
    done = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False
    )
    return [int(child) for child in done.stdout.split()]


def many(server: Server, count: int, path="/robots.txt") -> list[int]:
    with ThreadPoolExecutor(8) as threads:
        return list(threads.map(lambda _n: server.get(path), range(count)))


@contextmanager
def stopped(pids):
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)


def test_connections_that_the_database_broke_cost_nobody_an_answer(serve, admin, a_role):
    """As after a crash and restart: every connection of ours is dead, and the pool does not know."""
    role, url = a_role
    server = serve(DATABASE_URL=url)
    assert set(many(server, 16, "/")) == {200}
    for pid in backends(admin, role):
        admin.execute("SELECT pg_terminate_backend(%s)", [pid])
    assert many(server, 16, "/") == [200] * 16


def test_without_a_database_each_page_is_503_within_seconds_and_then_all_is_well(serve, admin, a_role):
    role, url = a_role
    server = serve(DATABASE_URL=url)
    server.wait("/")
    admin.execute(f"ALTER ROLE {role} NOLOGIN")
    for pid in backends(admin, role):
        admin.execute("SELECT pg_terminate_backend(%s)", [pid])
    began = time.monotonic()
    assert server.get("/en/") == 503
    assert time.monotonic() - began < 10
    assert server.last.headers["Retry-After"] == "10"
    assert "database cannot do its work" in server.last.read().decode()
    assert server.get("/readyz") == 503
    assert server.get("/healthz") == 200
    admin.execute(f"ALTER ROLE {role} LOGIN")
    server.wait("/")
    assert set(many(server, 16, "/")) == {200}


def test_a_database_that_froze_is_503_within_the_deadline_and_probes_go_on(serve, admin, a_role):
    role, url = a_role
    server = serve(DATABASE_URL=url, WEB_PROCESSES="1")
    server.wait("/")
    with stopped(backends(admin, role)):
        began = time.monotonic()
        statuses = many(server, 4, "/")
        took = time.monotonic() - began
        assert server.get("/healthz") == 200
    assert set(statuses) <= {
        200,
        503,
    }  # a new connection may be had meanwhile: the server itself did not freeze
    assert took < DEADLINE + 15
    server.wait("/")


def test_a_database_server_that_froze_as_a_whole_is_503_and_all_is_well_when_it_goes_on(serve, own_database):
    """It still takes connections, which the system does for it, and never says a word."""
    server = serve(DATABASE_URL=own_database)
    asks_the_database = "/search/?q=x"
    server.wait(asks_the_database)
    whole = who_listens(urlsplit(own_database).port)
    with stopped([whole, *children(whole)]):
        began = time.monotonic()
        assert set(many(server, 4, asks_the_database)) == {503}
        assert time.monotonic() - began < DEADLINE + 15
        assert server.last.headers["Retry-After"] == "10"
        assert server.get("/healthz") == 200
        assert server.get("/readyz") == 503
    server.wait(asks_the_database)
    assert many(server, 8, asks_the_database) == [200] * 8


def test_when_every_connection_is_taken_it_is_503_until_one_is_free_and_the_administrator_gets_in(
    serve, small_database
):
    asks_the_database = "/en/search/?q=x"  # a page that nobody keeps
    with ExitStack() as sessions:
        others = all_that_there_are(small_database.url("worker"), sessions)
        server = serve(DATABASE_URL=small_database.url("web"), WEB_PROCESSES="1")
        web_process = server.web_processes()
        began = time.monotonic()
        assert many(server, 4, asks_the_database) == [503] * 4
        assert server.last.headers["Retry-After"] == "10"
        assert "database cannot do its work" in server.last.read().decode()
        assert server.get("/healthz") == 200
        while time.monotonic() - began < LONG:
            assert server.get("/readyz") == 503
        with psycopg.connect(small_database.administrators) as admin:
            [account] = admin.execute("SELECT current_user").fetchone()
        assert account == "postgres"
        others.pop().close()
        began = time.monotonic()
        server.wait(asks_the_database)
        assert time.monotonic() - began < SOON
        assert many(server, 4, asks_the_database) == [200] * 4
        assert server.web_processes() == web_process  # and nothing died meanwhile


@pytest.fixture
def disk():
    if connection.vendor != "postgresql" or "TEST_DATABASE_URL" in os.environ:
        pytest.skip("no PostgreSQL of our own")
    try:
        with small_disk() as disk:
            yield disk
    except Missing as reason:
        pytest.skip(str(reason))


@pytest.fixture
def wanted(django_db_setup, django_db_blocker):
    """An event that 200 people want, and their sessions, for all connections to see."""
    with django_db_blocker.unblock():
        event = factories.event(capacity=1000)
        people = [factories.user() for _each in range(200)]
        sessions = []
        for person in people:
            browser = Client()
            browser.force_login(person)
            sessions.append(browser.cookies["sessionid"].value)
        yield event, sessions
        event.delete()
        Agency.objects.filter(pk=event.host_id).delete()
        User.objects.filter(pk__in=[person.pk for person in people]).delete()
        Session.objects.all().delete()


def test_tables_whose_disk_is_full_are_read_writing_is_503_and_room_heals_it(serve, disk, wanted):
    event, sessions = wanted
    page, register = f"/en/events/{event.public_id}/", f"/en/events/{event.public_id}/register/"
    with (
        postgres() as url,
        psycopg.connect(url.replace("postgres://", "postgresql://"), autocommit=True) as admin,
    ):
        admin.execute(f"CREATE TABLESPACE small LOCATION '{disk.folder}'")
        admin.execute("CREATE DATABASE portal TABLESPACE small")
        url = url.removesuffix("postgres") + "portal"
        portal = url.replace("postgres://", "postgresql://")
        copy_to(url)
        server = serve(DATABASE_URL=url, SECRET_KEY=portal_settings.SECRET_KEY)
        assert server.post(register, session=sessions[0]) == 200

        disk.fill()
        statuses = [200]
        while statuses[-1] == 200:  # as long as there is room in pages that they have
            statuses.append(server.post(register, session=sessions[len(statuses)]))
        refused = sessions[len(statuses) - 1]
        with psycopg.connect(portal, autocommit=True) as other, pytest.raises(psycopg.errors.DiskFull):
            other.execute("CREATE TABLE more AS SELECT generate_series(1, 100000)")
        assert statuses[-1] == 503
        assert server.last.headers["Retry-After"] == "10"
        assert "what you have just sent was not stored" in server.last.read().decode()
        for path in ("/en/", "/en/events/", "/en/agencies/", "/search/?q=x", page):
            assert server.get(path) == 200
        assert server.get(page, session=refused) == 200
        assert server.get("/readyz") == 200

        disk.make_room()
        assert server.post(register, session=refused) == 200
        assert many(server, 8, page) == [200] * 8
        with psycopg.connect(portal) as other:
            taken = other.execute("SELECT taken FROM events_seatpool WHERE event_id = %s", [event.pk])
            assert taken.fetchone() == (len(statuses),)
        assert what_does_not_hold(url) == ""


def fill_the_journal(admin) -> None:
    """Begin one of its files after the other, until there is no room for the next."""
    while True:
        admin.execute("SELECT pg_logical_emit_message(false, 'x', 'x'), pg_switch_wal()")


def test_a_journal_without_room_stops_postgresql_and_started_anew_it_has_every_seat_that_was_given(
    serve, disk, wanted
):
    """It cannot go on without a journal, says so and ends. The portal is 503 until somebody or systemd starts it."""
    event, sessions = wanted
    register, asks_the_database = f"/en/events/{event.public_id}/register/", "/search/?q=x"
    with postgres(journal=disk.folder / "journal") as url:
        copy_to(url)
        server = serve(DATABASE_URL=url, SECRET_KEY=portal_settings.SECRET_KEY)
        assert [server.post(register, session=session) for session in sessions[:5]] == [200] * 5
        libpq = url.replace("postgres://", "postgresql://")
        with psycopg.connect(libpq, autocommit=True) as admin:
            data = Path(admin.execute("SHOW data_directory").fetchone()[0])
            disk.fill()
            with pytest.raises(psycopg.OperationalError):
                fill_the_journal(admin)
        assert "pg_wal" in (log := (data.parent / "log").read_text())
        assert "PANIC" in log
        server.wait(asks_the_database, status=503)
        assert server.post(register, session=sessions[5]) == 503

        disk.make_room()
        start_again(data)
        server.wait(asks_the_database)
        assert server.post(register, session=sessions[5]) == 200
        with psycopg.connect(libpq) as admin:
            assert admin.execute("SELECT max(taken) FROM events_seatpool").fetchone() == (6,)
        assert what_does_not_hold(url) == ""


def what_does_not_hold(url: str) -> str:
    """What the invariants and PostgreSQL's own check of every table and index say of a database; nothing, when all is well."""
    look = f"from portal import invariants\nprint(*invariants.look({OF_ROWS}), sep='\\n', end='')"
    looked = subprocess.run(
        [sys.executable, "manage.py", "shell", "--no-imports", "-c", look],
        cwd=portal_settings.BASE_DIR,
        env={**os.environ, "DATABASE_URL": url},
        capture_output=True,
        text=True,
        check=True,
    )
    place = urlsplit(url)
    check = ["-h", place.hostname, "-p", str(place.port), "-U", place.username, "--install-missing"]
    check += ["--heapallindexed", "--parent-check", place.path.removeprefix("/")]
    checked = subprocess.run(
        [postgres_bin() / "pg_amcheck", *check], capture_output=True, text=True, check=False
    )
    return looked.stdout + checked.stdout + checked.stderr


def test_when_no_connection_is_free_it_is_503_and_the_administrator_gets_in(serve, admin, a_role):
    role, url = a_role
    server = serve(DATABASE_URL=url)
    server.wait("/")
    admin.execute(f"ALTER ROLE {role} NOSUPERUSER CONNECTION LIMIT 0")
    for pid in backends(admin, role):
        admin.execute("SELECT pg_terminate_backend(%s)", [pid])
    assert server.get("/search/?q=x") == 503  # a page that nobody keeps
    assert admin.execute("SELECT 1").fetchone() == (1,)
    admin.execute(f"ALTER ROLE {role} SUPERUSER CONNECTION LIMIT -1")
    server.wait("/")


def test_a_new_version_takes_over_without_one_failed_request(serve):
    """HUP while a hundred people ask: old processes finish what they began, new ones answer."""
    server = serve()
    server.wait("/robots.txt")
    before = set(server.web_processes())
    with ThreadPoolExecutor(8) as threads:
        asked = [threads.submit(server.get, "/robots.txt") for _n in range(100)]
        os.kill(server.process.pid, signal.SIGHUP)
        assert [one.result() for one in asked] == [200] * 100
    for _tenth in range(PATIENCE * 10):
        if not before & set(server.web_processes()):
            break
        signal.sigtimedwait([], 0.1)
    assert not before & set(server.web_processes())
    assert server.get("/robots.txt") == 200


def test_one_that_is_asked_to_end_finishes_what_it_began(serve):
    server = serve()
    server.wait("/robots.txt")
    with ThreadPoolExecutor(8) as threads:
        asked = [threads.submit(server.get, "/") for _n in range(8)]
        signal.sigtimedwait([], 0.05)
        server.process.terminate()
        assert server.process.wait(timeout=PATIENCE) == 0
        # Who came before the door closed got a page; who came after found it closed. Nobody got half of one.
        assert {one.result() for one in asked} <= {200, 0}


def test_a_web_process_killed_in_the_middle_of_an_upload_leaves_no_file_but_a_half_that_is_swept(
    serve, tmp_path, settings
):
    server = serve(WEB_PROCESSES="1")
    server.wait("/robots.txt")
    coming = tmp_path / "uploads"
    head = (
        "POST /en/accounts/login/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 12000000\r\n"
        f"Cookie: csrftoken={'a' * 32}\r\nContent-Type: multipart/form-data; boundary=x\r\n\r\n"
        '--x\r\nContent-Disposition: form-data; name="file"; filename="报告.pdf"\r\n\r\n'
    )
    with socket.create_connection(("127.0.0.1", server.port)) as sender:
        sender.sendall(head.encode() + b"x" * 6_000_000)
        for _tenth in range(PATIENCE * 10):
            if any(half.stat().st_size for half in coming.iterdir()):
                break
            signal.sigtimedwait([], 0.1)
        os.kill(server.web_processes()[0], signal.SIGKILL)
    server.wait("/robots.txt")

    [half] = coming.iterdir()
    assert half.stat().st_size < 12_000_000
    assert not [path for folder in ("media", "private") for path in (tmp_path / folder).rglob("*.*")]
    settings.FILE_UPLOAD_TEMP_DIR = coming
    assert storage.sweep_broken_uploads() == 0  # somebody might still send it
    yesterday = time.time() - 2 * storage.YOUNGEST.total_seconds()
    os.utime(half, (yesterday, yesterday))
    assert storage.sweep_broken_uploads() == 1
    assert list(coming.iterdir()) == []


def test_a_web_process_that_is_killed_is_replaced(serve):
    server = serve()
    server.wait("/robots.txt")
    victim = server.web_processes()[0]
    os.kill(victim, signal.SIGKILL)
    server.wait("/robots.txt")
    assert many(server, 20) == [200] * 20
    for _tenth in range(PATIENCE * 10):
        if victim not in (alive := server.web_processes()) and len(alive) == 2:
            break
        signal.sigtimedwait([], 0.1)
    assert victim not in alive
    assert len(alive) == 2

"""The rush for the last seats over HTTP: production server and worker, PostgreSQL and SQLite, 50 visitors at once.

Each visitor has an account, opens the event's page, presses the button and reads the answer. First 500 visitors want 50
seats of one event, then 1,000 want 50 seats each of ten. The driver runs on the same machine, in one process of threads.
PostgreSQL runs with its safe defaults (fsync on).
"""

import gzip
import json
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

from tests.__main__ import ROOT
from tests.bench.apart import apart
from tests.check import PRODUCTION
from tests.machine import postgres

AT_ONCE = 50
SEATS = 50
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
SEATED, IN_LINE = 'class="card ticket"', 'class="card ticket waiting"'


@contextmanager
def production(database: str, **settings: str):
    """The portal as the README says to run it, on a free port. Yields the port and the environment of its commands."""
    folder = Path(tempfile.mkdtemp(prefix="tongxing-bench-"))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = apart(
        folder,
        **PRODUCTION
        | {
            "DATABASE_URL": database or f"sqlite:///{folder / 'tongxing.sqlite3'}",
            "EMAIL_URL": f"filemail:///{folder / 'mail'}",
            "BIND": f"127.0.0.1:{port}",
            "LOG_LEVEL": "ERROR",
        }
        | settings,
    )

    def manage(*arguments: str) -> list[str]:
        return [sys.executable, "manage.py", *arguments]

    quiet = {"cwd": ROOT, "env": environment, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    running = []
    try:
        for command in (["migrate"], ["setup_portal"], ["collectstatic", "--noinput"], ["rebuild_search"]):
            subprocess.run(manage(*command), check=True, **quiet)
        running.append(
            subprocess.Popen([str(Path(sys.executable).parent / "gunicorn"), "portal.wsgi"], **quiet)
        )
        running.append(subprocess.Popen(["nice", "-n", "19", *manage("worker")], **quiet))
        wait_for(port)
        yield port, environment
    finally:
        for process in running:
            process.terminate()
        for process in running:
            process.wait(timeout=30)
        shutil.rmtree(folder, ignore_errors=True)


def wait_for(port: int, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if ask(HTTPConnection("127.0.0.1", port, timeout=5), "GET", "/privacy/")[0] < 500:
                return
        except OSError:
            pass
        time.sleep(0.2)
    raise RuntimeError("The server did not start.")


#: Carried out inside the portal: people with sessions, and events with seats. Prints them as JSON.
WORLD = """
import json, sys, time
from django.conf import settings
from allauth.usersessions.models import UserSession
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from portal.session_store import SessionStore
from orgs.models import User
from portal.session_lifetime import BEGAN, SEEN
from tests import factories
people, events = int(sys.argv[1]), int(sys.argv[2])
host = factories.agency(slug=f"host-{events}")
chosen = [factories.event(host, capacity=int(sys.argv[3])) for _ in range(events)]
cookies = []
for n in range(people):
    user = User.objects.create(email=f"visitor{events}-{n}@example.org", name=f"访客{n}")
    session = SessionStore()
    session[SESSION_KEY], session[HASH_SESSION_KEY] = str(user.pk), user.get_session_auth_hash()
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[BEGAN] = session[SEEN] = int(time.time())  # as signing in leaves it
    session.create()
    UserSession.objects.create(user=user, session_key=session.session_key, ip="127.0.0.1")
    cookies.append(f"{settings.SESSION_COOKIE_NAME}={session.session_key}")
print(json.dumps({"cookies": cookies, "events": [str(event.public_id) for event in chosen]}))
"""
#: How the seats stand in the end: taken, and confirmed registrations, per event.
RESULT = """
import json, sys
from events.models import Event
print(json.dumps([[event.capacity, event.taken, event.registrations.filter(status="confirmed").count()]
                  for event in Event.objects.filter(public_id__in=sys.argv[1:]).prefetch_related("pools")]))
"""


def inside(code: str, environment: dict, *arguments: str):
    """Run Python in the portal and read what it prints as JSON."""
    script = f"import django; django.setup()\n{code}"
    environment = {"DJANGO_SETTINGS_MODULE": "portal.settings", **environment}
    command = [sys.executable, "-c", script, *arguments]
    ran = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    if ran.returncode:
        raise RuntimeError(ran.stderr)
    return json.loads(ran.stdout)


def ask(connection: HTTPConnection, method: str, path: str, cookies: str = "", body: str | None = None):
    """One request as a browser behind the proxy makes it. Returns status, the body and the headers."""
    headers = {
        "Host": "portal.example.org",
        "X-Forwarded-Proto": "https",
        "Accept-Encoding": "gzip",
        "Cookie": cookies,
    }
    if body is not None:
        headers |= {
            "Content-Type": "application/x-www-form-urlencoded",
            "Referer": "https://portal.example.org/",
        }
    connection.request(method, path, body, headers)
    response = connection.getresponse()
    page = response.read()
    if response.headers.get("Content-Encoding") == "gzip":
        page = gzip.decompress(page)
    return response.status, page.decode(), response.headers


def visit(port: int, event: str, cookie: str) -> tuple[str, float, float]:
    """One visitor. Returns what they read in the end, how long they waited for it after the button, and when it was."""
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        status, page, headers = ask(connection, "GET", f"/events/{event}/", cookie)
        token = TOKEN.search(page)
        if status != 200 or token is None:
            return f"error: page {status}", 0.0, time.monotonic()
        crumbs = "; ".join([cookie, *(line.partition(";")[0] for line in headers.get_all("Set-Cookie", []))])
        pressed = time.monotonic()
        status, _page, headers = ask(
            connection, "POST", f"/events/{event}/register/", crumbs, f"csrfmiddlewaretoken={token[1]}"
        )
        if status != 302:
            return f"error: answer {status}", time.monotonic() - pressed, time.monotonic()
        crumbs = "; ".join([crumbs, *(line.partition(";")[0] for line in headers.get_all("Set-Cookie", []))])
        status, page, _headers = ask(connection, "GET", headers["Location"], crumbs)
        read = time.monotonic()
        answer = "seat" if SEATED in page else "line" if IN_LINE in page else f"error: ticket {status}"
        return answer, read - pressed, read
    except (OSError, ValueError) as error:
        return f"error: {type(error).__name__}", 0.0, time.monotonic()
    finally:
        connection.close()


def rush(name: str, port: int, environment: dict, *, people: int, events: int) -> None:
    """Let everybody in, 50 at once, and print what came of it."""
    world = inside(WORLD, environment, str(people), str(events), str(SEATS))
    began = time.monotonic()
    with ThreadPoolExecutor(AT_ONCE) as visitors:
        answers = list(
            visitors.map(
                lambda n: visit(port, world["events"][n % events], world["cookies"][n]), range(people)
            )
        )
    took = time.monotonic() - began
    outcomes = Counter(answer for answer, _waited, _when in answers)
    seats = inside(RESULT, environment, *world["events"])
    waits = sorted(waited for answer, waited, _when in answers if not answer.startswith("error"))
    last_seat = max((when for answer, _waited, when in answers if answer == "seat"), default=began)
    figures = {
        "visitors_per_second": (people / took, "visitors/s"),
        "last_seat_s": (last_seat - began, "s"),
        "all_answered_s": (took, "s"),
        "answer_median_s": (statistics.median(waits) if waits else 0, "s"),
        "answer_p95_s": (waits[int(len(waits) * 0.95)] if waits else 0, "s"),
        "errors": (sum(n for answer, n in outcomes.items() if answer.startswith("error")), "visitors"),
        "oversold": (sum(max(0, taken - capacity) for capacity, _counter, taken in seats), "seats"),
        "undersold": (sum(max(0, capacity - taken) for capacity, _counter, taken in seats), "seats"),
        "counter_differs": (sum(counter != taken for _capacity, counter, taken in seats), "events"),
    }
    for figure, (value, unit) in figures.items():
        print(f"{name}_{figure} {value:.2f} {unit}".replace(".00 ", " "), flush=True)
    for answer, number in outcomes.items():
        if answer.startswith("error"):
            print(f"# {name}: {number} × {answer}", flush=True)


def main() -> None:
    wanted = sys.argv[1:] or ["pg", "sqlite"]
    if "pg" in wanted:
        with postgres(is_durable=True) as url, production(url) as (port, environment):
            rush("registration_pg", port, environment, people=500, events=1)
            rush("registration_pg_ten", port, environment, people=1000, events=10)
    if "sqlite" in wanted:
        with production("") as (port, environment):
            rush("registration_sqlite", port, environment, people=500, events=1)
            rush("registration_sqlite_ten", port, environment, people=1000, events=10)


if __name__ == "__main__":
    main()

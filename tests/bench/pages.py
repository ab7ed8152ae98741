"""How fast pages are with 1,000 agencies, 5,000 events and 10,000 cases on PostgreSQL: `make bench-pages`.

The server runs as in production. Sixteen clients ask at once, on the same machine: first for a view that only says hello,
then for six kinds of page as visitors (which are kept) and as a signed-in colleague (which are made each time, of many
different records). Prints `name value unit` a line. QUICK=1 makes a small world, to see whether it works.
"""

import json
import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from pathlib import Path

from tests.bench.registration import ask, inside, production
from tests.machine import postgres

CLIENTS = 16
IS_QUICK = bool(os.environ.get("QUICK"))
AGENCIES, EVENTS, CASES = (30, 60, 100) if IS_QUICK else (1_000, 5_000, 10_000)
SECONDS = 1 if IS_QUICK else 4

#: Carried out inside the portal: the world, somebody of an agency with a session, and which addresses to ask for.
WORLD = """
import json, random, sys
from datetime import timedelta
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from allauth.usersessions.models import UserSession
from portal.session_store import SessionStore
from django.db import connection
from django.utils import timezone
from casestudies.models import CaseStudy
from events.models import Event, EventSession, SeatPool
from orgs import divisions
from orgs.models import Agency, Division
from portal.models import Topic
from tests import factories
from tests.bench.directory import populate
from tests.bench.search import Vocabulary

agencies, events, cases = map(int, sys.argv[1:4])
chance = random.Random(7)
divisions.load()
populate(agencies, chance)
hosts = list(Agency.objects.values_list("pk", flat=True))
words = Vocabulary()
now = timezone.now()
made = Event.objects.bulk_create([
    Event(host_id=chance.choice(hosts), title=words.text(chance, 16), status="published", venue="社区中心",
          description=words.text(chance, 400))
    for _ in range(events)], batch_size=500)
starts = [now + timedelta(hours=chance.randint(-8760, 4380)) for _ in made]
EventSession.objects.bulk_create([EventSession(event=event, starts_at=start, ends_at=start + timedelta(hours=3))
                                  for event, start in zip(made, starts)], batch_size=500)
SeatPool.objects.bulk_create([SeatPool(event=event, capacity=30, taken=chance.randint(0, 30)) for event in made],
                             batch_size=500)
for event, start in zip(made, starts):
    event.starts_at, event.ends_at = start, start + timedelta(hours=3)
Event.objects.bulk_update(made, ["starts_at", "ends_at"], batch_size=500)
places = list(Division.objects.current().exclude(level="province").values_list("pk", flat=True))
written = CaseStudy.objects.bulk_create([
    CaseStudy(agency_id=chance.choice(hosts), title=words.text(chance, 18), abstract=words.text(chance, 200),
              background=f"<p>{words.text(chance, 300)}</p>", process=f"<p>{words.text(chance, 300)}</p>",
              outcomes=f"<p>{words.text(chance, 300)}</p>", reflection=f"<p>{words.text(chance, 300)}</p>",
              division_id=chance.choice(places), live=True,
              first_published_at=now - timedelta(days=chance.randint(0, 3000)), last_published_at=now)
    for _ in range(cases)], batch_size=500)
topics = list(Topic.objects.filter(scheme__in=("svc", "pop", "mth")).values_list("pk", flat=True))
through = CaseStudy.topics.through
through.objects.bulk_create([through(casestudy=case, topic_id=topic) for case in written
                             for topic in chance.sample(topics, 3)], batch_size=2000)
from django.core.management import call_command
call_command("rebuild_search", verbosity=0, stdout=open("/dev/null", "w"))
if connection.vendor == "postgresql":
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
user = factories.member_of(Agency.objects.get(pk=hosts[0]), role="manager")
session = SessionStore()
session[SESSION_KEY], session[HASH_SESSION_KEY] = str(user.pk), user.get_session_auth_hash()
session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
session.create()
UserSession.objects.create(user=user, session_key=session.session_key, ip="127.0.0.1")
upcoming = [event for event, start in zip(made, starts) if start > now]
pages = {
    "home": ["/"],
    "directory": ["/agencies/"] + [f"/agencies/?page={n}" for n in range(2, 12)],
    "library": ["/cases/"] + [f"/cases/?page={n}" for n in range(2, 12)],
    "case": [case.get_absolute_url() for case in chance.sample(written, min(60, cases))],
    "calendar": ["/events/"] + [f"/events/?page={n}" for n in range(2, 12)],
    "event": [event.get_absolute_url() for event in chance.sample(upcoming, min(20, len(upcoming)))],
}
print(json.dumps({"cookie": f"{settings.SESSION_COOKIE_NAME}={session.session_key}", "pages": pages}))
"""
#: How many questions to the database each kind of page costs somebody who is signed in.
QUERIES = """
import json, sys
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
world = json.loads(sys.argv[1])
client = Client(headers={"host": "portal.example.org", "x-forwarded-proto": "https", "cookie": world["cookie"]})
counts = {}
for kind, paths in world["pages"].items():
    client.get(paths[0])
    counts[kind] = 0
    for path in paths[:5]:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(path).status_code == 200, path
        counts[kind] = max(counts[kind], len(queries))
print(json.dumps(counts))
"""


def load(port: int, paths: list[str], cookie: str = "") -> tuple[float, float, int]:
    """All clients ask for SECONDS. Returns answers a second, the 95th percentile in milliseconds, and failures."""
    for path in paths * 4:  # what both processes of a server have seen that has run for a while
        ask(HTTPConnection("127.0.0.1", port, timeout=60), "GET", path, cookie)
    end = time.monotonic() + SECONDS
    waits, failures, lock = [], 0, threading.Lock()

    def client(number: int) -> None:
        nonlocal failures
        connection, mine, wrong, turn = HTTPConnection("127.0.0.1", port, timeout=60), [], 0, number
        while time.monotonic() < end:
            began = time.perf_counter()
            try:
                status = ask(connection, "GET", paths[turn % len(paths)], cookie)[0]
            except OSError:
                status, connection = 0, HTTPConnection("127.0.0.1", port, timeout=60)
            mine.append(time.perf_counter() - began)
            wrong += status != 200
            turn += 1
        connection.close()
        with lock:
            waits.extend(mine)
            failures += wrong

    began = time.monotonic()
    with ThreadPoolExecutor(CLIENTS) as clients:
        list(clients.map(client, range(CLIENTS)))
    took = time.monotonic() - began
    return len(waits) / took, sorted(waits)[int(len(waits) * 0.95)] * 1000, failures


def memory(command: str) -> float:
    """The megabytes of the processes of this run with such a command line; what they share counts once (PSS)."""
    total = 0
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if command in (folder / "cmdline").read_text().replace("\0", " "):
                lines = (folder / "smaps_rollup").read_text().splitlines()
                total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
        except OSError:
            continue
    return total / 1000


def say(name: str, value: float, unit: str) -> None:
    print(f"pages_{name} {value:.2f} {unit}".replace(".00 ", " "), flush=True)


def main() -> None:
    with (
        postgres(is_durable=True) as url,
        production(url, DJANGO_SETTINGS_MODULE="tests.bench.hello", PYTHONPATH=os.getcwd()) as (
            port,
            environment,
        ),
    ):
        print(f"idle_memory_mb {memory('portal.wsgi') + memory('manage.py worker'):.0f} MB", flush=True)
        world = inside(WORLD, environment, *map(str, (AGENCIES, EVENTS, CASES)))
        queries = inside(QUERIES, environment, json.dumps(world))
        failed = 0
        hello, p95, wrong = load(port, ["/hello/"])
        say("hello_rps", hello, "requests/s")
        say("hello_p95_ms", p95, "ms")
        failed += wrong
        ratios, slowest = [], []
        for kind, paths in world["pages"].items():
            rps, p95, wrong = load(port, paths[:1])
            say(f"{kind}_cached_rps", rps, "requests/s")
            say(f"{kind}_cached_p95_ms", p95, "ms")
            ratios.append(rps / hello)
            failed += wrong
        for kind, paths in world["pages"].items():
            rps, p95, wrong = load(port, paths, world["cookie"])
            say(f"{kind}_uncached_rps", rps, "requests/s")
            say(f"{kind}_uncached_p95_ms", p95, "ms")
            say(f"{kind}_uncached_queries", queries[kind], "queries")
            slowest.append(p95)
            failed += wrong
        again, _p95, _wrong = load(port, ["/hello/"])
        say("hello_again_rps", again, "requests/s")
        say("cached_vs_hello_ratio", min(ratios), "times")
        say("uncached_p95_ms", max(slowest), "ms")
        say("uncached_queries_max", max(queries.values()), "queries")
        say("failed", failed, "requests")
        print(f"busy_memory_mb {memory('portal.wsgi') + memory('manage.py worker'):.0f} MB", flush=True)


if __name__ == "__main__":
    main()

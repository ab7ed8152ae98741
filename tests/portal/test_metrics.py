"""Numbers for monitoring: closed to visitors, added up over processes, and right."""

import os
import subprocess
import sys
import time
from datetime import timedelta

import pytest
from django.conf import settings as real_settings
from django.test import Client
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from events.models import SeatPool
from portal import search
from portal.mail import queue
from tests import factories

TOKEN = "a-token-for-monitoring"


@pytest.fixture
def numbers(settings, db):
    """The numbers by name, with their labels as they are written."""
    settings.METRICS_TOKEN = TOKEN

    def read() -> dict[str, float]:
        answer = Client().get("/metrics", headers={"authorization": f"Bearer {TOKEN}", "host": "10.0.0.7"})
        assert answer.status_code == 200
        lines = [line for line in answer.content.decode().splitlines() if not line.startswith("#")]
        return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines)}

    return read


@pytest.mark.parametrize("given", ["", "Bearer ", "Bearer wrong", TOKEN, f"Basic {TOKEN}", "Bearer 流"])
@pytest.mark.parametrize("token", ["", TOKEN])
def test_for_visitors_there_is_nothing_at_this_address(client, settings, db, given, token):
    settings.METRICS_TOKEN = token
    assert client.get("/metrics", headers={"authorization": given}).status_code == 404


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({"REMOTE_ADDR": "127.0.0.1"}, 200),
        ({"REMOTE_ADDR": "::1"}, 200),
        ({"REMOTE_ADDR": "10.0.0.9"}, 404),
        # Behind a proxy of this machine everybody comes from it.
        ({"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "203.0.113.9"}, 404),
        ({"REMOTE_ADDR": "127.0.0.1", "HTTP_FORWARDED": "for=203.0.113.9"}, 404),
    ],
)
def test_who_asks_on_this_machine_past_the_proxy_may_when_the_setting_says_so(
    client, settings, db, asked, status
):
    settings.METRICS_ON_LOOPBACK = True
    assert client.get("/metrics", **asked).status_code == status
    settings.METRICS_ON_LOOPBACK = False
    assert client.get("/metrics", **asked).status_code == 404


def test_answers_are_counted_by_route_and_class_and_never_by_path(numbers, client):
    found = 'tongxing_requests_total{route="robots",status="2xx"}'
    before = numbers()
    client.get("/robots.txt")
    client.get("/robots.txt")
    client.get("/healthz")
    after = numbers()
    assert after[found] - before.get(found, 0) == 2
    assert not [name for name in after if "robots.txt" in name or "healthz" in name]
    seconds = 'tongxing_request_seconds_count{status="2xx"}'
    assert after[seconds] - before.get(seconds, 0) == 2


def test_the_outbox_is_told(numbers):
    for n in range(3):
        queue(subject=f"{n}", body="…", to="lin@example.org", language="en")
    DBTaskResult.objects.update(enqueued_at=timezone.now() - timedelta(minutes=20))
    failed = DBTaskResult.objects.first()
    failed.status = "FAILED"
    failed.save()
    told = numbers()
    assert (told["tongxing_outbox_waiting"], told["tongxing_outbox_failed"]) == (2, 1)
    assert 1199 < told["tongxing_outbox_oldest_seconds"] < 1300


def test_the_age_of_the_newest_backup_is_told_where_there_is_one(numbers, settings, tmp_path):
    settings.BACKUP_DIR = str(tmp_path)
    assert "tongxing_backup_age_seconds" not in numbers()
    archive = tmp_path / "tongxing-20261129T030000_000000Z.tar"
    archive.write_bytes(b"x")
    at = time.time() - 3600
    os.utime(archive, (at, at))
    assert 3599 < numbers()["tongxing_backup_age_seconds"] < 3700


def test_search_that_is_away_is_told(numbers):
    assert numbers()["tongxing_search_up"] == 0
    search.rebuild()
    assert numbers()["tongxing_search_up"] == 1


def test_a_seat_that_was_counted_wrong_is_told(numbers):
    factories.event(capacity=5)
    assert numbers()["tongxing_seats_miscounted"] == 0
    SeatPool.objects.update(taken=2)
    assert numbers()["tongxing_seats_miscounted"] == 1


COUNT = "import prometheus_client; from portal import metrics; [metrics.count('desk', 200, 0.1) for _ in range({n})]"
TELL = "import os; from portal import metrics; metrics.AskedNow.collect = lambda self: []; print(metrics.text().decode())"


def test_several_processes_are_added_up(tmp_path):
    def run(code: str) -> str:
        code = f"import django; django.setup(); {code}"
        environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "portal.settings",
            "PROMETHEUS_MULTIPROC_DIR": str(tmp_path),
        }
        done = subprocess.run(
            [sys.executable, "-c", code],
            env=environment,
            cwd=real_settings.BASE_DIR,
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout

    run(COUNT.format(n=3))
    run(COUNT.format(n=4))
    assert 'tongxing_requests_total{route="desk",status="2xx"} 7.0' in run(TELL)

"""Lines of the log: one event, one line, with a number to find it by, and nobody's name, address, telephone or secret."""

import json
import logging
import os
import re
import subprocess
import sys
import threading
import time
import uuid

import pytest
from django.conf import settings
from django.db import IntegrityError
from django.test import Client

from portal import error_mail, request_log
from portal.error_mail import ErrorMail
from portal.log_lines import JsonLine, PlainLine, without_people
from tests import factories
from tests.smtp import mail_server

GIVEN = "0123456789abcdef0123456789abcdef"
PLANTED = [
    "lin.canary@example.org",
    "13800138000",
    "+86 138-0013-8000",
    "11010519491231002X",
    "secret-token-canary",
]


@pytest.fixture
def lines():
    """What the root logger writes in production, as the lines of a file."""
    written: list[str] = []

    class Keep(logging.Handler):
        def emit(self, record):
            written.append(self.format(record))

    handler = Keep()
    handler.setFormatter(JsonLine())
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield written
    root.removeHandler(handler)
    root.setLevel(level)


def requests(lines: list[str]) -> list[dict]:
    return [line for line in map(json.loads, lines) if line["logger"] == "portal.request"]


def record(message, *arguments, error=None) -> logging.LogRecord:
    try:
        raise error or ValueError("nothing")
    except Exception:
        info = sys.exc_info() if error else None
    return logging.LogRecord("portal.test", logging.ERROR, "x.py", 1, message, arguments, info)


# -- Numbers ----------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_request_is_one_line_with_who_and_what_and_how_long(lines):
    person = factories.user()
    browser = Client()
    browser.force_login(person)
    lines.clear()
    answer = browser.get("/en/desk/")
    [line] = requests(lines)
    assert line["request_id"] == answer["X-Request-ID"]
    assert (line["actor"], line["method"], line["route"], line["status"]) == (person.pk, "GET", "desk", 200)
    assert 0 < line["ms"] < 60_000
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line["time"])
    assert person.email not in "".join(lines)
    assert person.name not in "".join(lines)


@pytest.mark.django_db
@pytest.mark.parametrize("given", [GIVEN, str(uuid.UUID(GIVEN))])
def test_the_number_of_the_proxy_is_kept_and_answered(client, given):
    assert client.get("/robots.txt", headers={"x-request-id": given})["X-Request-ID"] == given


@pytest.mark.django_db
@pytest.mark.parametrize(
    "given", ["", "short", "13800138000", GIVEN + "0", GIVEN.upper(), f"{GIVEN}\n", "流" * 32, "../" * 12]
)
def test_a_number_that_could_say_something_is_replaced(client, given):
    answered = client.get("/robots.txt", headers={"x-request-id": given})["X-Request-ID"]
    assert answered != given
    assert request_log.WELL_FORMED.fullmatch(answered)


@pytest.mark.django_db
def test_a_fault_shows_its_number_and_the_log_has_it_with_the_reason(lines, monkeypatch):
    def broken(user):
        raise RuntimeError("the reason inside")

    monkeypatch.setattr("portal.home.context", broken)
    answer = Client(raise_request_exception=False).get("/en/")
    page = answer.content.decode()
    assert answer.status_code == 500
    assert answer["X-Request-ID"] in page
    assert "the reason inside" not in page
    assert "RuntimeError" not in page
    told = [line for line in map(json.loads, lines) if "the reason inside" in line.get("error", "")]
    assert {line["request_id"] for line in told} == {answer["X-Request-ID"]}


def test_probes_do_not_fill_the_log(lines):
    Client().get("/healthz")
    assert requests(lines) == []


@pytest.mark.django_db
def test_what_django_says_of_a_refusal_has_the_number_too(lines, client):
    answer = client.get("/nowhere/")
    [told] = [line for line in map(json.loads, lines) if line["message"].startswith("Not Found")]
    assert told["request_id"] == answer["X-Request-ID"]


@pytest.mark.django_db
def test_a_robot_that_asks_by_another_name_is_no_error_of_ours(lines, client):
    assert client.get("/", headers={"host": "evil.example"}).status_code == 400
    assert [line["logger"] for line in map(json.loads, lines)] == ["portal.request"]
    assert "evil" not in "".join(lines)


@pytest.mark.django_db
def test_after_a_request_its_number_is_forgotten(lines, client):
    client.get("/robots.txt")
    logging.getLogger("portal.other").warning("later")
    assert "request_id" not in json.loads(lines[-1])


# -- Nobody's data ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("planted", PLANTED[:4])
def test_people_are_taken_out_of_words_and_of_errors(planted):
    line = JsonLine().format(record("refused: %s", planted, error=OSError(f"to {planted} it was refused")))
    assert planted not in json.loads(line)["message"]
    assert planted not in json.loads(line)["error"]


def test_what_a_database_says_of_a_row_is_taken_out():
    told = IntegrityError(
        "duplicate key\nDETAIL:  Key (name)=(林小燕) already exists.\nFailing row contains (7, 林小燕, 1)."
    )
    assert "林小燕" not in json.loads(JsonLine().format(record("x", error=told)))["error"]


def test_numbers_that_are_nobodys_stay():
    said = "case 1234567890123 of 2026-11-29T10:00:00 took 13800 ms, 7 of 42"
    assert without_people(said) == said


@pytest.mark.django_db
def test_what_people_type_and_where_secrets_lead_is_in_no_line(lines):
    """Planted where people plant such things: in forms, in searches, in addresses that open something."""
    browser = Client(raise_request_exception=False)
    for planted in PLANTED:
        browser.post("/accounts/login/", {"login": planted, "password": planted})
        browser.get("/search/", {"q": planted})
        browser.get(f"/invitations/{planted}/")
        browser.get(f"/calendars/mine/{planted}.ics")
        browser.get(f"/nowhere/{planted}/")
        browser.get("/", headers={"referer": f"https://x.example/{planted}", "user-agent": planted})
    # What stands in the path of an address that does not exist is no secret of ours.
    told = [line for line in lines if "/nowhere/" not in line]
    assert len(requests(lines)) == 6 * len(PLANTED)
    for planted in PLANTED:
        assert [line for line in told if planted in line] == []
    for planted in PLANTED[:2]:
        assert [line for line in lines if planted in line] == []


@pytest.mark.django_db
def test_who_comes_in_and_who_is_refused_is_a_line_of_its_own(lines, client):
    person = factories.user()
    client.login(email=person.email, password="wrong")
    client.force_login(person)
    client.logout()
    said = [
        (line["message"], line.get("actor"))
        for line in map(json.loads, lines)
        if line["logger"] == "portal.security"
    ]
    assert said == [("sign-in refused", None), ("signed in", person.pk), ("signed out", person.pk)]


# -- Nobody forges a line ---------------------------------------------------------------------------------------------

FORGED = 'x\r\n{"level": "INFO", "message": "all is well"}\x1b[31m\x9b31m\u2028\u202e'


@pytest.mark.parametrize("formatter", [JsonLine, PlainLine])
def test_what_was_typed_begins_no_line_and_colours_no_terminal(formatter):
    written = formatter().format(record("said: %s", FORGED))
    assert len(written.splitlines()) == 1
    assert not re.search(r"[\x00-\x1f\x7f-\x9f\u2028\u202e]", written)


def test_an_error_in_development_is_indented_so_that_it_is_no_line_of_its_own():
    written = PlainLine().format(record("failed", error=ValueError(FORGED))).splitlines()
    assert all(line.startswith("    ") for line in written[1:])


# -- Mail to the administrators ---------------------------------------------------------------------------------------


def test_an_error_is_told_once_in_ten_minutes_and_without_people():
    now = [0.0]
    handler = ErrorMail(clock=lambda: now[0])
    sent = []
    handler._send = lambda level, line: sent.append(line)
    for at in (0, 1, 599, 601):
        now[0] = at
        handler.handle(record("failed for %s", PLANTED[0], error=ValueError("x")))
    for thread in threading.enumerate():
        if thread.name == "error mail":
            thread.join(10)
    assert len(sent) == 2
    assert PLANTED[0] not in "".join(sent)


FAILS_AND_ENDS = "import django, logging; django.setup(); logging.getLogger('portal').error('run_due failed')"


def test_a_command_that_ends_at_once_has_sent_its_error_mail():
    with mail_server() as server:
        environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "portal.settings",
            "EMAIL_URL": server.url,
            "ERROR_MAIL_TO": "admin@example.org",
        }
        subprocess.run(
            [sys.executable, "-c", FAILS_AND_ENDS], cwd=settings.BASE_DIR, env=environment, check=True
        )
        assert [mail["To"] for mail in server.mails] == ["admin@example.org"]
        assert "run_due failed" in server.mails[0].get_payload(decode=True).decode()


def test_a_mail_server_that_never_answers_does_not_keep_a_command_from_ending(monkeypatch):
    is_over = threading.Event()
    monkeypatch.setattr(error_mail, "LAST", 0.1)
    handler = ErrorMail()
    handler._send = lambda level, line: is_over.wait(60)
    handler.handle(record("failed"))
    began = time.monotonic()
    handler.wait()
    assert time.monotonic() - began < 30
    is_over.set()


def test_djangos_own_mail_with_what_people_typed_is_off():
    assert logging.getLogger("django").handlers == []

"""The clock: what is due is done once, by one of all workers, and a worker that was killed holds nothing up."""

import logging
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.management import call_command
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from portal import daily, due, outbox, timer
from portal.mail import queue
from portal.models import Turn
from tests.at_once import at_once

BEIJING = ZoneInfo("Asia/Shanghai")
NIGHT = datetime(2027, 3, 1, 3, 0, tzinfo=BEIJING)
NOON = NIGHT.replace(hour=12)


@pytest.fixture
def done(monkeypatch):
    """What was done, in order. The apps' own work is left out: here it is about when."""
    calls: list[tuple] = []
    monkeypatch.setattr(due, "run", lambda at: calls.append(("due", at)) or [])
    monkeypatch.setattr(daily, "run", lambda on: calls.append(("daily", on)) or [])
    return calls


@pytest.mark.django_db
def test_what_is_due_is_asked_once_a_minute_however_often_the_clock_ticks(done):
    moments = [NIGHT + timedelta(seconds=seconds) for seconds in (0, 10, 59, 60, 61, 600)]
    for moment in moments:
        timer.tick(moment)
    assert done == [("due", moments[0]), ("due", moments[3]), ("due", moments[5])]


@pytest.mark.django_db
def test_the_days_work_is_done_once_from_the_morning_on(done):
    for hours in (0, 3, 4, 9, 24, 28, 29):
        timer.tick(NIGHT + timedelta(hours=hours))
    days = [on.isoformat() for what, on in done if what == "daily"]
    assert days == ["2027-03-01", "2027-03-02"]


@pytest.mark.django_db
def test_who_did_the_days_work_leaves_none_for_the_worker(done, time_machine):
    time_machine.move_to(NIGHT)
    call_command("run_daily")
    timer.tick(NOON)
    assert [what for what, _when in done] == ["daily", "due"]


@pytest.mark.django_db
def test_what_goes_wrong_is_logged_and_tried_again_and_the_clock_goes_on(monkeypatch, caplog):
    def breaks(moment):
        raise OSError("the disk is full")

    monkeypatch.setattr(due, "run", breaks)
    with caplog.at_level(logging.ERROR):
        assert timer.tick(NIGHT) == []
    assert "the disk is full" in caplog.text

    monkeypatch.setattr(due, "run", lambda at: ["made up for"])
    assert (
        timer.tick(NIGHT + timedelta(minutes=1)) == []
    )  # nobody knows yet whether the first one still works
    assert timer.tick(NIGHT + timedelta(minutes=6)) == ["made up for"]


def test_one_app_that_fails_keeps_no_other_from_working(monkeypatch, settings):
    settings.RECORD_APPS = ["tests.portal.failing_app", "tests.portal.working_app"]
    with pytest.raises(ExceptionGroup) as failed:
        due.run(NIGHT)
    assert [str(error) for error in failed.value.exceptions] == ["I fail"]
    from tests.portal.working_app import due as working

    assert working.asked == [NIGHT]


@pytest.mark.django_db
def test_a_clock_that_is_behind_neither_does_a_day_again_nor_turns_it_back():
    patience = timedelta(hours=1)
    assert Turn.objects.take("daily", "2027-03-02", at=NOON, patience=patience)
    Turn.objects.end("daily", "2027-03-02", at=NOON)
    assert not Turn.objects.take("daily", "2027-03-01", at=NOON, patience=patience)
    Turn.objects.end("daily", "2027-03-01", at=NOON)
    assert Turn.objects.get(name="daily").period == "2027-03-02"


@pytest.fixture
def no_turns(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        yield
        Turn.objects.all().delete()


def test_of_many_workers_at_the_same_moment_one_does_the_work(no_turns, done):
    for n in range(5):
        at_once([lambda n=n: timer.tick(NOON + timedelta(minutes=n))] * 4)
    assert [what for what, _when in done].count("due") == 5
    assert [what for what, _when in done].count("daily") == 1


# -- What a killed worker leaves behind -------------------------------------------------------------------------------


def left_behind(*, minutes, workers=1) -> DBTaskResult:
    queue(subject="Hello", body="…", to="lin@example.org", language="en")
    DBTaskResult.objects.update(
        status=TaskResultStatus.RUNNING,
        started_at=NOON - timedelta(minutes=minutes),
        worker_ids=[f"w{n}" for n in range(workers)],
    )
    return DBTaskResult.objects.get()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("minutes", "workers", "status"), [(1, 1, "RUNNING"), (6, 1, "READY"), (6, 42, "FAILED")]
)
def test_a_job_that_was_left_behind_is_taken_up_again_but_not_for_ever(minutes, workers, status):
    job = left_behind(minutes=minutes, workers=workers)
    lines = outbox.take_up_again(NOON)
    job.refresh_from_db()
    assert (job.status, len(lines)) == (status, int(status != "RUNNING"))


@pytest.mark.django_db
def test_a_job_that_was_done_by_a_worker_that_was_killed_before_it_forgot_it_is_forgotten():
    left_behind(minutes=1, workers=1)
    DBTaskResult.objects.update(status=TaskResultStatus.SUCCESSFUL)
    assert outbox.take_up_again(NOON) == []
    assert not DBTaskResult.objects.exists()


def test_what_fails_is_tried_for_three_days():
    pauses = [outbox.pause_after(attempt) for attempt in range(1, outbox.ATTEMPTS)]
    assert pauses[:8] == [timedelta(minutes=minutes) for minutes in (1, 2, 4, 8, 16, 32, 64, 120)]
    assert timedelta(days=2, hours=18) < sum(pauses, timedelta()) < timedelta(days=3, hours=12)


@pytest.mark.django_db
def test_a_timer_may_start_it_as_often_as_it_likes(done, time_machine):
    time_machine.move_to(NOON)
    for _start in range(3):
        call_command("run_due")
    assert [what for what, _when in done] == ["due", "daily"]

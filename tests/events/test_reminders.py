"""What goes out around the day by itself, at which hour, to whom, and never twice."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.core.mail.backends.locmem import EmailBackend as Mailbox
from django.urls import reverse
from django.utils.translation import override
from django_tasks_db.models import DBTaskResult

from events import due
from events.hosting.publishing import PlannedSession, cancel_event, update_event
from events.mails import reminders
from events.models import EventSession, LetterPlan, Registration, Reminder, SeatPool
from events.registering.registration import cancel, register
from tests import factories
from tests.clocks import Clocks

BEIJING = ZoneInfo("Asia/Shanghai")
NOW = datetime(2027, 3, 1, 9, 0, tzinfo=BEIJING)
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)


class MailServerThatMayBeAway(Mailbox):
    """Refuses while `is_away`, otherwise keeps mail as the tests do."""

    is_away = False

    def send_messages(self, messages):
        if self.is_away:
            raise ConnectionRefusedError("451 not now")
        return super().send_messages(messages)


@pytest.fixture
def clock(db, time_machine):
    """The clock of this test, at nine in the morning of a Monday."""
    clocks = Clocks(time_machine)
    clocks.move_to(NOW, tick=False)
    return clocks


@pytest.fixture
def event(clock, manager):
    """A training in a week, with letters as every event has them."""
    return factories.event(manager.memberships.get().agency, title="督导", starts_in=7 * DAY)


def seat(event, **fields):
    person = factories.user(**fields)
    return register(event, user=person, by=person)


def letters(mails, word="See you soon"):
    """To whom a kind of letter went."""
    return [one.to[0] for one in mails if one.subject.startswith(word)]


@pytest.fixture
def english(settings):
    """New people read English, so that a test can name a subject."""
    field = factories.User._meta.get_field("language")
    was, field.default = field.default, "en"
    yield
    field.default = was


pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]


# -- Before -----------------------------------------------------------------------------------------------------------


def test_everybody_with_a_seat_is_reminded_once_a_day_before(event, clock, deliver):
    ours = [seat(event), seat(event)]
    event.pools.update(capacity=2)
    seat(event)  # waits
    deliver()

    clock.move_to(NOW + 6 * DAY - MINUTE, tick=False)
    assert due.run(NOW + 6 * DAY - MINUTE) == []
    clock.move_to(NOW + 6 * DAY, tick=False)
    assert due.run(NOW + 6 * DAY) == ["2 reminders queued"]
    assert due.run(NOW + 6 * DAY + MINUTE) == []

    assert letters(deliver()) == [one.person.email for one in ours]


def test_a_reminder_says_when_and_where_in_the_persons_language(event, clock, deliver):
    event.mode, event.venue, event.online_url = "hybrid", "社区中心", "https://meeting.example.org/1"
    event.save()
    seat(event, language="zh-hans", name="林小雨")
    seat(event, name="Ann")
    deliver()
    clock.move_to(NOW + 6 * DAY, tick=False)
    due.run(NOW + 6 * DAY)

    chinese, english = deliver()

    for one, name, day in ((chinese, "林小雨", "3月8日"), (english, "Ann", "March 8, 2027")):
        for words in (
            name,
            day,
            "09:00–12:00",
            "社区中心",
            "https://meeting.example.org/1",
            event.get_absolute_url(),
        ):
            assert words in one.body.replace("/en/events", "/events"), (words, one.body)
    assert "See you soon" in english.subject


def test_the_host_chooses_up_to_five_hours_and_each_reminds_once(event, clock, deliver, manager):
    reminders.change_plan(event, by=manager, reminder_hours=[72, 24, 2])
    ours = seat(event)
    deliver()
    sent = []
    for minutes in range(0, 7 * 24 * 60, 30):
        at = NOW + minutes * MINUTE
        clock.move_to(at, tick=False)
        due.run(at)
        sent += [(7 * DAY - minutes * MINUTE) / HOUR] * len(letters(deliver()))
    assert sent == [72, 24, 2]
    assert list(ours.reminders.order_by("pk").values_list("hours", flat=True)) == [72, 24, 2]


@pytest.mark.parametrize("hours", [[1, 2, 3, 4, 5, 6], [0], [721], [24, 24], ["24"], "24", [True], None])
def test_other_hours_are_refused(event, manager, hours):
    with pytest.raises(ValidationError):
        reminders.change_plan(event, by=manager, reminder_hours=hours)
    assert not LetterPlan.objects.exists()


def test_after_a_stop_of_two_days_one_reminder_speaks_for_those_missed(event, clock, manager, deliver):
    reminders.change_plan(event, by=manager, reminder_hours=[72, 48, 24])
    seat(event)
    deliver()
    clock.move_to(NOW + 6 * DAY + HOUR, tick=False)
    due.run(NOW + 6 * DAY + HOUR)
    assert len(letters(deliver())) == 1


def test_who_registers_after_the_hour_is_not_reminded_of_what_they_just_read(event, clock, deliver):
    clock.move_to(NOW + 6 * DAY + HOUR, tick=False)
    seat(event)
    deliver()
    due.run(NOW + 6 * DAY + 2 * HOUR)
    assert letters(deliver()) == []


def test_who_comes_from_the_waiting_list_after_the_hour_is_not_reminded_either(event, clock, deliver):
    event.pools.update(capacity=1)
    first, waiting = seat(event), seat(event)
    clock.move_to(NOW + 6 * DAY + HOUR, tick=False)
    cancel(first, by=first.user)
    deliver()
    due.run(NOW + 6 * DAY + HOUR)
    assert letters(deliver()) == []
    waiting.refresh_from_db()
    assert waiting.has_seat


def move(event, manager, *, to):
    [session] = event.sessions.all()
    plan = PlannedSession(to, to + 3 * HOUR, ical_uid=session.ical_uid)
    update_event(event, by=manager, fields={}, sessions=[plan], capacity=30)


def test_a_session_that_moved_is_reminded_of_anew(event, clock, manager, deliver):
    seat(event)
    clock.move_to(NOW + 6 * DAY, tick=False)
    due.run(NOW + 6 * DAY)
    move(event, manager, to=NOW + 9 * DAY)
    clock.move_to(NOW + 8 * DAY, tick=False)
    deliver()
    due.run(NOW + 8 * DAY)
    assert len(letters(deliver())) == 1
    assert Reminder.objects.count() == 2


def test_a_session_that_moved_nearer_than_the_hour_is_told_of_by_the_letter_about_the_change(
    event, clock, manager, deliver
):
    seat(event)
    deliver()
    move(event, manager, to=NOW + 5 * HOUR)
    due.run(NOW + MINUTE)
    mails = deliver()
    assert letters(mails) == []
    assert len(letters(mails, "New time or place")) == 1


def test_a_reminder_that_waited_while_the_session_moved_says_nothing_wrong(event, clock, manager, deliver):
    seat(event)
    deliver()
    clock.move_to(NOW + 6 * DAY, tick=False)
    due.run(NOW + 6 * DAY)
    move(event, manager, to=NOW + 9 * DAY)
    assert letters(deliver()) == []


def test_who_gave_the_seat_back_meanwhile_is_not_reminded(event, clock, deliver):
    ours = seat(event)
    clock.move_to(NOW + 6 * DAY, tick=False)
    due.run(NOW + 6 * DAY)
    cancel(ours, by=ours.user)
    assert letters(deliver()) == []


def test_an_event_that_is_called_off_or_a_draft_reminds_nobody(event, clock, manager, deliver):
    seat(event)
    cancel_event(event, by=manager)
    draft = factories.event(event.host, status="draft", starts_in=7 * DAY)
    Registration.objects.create(
        event=draft, pool=draft.pools.get(), user=manager, status="confirmed", created_at=NOW
    ).log.create(status="confirmed", at=NOW)
    assert due.run(NOW + 6 * DAY) == []


def test_each_session_has_its_own_reminder(event, clock, deliver):
    later = NOW + 14 * DAY
    EventSession.objects.create(event=event, starts_at=later, ends_at=later + HOUR, title="下半场")
    seat(event)
    deliver()
    bodies = []
    for days in (6, 13):
        clock.move_to(NOW + days * DAY, tick=False)
        due.run(NOW + days * DAY)
        bodies += [one.body for one in deliver()]
    assert ["下半场" in body for body in bodies] == [False, True]


def test_a_guest_without_an_address_is_passed_over_without_an_error(event, clock, deliver):
    facts = {"event": event, "pool": event.pools.get(), "status": "confirmed", "created_at": NOW}
    for n, email in enumerate(("", "guest@example.org")):
        guest = Registration.objects.create(
            guest_name=f"来宾{n}", guest_phone=f"1380000000{n}", guest_email=email, **facts
        )
        guest.log.create(status="confirmed", at=NOW)
    SeatPool.objects.filter(event=event).update(taken=2)
    clock.move_to(NOW + 6 * DAY, tick=False)
    due.run(NOW + 6 * DAY)
    assert [one.to for one in deliver()] == [["guest@example.org"]]


def test_a_closed_account_is_written_to_no_more(event, clock, deliver):
    ours = seat(event)
    deliver()
    ours.user.is_active = False
    ours.user.save()
    assert due.run(NOW + 6 * DAY) == []


def test_a_mail_server_that_is_away_for_a_day_loses_nothing_and_doubles_nothing(
    event, clock, deliver, manager, settings, monkeypatch
):
    settings.EMAIL_BACKEND = f"{__name__}.MailServerThatMayBeAway"
    reminders.change_plan(event, by=manager, reminder_hours=[72])
    people = [seat(event).person.email for _n in range(3)]
    deliver()
    mail.outbox.clear()
    monkeypatch.setattr(MailServerThatMayBeAway, "is_away", True)
    began, jobs, away = NOW + 4 * DAY, [], 24 * 60
    for minutes in range(0, away + 180, 5):
        at = began + minutes * MINUTE
        clock.move_to(at, tick=False)
        monkeypatch.setattr(MailServerThatMayBeAway, "is_away", minutes < away)
        due.run(at)
        deliver()
        jobs.append(
            DBTaskResult.objects.filter(
                task_path="events.mails.reminders.send_reminder", status="READY"
            ).count()
        )

    assert sorted(letters(mail.outbox)) == sorted(people)
    assert max(jobs) == 3  # one job waits for each person, however long it lasts
    assert jobs[-1] == 0


# -- After ------------------------------------------------------------------------------------------------------------


def test_people_are_thanked_at_nine_on_the_next_morning_with_the_hosts_own_words(
    event, clock, manager, deliver
):
    reminders.change_plan(event, by=manager, thanks_words="下次见！<3", reminder_hours=[])
    ours = seat(event)
    left = seat(event)
    cancel(left, by=left.user)
    deliver()
    morning = NOW + 8 * DAY
    clock.move_to(morning - MINUTE, tick=False)
    assert due.run(morning - MINUTE) == []
    clock.move_to(morning, tick=False)
    assert due.run(morning) == ["1 thank-you mails queued"]
    assert due.run(morning + HOUR) == []

    mails = deliver()
    assert letters(mails, "Thank you") == [ours.person.email]
    assert "下次见！<3" in mails[0].body
    assert event.get_absolute_url() in mails[0].body.replace("/en/", "/")


def test_a_host_who_wants_no_thanks_or_another_hour_gets_that(event, clock, manager, deliver):
    seat(event)
    reminders.change_plan(event, by=manager, reminder_hours=[], sends_thanks=False)
    assert due.run(NOW + 9 * DAY) == []
    reminders.change_plan(event, by=manager, sends_thanks=True, thanks_hour=20)
    assert due.run(NOW + 8 * DAY + 10 * HOUR) == []
    assert due.run(NOW + 8 * DAY + 11 * HOUR) == ["1 thank-you mails queued"]


def test_what_is_long_over_is_thanked_for_no_more(event, clock):
    seat(event)
    assert due.run(NOW + 11 * DAY) == []


# -- The host's page --------------------------------------------------------------------------------------------------


def url(event):
    with override("en"):
        return reverse("edit_letters", args=[event.host.slug, event.public_id])


@pytest.mark.parametrize(
    ("typed", "hours"),
    [("72, 24,2", [72, 24, 2]), ("2、24小时", [24, 2]), ("２４", [24]), ("", []), ("24 24", [24])],
)
def test_hours_are_read_however_they_are_typed(client, event, manager, typed, hours):
    client.force_login(manager)
    answer = client.post(url(event), {"reminder_hours": typed, "sends_thanks": "on", "thanks_hour": "10"})
    assert answer.status_code == 302
    plan = LetterPlan.objects.get()
    assert (plan.reminder_hours, plan.thanks_hour, plan.sends_thanks) == (hours, 10, True)


@pytest.mark.parametrize("typed", ["soon", "-3", "99999", "1,2,3,4,5,6", "0", "9" * 70, "\x00"])
def test_what_cannot_be_hours_is_refused_beside_the_field_and_stays_there(client, event, manager, typed):
    client.force_login(manager)
    answer = client.post(url(event), {"reminder_hours": typed, "thanks_hour": "9", "thanks_words": "谢谢"})
    assert answer.status_code == 200
    assert answer.context["form"].errors.keys() == {"reminder_hours"}
    assert "谢谢" in answer.text
    assert not LetterPlan.objects.exists()

"""Every letter about a place: there is one for everything that can happen, and it reads well in both languages."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.conf import settings
from django.utils import timezone

from events.hosting.publishing import PlannedSession, update_event
from events.mails import letters
from events.models import GroupMessage, Registration
from events.nominating.nomination import Nominee, nominate
from events.registering.registration import cancel, register
from events.registering.standing import note_down
from portal import mail
from tests import factories

pytestmark = pytest.mark.django_db
FOLDER = Path(settings.BASE_DIR) / "templates" / "email" / "events"
LETTERS = sorted(file.stem for file in FOLDER.glob("*.txt") if not file.stem.startswith("_"))
AROUND_A_PLACE = {
    "requested",
    "waitlisted",
    "confirmed",
    "promoted",
    "turned_down",
    "cancelled",
    "event_changed",
    "event_cancelled",
    "reminder",
    "thanks",
    "group_message",
}


@pytest.fixture
def context():
    event = factories.event(
        title="课后照顾 <督导> & 工作坊",
        title_en="After-school care & supervision",
        mode="hybrid",
        online_url="https://meeting.example.org/1",
        contact="王老师 13800000000",
        division=factories.division(),
        capacity=1,
    )
    first, person = factories.user(), factories.user(name="林小雨")
    register(event, user=first, by=first)
    return {
        "registration": register(event, user=person, by=person),
        "event": event,
        "person": person,
        "reason": "这次先请一线同事。",
        "session": event.sessions.get(),
        "words": "下次见！",
        "message": GroupMessage(event=event, subject="请带身份证", text="门口要登记。"),
    }


def test_there_is_a_letter_for_everything_that_can_happen():
    assert set(LETTERS) >= AROUND_A_PLACE


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("name", sorted(AROUND_A_PLACE))
def test_a_letter_greets_the_person_names_the_event_and_leads_to_it(context, name, language):
    subject, body = mail.written(f"events/{name}", language=language, context=context)
    event = context["event"]

    assert "\n" not in subject
    assert body.startswith("Hello 林小雨," if language == "en" else "林小雨，您好：")
    title = event.title_en if language == "en" else event.title
    assert title in subject + body
    links = re.findall(rf"^{re.escape(settings.SITE_URL)}/\S+$", body, re.M)
    assert len(links) == 1
    assert links[0].startswith(f"{settings.SITE_URL}/en/") == (language == "en")
    for slip in ("None", "&amp;", "&lt;", "{{", "{%", "\n\n\n", "  \n"):
        assert slip not in subject + body


def test_only_a_letter_to_who_has_a_seat_holds_the_link_to_the_meeting(context):
    for name in AROUND_A_PLACE - {"reminder"}:  # that one is written to nobody without a seat
        _subject, body = mail.written(f"events/{name}", language="en", context=context)
        assert "meeting.example.org" not in body, name
    seated = context["event"].registrations.get(status="confirmed")
    for name in ("confirmed", "promoted", "event_changed", "reminder"):
        said = {**context, "registration": seated}
        assert "meeting.example.org" in mail.written(f"events/{name}", language="en", context=said)[1]


@pytest.mark.parametrize("template", ["confirmed", "promoted", "cancelled", "event_cancelled", "turned_down"])
def test_a_guest_without_an_address_is_passed_over_without_an_error(manager, agency, deliver, template):
    event = factories.event(agency)
    facts = {"event": event, "pool": event.pools.get(), "status": "confirmed", "created_at": timezone.now()}
    guests = [
        Registration.objects.create(guest_name=name, guest_phone=phone, guest_email=email, **facts)
        for name, phone, email in (("甲", "13800000001", ""), ("乙", "", "guest@example.org"))
    ]
    for guest in guests:
        note_down(guest, by=manager, at=timezone.now(), template=template)
    letters.write_about_change(guests, at=timezone.now())
    mails = deliver()
    assert {one.to[0] for one in mails} == {"guest@example.org"}
    assert len(mails) == 2


def test_who_gives_the_place_back_at_once_gets_one_letter_a_moment_later(settings, deliver):
    settings.LETTERS_WAIT = 15
    event, person = factories.event(), factories.user()
    began = timezone.now()
    with time_machine.travel(began, tick=False) as clock:
        cancel(register(event, user=person, by=person), by=person)
        assert deliver() == []
        clock.shift(16)
        letter, *others = deliver()
    assert not others
    assert event.title in letter.subject + letter.body
    assert letter.to == [person.email]
    assert "METHOD:CANCEL" in str(letter.message())


def move(event, by, **shift):
    """The event on another day, as its host writes it."""
    sessions = [
        PlannedSession(
            one.starts_at + timedelta(**shift), one.ends_at + timedelta(**shift), ical_uid=one.ical_uid
        )
        for one in event.sessions.all()
    ]
    update_event(event, by=by, fields={}, sessions=sessions, capacity=event.capacity)


def test_who_waits_or_asks_hears_of_a_move_as_well_and_gets_nothing_for_their_calendar(
    manager, agency, deliver
):
    event = factories.event(agency, capacity=1)
    seated, waiting = factories.user(email="seated@example.org"), factories.user(email="waiting@example.org")
    for person in (seated, waiting):
        register(event, user=person, by=person)
    deliver()

    move(event, manager, days=3)

    mails = {one.to[0]: one for one in deliver()}
    assert mails.keys() == {"seated@example.org", "waiting@example.org"}
    assert "名额仍然保留" in mails["seated@example.org"].body
    assert "METHOD:REQUEST" in str(mails["seated@example.org"].message())
    assert "候补名单" in mails["waiting@example.org"].body
    assert "METHOD:" not in str(mails["waiting@example.org"].message())


def test_the_colleague_of_somebody_without_an_address_hears_of_a_move_though_they_put_them_down(
    agency, manager, deliver
):
    event, home = factories.event(agency, capacity=1), factories.agency()
    coordinator = factories.member_of(home, role="manager", email="coordinator@example.org")
    first = factories.user()
    register(event, user=first, by=first)
    nominate(event, agency=home, people=[Nominee("陈静", "13800000001")], by=coordinator)
    cancel(Registration.objects.get(user=first), by=first)
    promoted = [one for one in deliver() if one.to == ["coordinator@example.org"]]

    move(event, manager, days=3)

    [told] = deliver()
    assert told.to == ["coordinator@example.org"]
    assert "更改了时间或地点" in told.body
    [before] = promoted
    assert "更改了时间或地点" not in before.body
    assert told.message()["Message-ID"] != before.message()["Message-ID"]


def test_a_guest_is_written_to_in_the_language_of_the_event(manager, agency, deliver):
    event = factories.event(language="en", title="Supervision")
    nominate(event, agency=agency, people=[Nominee("Chen Jing", email="chen@example.org")], by=manager)
    [letter] = deliver()
    assert letter.subject.startswith("You are put down") or letter.body.startswith("Hello")

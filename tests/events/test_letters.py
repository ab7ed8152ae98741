"""Every letter about a place: there is one for everything that can happen, and it reads well in both languages."""

import re
from pathlib import Path

import pytest
import time_machine
from django.conf import settings
from django.utils import timezone

from events.mails import letters
from events.models import GroupMessage, Registration
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

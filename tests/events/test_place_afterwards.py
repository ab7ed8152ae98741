"""The personal link after the event: hours, certificate, feedback and files of somebody without an account."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from events.certifying import issuing
from events.hours import ledger
from events.mails import reminders
from events.models import Event, Feedback, HoursEntry, Nomination, Registration
from events.models.event import refresh_span
from events.nominating import guests
from events.nominating.nomination import Nominee, nominate
from portal.typesetting import has_chinese_font
from tests import factories
from tests.events.test_hours import attend
from tests.events.test_materials import put_up
from tests.events.test_place import link

pytestmark = pytest.mark.django_db


@pytest.fixture
def event(agency):
    return factories.event(agency, title="个案管理", title_en="Case management")


@pytest.fixture
def put_down(event, agency, manager):
    def run(*people: Nominee) -> list[Nomination]:
        people = people or (Nominee("陈静", "13800000001", "chen@example.org"),)
        return nominate(event, agency=agency, people=people, by=manager).nominations

    return run


def was_yesterday(event):
    """Move an event to which people were put down into the past."""
    session = event.sessions.get()
    start = timezone.now() - timedelta(days=1)
    length = session.ends_at - session.starts_at
    event.sessions.update(starts_at=start, ends_at=start + length)
    refresh_span(event)
    event.refresh_from_db()


def attended(event, *nominations, by):
    was_yesterday(event)
    for nomination in nominations:
        nomination.registration.refresh_from_db()
        nomination.registration.event = event
        attend(nomination.registration, 180)
    ledger.grant(event, by=by)


def test_who_was_there_reads_their_hours_and_gets_certificate_and_files_by_the_link(
    client, event, put_down, manager
):
    [nomination] = put_down()
    material = put_up(event, manager, "after")
    attended(event, nomination, by=manager)
    certificate = issuing.issue(nomination.registration, by=manager)

    page = client.get(link(nomination)).text

    assert "This event is over" in page
    assert "3 hours" in page
    assert certificate.number in page
    assert link(nomination, "place_certificate") in page
    assert client.get(link(nomination, "place_material", material.public_id)).status_code == 200


@pytest.mark.skipif(not has_chinese_font(), reason="no Chinese font is installed (fonts-noto-cjk)")
def test_the_certificate_is_handed_out_to_the_link_alone_and_kept_by_nobody(client, event, put_down, manager):
    [nomination] = put_down()
    attended(event, nomination, by=manager)
    certificate = issuing.issue(nomination.registration, by=manager)

    answer = client.get(link(nomination, "place_certificate"), {"language": "en"})

    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    assert answer["Cache-Control"] == "private, no-store"
    assert answer.content.startswith(b"%PDF")
    with override("en"):
        own = reverse("certificate_pdf", args=[certificate.public_id])
    assert client.get(own).status_code == 302  # without the link one signs in


def test_nobody_gets_hours_or_certificate_of_another_guest(client, event, put_down, manager):
    first, second = put_down(Nominee("陈静", "13800000001"), Nominee("王芳", "13800000002"))
    attended(event, first, by=manager)
    certificate = issuing.issue(first.registration, by=manager)

    page = client.get(link(second)).text
    answer = client.get(link(second, "place_certificate"))

    assert certificate.number not in page
    assert "3 hours" not in page
    assert answer.status_code == 302
    assert answer.url == link(second)


def test_a_guest_says_the_name_for_the_certificate_until_it_is_issued(client, event, put_down, manager):
    [nomination] = put_down(Nominee("小陈", "13800000001"))
    attended(event, nomination, by=manager)
    name = link(nomination, "name_on_certificate")
    assert f'action="{name}"' in client.get(link(nomination)).text

    refused = client.post(name, {"certificate_name": "陈\u202e静"}, follow=True)
    assert [one.level_tag for one in refused.context["messages"]] == ["error"]
    answer = client.post(name, {"certificate_name": " 陈  静 "}, follow=True)
    assert answer.redirect_chain == [(link(nomination), 302)]
    assert 'value="陈 静"' in answer.text

    assert issuing.issue(nomination.registration, by=manager).name == "陈 静"
    assert name not in client.get(link(nomination)).text
    late = client.post(name, {"certificate_name": "李梅"}, follow=True)
    assert "Your certificate has been issued." in late.text
    nomination.registration.refresh_from_db()
    assert nomination.registration.certificate_name == "陈 静"


def test_nobody_else_s_certificate_gets_a_name_by_a_link(client, event, put_down, manager):
    """Not of who has no seat, not of who has an account, and of nobody as long as others may still come instead."""
    person = factories.with_address(factories.user())
    seated, waiting, member = put_down(
        Nominee("陈静", "13800000001"), Nominee("王芳", "13800000002"), Nominee("李梅", "", person.email)
    )

    def is_taken(nomination) -> bool:
        name = link(nomination, "name_on_certificate")
        assert client.get(name).status_code == 405
        is_offered = name in client.get(link(nomination)).text
        answer = client.post(name, {"certificate_name": "赵敏"}, follow=True)
        level = "success" if is_offered else "error"
        assert [one.level_tag for one in answer.context["messages"]] == [level]
        nomination.registration.refresh_from_db()
        return nomination.registration.certificate_name == "赵敏"

    assert not is_taken(seated)
    was_yesterday(event)
    Registration.objects.filter(pk=waiting.registration_id).update(
        status="waitlisted", waiting_since=timezone.now()
    )
    assert [is_taken(one) for one in (seated, waiting, member)] == [True, False, False]


def test_a_certificate_that_was_taken_back_is_not_handed_out(client, event, put_down, manager):
    [nomination] = put_down()
    attended(event, nomination, by=manager)
    issuing.issue(nomination.registration, by=manager)
    issuing.revoke(nomination.registration, reason="冒名", by=manager)
    assert client.get(link(nomination, "place_certificate")).status_code == 302


def test_the_link_tells_a_colleague_nothing_about_what_is_in_an_account(client, event, put_down, manager):
    person = factories.with_address(factories.user(name="秘密的名字"))
    [nomination] = put_down(Nominee("陈静", "", person.email))
    attended(event, nomination, by=manager)
    certificate = issuing.issue(nomination.registration, by=manager)

    page = client.get(link(nomination)).text

    assert certificate.number not in page
    assert "秘密的名字" not in page
    assert client.get(link(nomination, "place_certificate")).status_code == 302
    assert client.get(link(nomination, "place_feedback")).status_code == 404


def test_a_guest_says_how_it_was_once_and_nobody_who_was_not_there_does(client, event, put_down, manager):
    first, second = put_down(Nominee("陈静", "13800000001"), Nominee("王芳", "13800000002"))
    attended(event, first, by=manager)
    form = link(first, "place_feedback")
    assert form in client.get(link(first)).text
    assert link(second, "place_feedback") not in client.get(link(second)).text

    for address in (form, form, link(second, "place_feedback")):
        client.post(address, {"content": 5, "teaching": 4, "setting": 3})

    assert Feedback.objects.count() == 1
    assert form not in client.get(link(first)).text


def test_mails_after_the_event_lead_a_guest_to_the_link_and_a_member_to_their_account(
    event, put_down, manager, deliver
):
    person = factories.with_address(factories.user())
    guest, member = put_down(Nominee("陈静", "", "chen@example.org"), Nominee("王芳", "", person.email))
    attended(event, guest, member, by=manager)
    deliver()

    for one in (guest, member):
        issuing.issue(one.registration, by=manager)
        reminders.write_thanks(one.registration, at=timezone.now())
    mails = deliver()

    with override("zh-hans"):
        own, my_hours = guest.get_absolute_url(), reverse("my_hours")
    told = {to: [mail.body for mail in mails if mail.to == [to]] for to in ("chen@example.org", person.email)}
    assert [own in body for body in told["chen@example.org"]] == [True, True]
    assert [my_hours in body for body in told["chen@example.org"]] == [False, False]
    assert [member.get_absolute_url() in body for body in told[person.email]] == [False, False]
    assert any(my_hours in body for body in told[person.email])


def test_a_guest_takes_the_place_into_an_account_after_the_event(client, event, put_down, manager):
    [nomination] = put_down(Nominee("陈静", "13800000001"))
    attended(event, nomination, by=manager)
    person = factories.user()
    client.force_login(person)

    assert "take the place into my account" in client.get(link(nomination)).text
    client.post(link(nomination), {"answer": "me"})

    assert HoursEntry.objects.of(person).minutes() == 180
    assert link(nomination, "place_certificate") not in client.get(link(nomination)).text


def test_the_page_says_from_which_day_on_it_shows_nothing(client, event, put_down):
    [nomination] = put_down()
    was_yesterday(event)
    day = guests.closes_on(Event.objects.get(pk=event.pk))
    assert str(day.year) in client.get(link(nomination)).text
    assert day - timezone.localdate(event.ends_at) == timedelta(days=90)

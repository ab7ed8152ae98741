"""Messages of a host to a group: to whom, how many a day, once each, and what is kept of them."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from events.mails import messages
from events.models import GroupMessage, Registration
from events.registering.refusals import NotYours
from events.registering.registration import cancel, register
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def event(agency, manager):
    return factories.event(agency, capacity=2, title="督导")


def comes(event, **facts):
    agency = facts.pop("agency", None)
    person = factories.member_of(agency, **facts) if agency else factories.user(**facts)
    return register(event, user=person, by=person, agency=agency)


def write(event, by, **facts):
    plain = {"group": "seated", "subject": "请带身份证", "text": "门口要登记。", "form_key": uuid4()}
    return messages.write(event, by=by, **{**plain, **facts})


def told(mails, subject="请带身份证"):
    return sorted(one.to[0] for one in mails if one.subject == subject)


def addresses(*registrations):
    return sorted(one.person.email for one in registrations)


def test_each_group_is_who_it_says(event, manager, deliver):
    home = factories.agency()
    first, second = comes(event, agency=home), comes(event)
    waiting, gone = comes(event, agency=home), comes(event)
    cancel(gone, by=gone.user)
    asking = comes(event)
    Registration.objects.filter(pk=asking.pk).update(status="requested", waiting_since=None)
    Registration.objects.filter(pk=second.pk).update(nominated_by=manager)
    asking.refresh_from_db()
    deliver()

    groups = {
        "seated": (first, second),
        "waiting": (waiting,),
        "asking": (asking,),
        "unanswered": (second,),
    }
    found = {group: addresses(*messages.recipients(event, group)) for group in groups}
    assert found == {group: addresses(*people) for group, people in groups.items()}
    assert addresses(*messages.recipients(event, "agency", agency=home)) == addresses(first, waiting)
    assert list(messages.recipients(event, "agency", agency=None)) == []


def test_one_mail_goes_to_each_person_in_their_language_and_names_nobody_else(event, manager, deliver):
    comes(event, name="林小雨", language="zh-hans")
    comes(event, name="Ann Lee", language="en")
    deliver()

    write(event, manager, text="门口要登记。<b>\n请早到。")
    mails = deliver()

    assert [len(one.to) for one in mails] == [1, 1]
    chinese, english = mails
    assert "林小雨" in chinese.body
    assert "Ann" not in chinese.body
    assert "Hello Ann Lee," in english.body
    for one in mails:
        assert "门口要登记。<b>\n请早到。" in one.body
        assert "&lt;b&gt;" in one.alternatives[0][0]
        assert event.get_absolute_url() in one.body.replace("/en/", "/")


def test_the_page_says_how_many_of_the_mails_have_left(client, event, manager, deliver):
    comes(event), comes(event)
    deliver()
    message = write(event, manager)
    client.force_login(manager)

    assert "0 of 2 mails have left" in client.get(url(event)).text
    messages.send_copy.func(copy=message.copies.first().pk)
    assert "1 of 2 mails have left" in client.get(url(event)).text
    deliver()
    text = client.get(url(event)).text
    assert "All 2 mails have left" in text
    assert all(
        words in text for words in ("请带身份证", "门口要登记。", str(manager), "Everybody with a seat")
    )


def test_a_copy_that_is_sent_again_has_the_same_identity_and_one_that_left_is_not(event, manager, deliver):
    comes(event)
    deliver()
    copy = write(event, manager).copies.get()
    [first] = deliver()
    messages.send_copy.func(copy=copy.pk)  # the worker was killed after its note: nothing goes out
    assert deliver() == []
    message_id = first.extra_headers["Message-ID"]
    copy.sent_at = None
    copy.save()
    messages.send_copy.enqueue(
        copy=copy.pk
    )  # killed before its note: it goes out again, known by its identity
    [again] = deliver()
    assert again.extra_headers["Message-ID"] == message_id


def test_who_leaves_before_the_mail_does_gets_none(event, manager, deliver):
    stays, leaves = comes(event), comes(event)
    deliver()
    message = write(event, manager)
    cancel(leaves, by=leaves.user)
    assert told(deliver()) == addresses(stays)
    assert messages.with_progress(GroupMessage.objects.filter(pk=message.pk)).get().all == 1


def test_a_form_sent_twice_writes_once(event, manager, deliver):
    comes(event)
    deliver()
    key = uuid4()
    assert write(event, manager, form_key=key) == write(event, manager, form_key=key)
    assert len(deliver()) == 1


def test_five_messages_a_day_are_enough_and_tomorrow_there_are_more(event, manager):
    comes(event)
    now = timezone.now()
    for _n in range(messages.MOST_A_DAY):
        write(event, manager, at=now)
    with pytest.raises(messages.MessageRefused, match="5"):
        write(event, manager, at=now + timedelta(hours=23))
    write(event, manager, at=now + timedelta(hours=25))
    assert GroupMessage.objects.count() == messages.MOST_A_DAY + 1


def test_an_agency_cannot_write_to_thousands_over_many_events(event, manager, monkeypatch):
    monkeypatch.setattr(messages, "MOST_MAILS_A_DAY", 3)
    other = factories.event(event.host)
    for one in (event, other):
        comes(one), comes(one)
    write(event, manager)
    with pytest.raises(messages.MessageRefused):
        write(other, manager)
    assert other.messages.count() == 0


def test_a_group_without_anybody_is_refused(event, manager):
    with pytest.raises(messages.MessageRefused):
        write(event, manager, group="waiting")


def test_only_the_host_writes(event, member, stranger):
    comes(event)
    for person in (member, stranger):
        with pytest.raises(NotYours):
            write(event, person)


def test_a_guest_without_an_address_is_counted_as_out_of_reach_and_nothing_breaks(
    client, event, manager, deliver
):
    seated = comes(event)
    facts = {"event": event, "pool": event.pools.get(), "created_at": timezone.now()}
    Registration.objects.create(guest_name="来宾", guest_phone="13800000001", status="confirmed", **facts)
    deliver()
    client.force_login(manager)
    page = client.post(url(event), typed(preview=""))
    assert "1 person of this event has no e-mail address" in page.text
    assert "Send it to 1 person" in page.text
    write(event, manager)
    assert told(deliver()) == addresses(seated)


# -- The page ---------------------------------------------------------------------------------------------------------


def url(event):
    with override("en"):
        return reverse("messages", args=[event.host.slug, event.public_id])


def typed(**fields):
    return {
        "group": "seated",
        "subject": "请带身份证",
        "text": "门口要登记。",
        "form_key": str(uuid4()),
        **fields,
    }


def test_a_message_is_looked_at_first_then_sent_and_a_second_press_changes_nothing(
    client, event, manager, deliver
):
    comes(event), comes(event)
    deliver()
    client.force_login(manager)
    said = typed()

    preview = client.post(url(event), {**said, "preview": ""})
    assert "Send it to 2 people" in preview.text
    assert said["form_key"] in preview.text
    assert not GroupMessage.objects.exists()

    back = client.post(url(event), {**said, "change": ""})
    assert "门口要登记。" in back.text
    assert not GroupMessage.objects.exists()

    for _press in range(2):
        assert client.post(url(event), {**said, "send": ""}).status_code == 302
    assert len(told(deliver())) == 2


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"subject": ""}, "subject"),
        ({"subject": "早\u202e到"}, "subject"),
        ({"subject": "长" * 121}, "subject"),
        ({"text": "x" * 4001}, "text"),
        ({"text": "\x00"}, "text"),
        ({"group": "everybody on earth"}, "group"),
        ({"group": "agency"}, "agency"),
        ({"group": "agency", "agency": "999999"}, "agency"),
        ({"form_key": "x"}, "form_key"),
    ],
)
def test_what_is_wrong_is_said_beside_the_field_and_what_was_typed_stays(
    client, event, manager, fields, field
):
    comes(event)
    client.force_login(manager)
    answer = client.post(url(event), typed(**{"text": "留着这句话", **fields}, send=""))
    assert answer.context["form"].errors.keys() == {field}
    assert field == "text" or "留着这句话" in answer.text
    assert not GroupMessage.objects.exists()


def test_only_agencies_that_take_part_can_be_chosen(client, event, manager):
    home, other = factories.agency(), factories.agency()
    comes(event, agency=home)
    client.force_login(manager)
    assert client.post(url(event), typed(group="agency", agency=other.pk)).context["form"].errors
    preview = client.post(url(event), typed(group="agency", agency=home.pk))
    assert preview.context["number"] == 1
    assert home.name_en in preview.text


def test_the_page_asks_the_database_as_often_for_three_messages_as_for_one(client, event, manager):
    comes(event, agency=factories.agency())
    client.force_login(manager)
    counts = []
    for _n in range(3):
        write(event, manager)
        with CaptureQueriesContext(connection) as queries:
            client.get(url(event))
        counts.append(len(queries))
    assert len(set(counts)) == 1, counts

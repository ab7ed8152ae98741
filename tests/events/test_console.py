"""The host's console."""

import csv
from datetime import datetime, timedelta
from io import StringIO
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from events.models import Event
from events.registering.registration import register
from tests import factories

pytestmark = pytest.mark.django_db
WRITES = ("publish_event", "cancel_event")
READS = ("edit_event", "roster", "signature_list")


def url(name, *args):
    with override("en"):
        return reverse(name, args=args)


def moment(**offset):
    return f"{timezone.localtime() + timedelta(**offset):%Y-%m-%dT%H:%M}"


def typed(*sessions, **fields):
    """What a browser sends: the fields, and eight rows of which the given ones are filled."""
    data = {
        "title": "督导工作坊",
        "kind": "workshop",
        "language": "zh-hans",
        "mode": "onsite",
        "venue": "二楼",
        "capacity": "20",
        "sessions-TOTAL_FORMS": "8",
        "sessions-INITIAL_FORMS": "0",
        **fields,
    }
    for n, row in enumerate(sessions or [{"starts_at": moment(days=9), "ends_at": moment(days=9, hours=2)}]):
        data.update({f"sessions-{n}-{name}": value for name, value in row.items()})
    return data


def test_an_event_is_written_published_and_called_off(console, agency):
    response = console.post(url("create_event", agency.slug), typed(speakers="张红（督导）\n\n李梅"))

    event = Event.objects.get()
    assert response["Location"] == url("edit_event", agency.slug, event.public_id)
    assert (event.host, event.status, event.capacity, event.speakers) == (
        agency,
        "draft",
        20,
        ["张红（督导）", "李梅"],
    )

    console.post(url("publish_event", agency.slug, event.public_id))
    assert Event.objects.get().status == "published"

    console.post(url("cancel_event", agency.slug, event.public_id))
    assert Event.objects.get().is_cancelled


def test_a_session_keeps_its_identity_when_it_is_changed_and_goes_when_its_row_is_empty(console, agency):
    rows = [{"starts_at": moment(days=n), "ends_at": moment(days=n, hours=2)} for n in (5, 6)]
    console.post(url("create_event", agency.slug), typed(*rows))
    event = Event.objects.get()
    first, _second = event.sessions.all()

    changed = {**rows[0], "ical_uid": str(first.ical_uid), "title": "开场"}
    emptied = {"starts_at": "", "ends_at": "", "title": "", "ical_uid": str(_second.ical_uid)}
    console.post(
        url("edit_event", agency.slug, event.public_id),
        typed(changed, emptied, **{"sessions-INITIAL_FORMS": "2"}),
    )

    assert [(one.pk, one.title) for one in event.sessions.all()] == [(first.pk, "开场")]


def test_a_form_sent_twice_makes_one_event(console, agency):
    page = console.get(url("create_event", agency.slug))
    key = page.context["form"]["form_key"].value()
    for _n in range(2):
        answer = console.post(url("create_event", agency.slug), typed(form_key=str(key), publish="now"))
    assert Event.objects.count() == 1
    assert answer["Location"] == url("event", Event.objects.get().public_id)

    console.post(url("create_event", agency.slug), typed(form_key=str(uuid4())))
    assert Event.objects.count() == 2


def test_a_row_cannot_take_another_events_session(console, agency):
    foreign = factories.event().sessions.get()

    row = {"starts_at": moment(days=5), "ends_at": moment(days=5, hours=1), "ical_uid": str(foreign.ical_uid)}
    console.post(url("create_event", agency.slug), typed(row))

    foreign.refresh_from_db()
    assert foreign.event != Event.objects.get(host=agency)
    assert Event.objects.get(host=agency).sessions.count() == 1


@pytest.mark.parametrize(
    ("sessions", "fields", "sentence"),
    [
        ([], {"title": ""}, "This field is required."),
        ([], {"title": "长" * 400}, "at most 200 characters"),
        ([], {"venue": ""}, "Say where people should come."),
        ([], {"capacity": "10001"}, "less than or equal to 10000"),
        ([], {"capacity": "0"}, "greater than or equal to 1"),
        ([], {"capacity": "9" * 400}, "less than or equal to 10000"),
        ([], {"online_url": "javascript:alert(1)"}, "Enter a valid URL."),
        ([], {"title": "\0"}, "Null characters are not allowed."),
        ([], {"co_hosts": "x"}, "is not a valid value."),
        ([], {"sessions-TOTAL_FORMS": "x"}, "An event has at least one session."),
        ([{"starts_at": "", "ends_at": ""}], {}, "An event has at least one session."),
        ([{"starts_at": "2026-12-03T10:00", "ends_at": ""}], {}, "A session has a start and an end."),
        ([{"starts_at": moment(days=2), "ends_at": moment(days=1)}], {}, "A session ends after it starts."),
        ([{"starts_at": "0001-01-01T00:00", "ends_at": moment(days=1)}], {}, "more than ten years away"),
        ([{"starts_at": moment(days=1), "ends_at": "9999-12-31T23:59"}], {}, "more than ten years away"),
        ([{"starts_at": "yesterday", "ends_at": "\0"}], {}, "Enter a valid date/time."),
        (
            [{"starts_at": moment(days=1), "ends_at": moment(days=2), "ical_uid": "x"}],
            {},
            "Enter a valid UUID.",
        ),
        (
            [],
            {"registration_opens_at": moment(days=3), "registration_closes_at": moment(days=2)},
            "Registration closes after it opens.",
        ),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence_and_kept(console, agency, sessions, fields, sentence):
    response = console.post(
        url("create_event", agency.slug), typed(*sessions, summary="写了很久的介绍", **fields)
    )

    assert (response.status_code, Event.objects.count()) == (200, 0)
    assert sentence in response.text
    assert "写了很久的介绍" in response.text


def test_capacity_does_not_fall_below_the_seats_taken(console, agency):
    event = factories.event(agency, capacity=2)
    for _n in range(2):
        person = factories.user()
        register(event, user=person, by=person)

    response = console.post(url("edit_event", agency.slug, event.public_id), typed(capacity="1"))

    assert "2 seats are taken already. There cannot be fewer." in response.text
    assert Event.objects.get().capacity == 2


def test_a_first_session_in_the_past_is_not_published(console, agency):
    event = factories.event(agency, status="draft", starts_in=timedelta(days=-1))

    response = console.post(url("publish_event", agency.slug, event.public_id), follow=True)

    assert "The first session is in the past." in response.text
    assert Event.objects.get().status == "draft"


def test_only_who_publishes_for_the_agency_is_let_in(client, agency, manager, member, stranger):
    event = factories.event(agency, title="名单")
    other = stranger.memberships.get().agency
    for person, slug in (
        (member, agency.slug),
        (stranger, agency.slug),
        (stranger, other.slug),
        (manager, other.slug),
    ):
        client.force_login(person)
        answers = [client.get(url(name, slug, event.public_id)) for name in READS]
        answers += [client.post(url(name, slug, event.public_id)) for name in WRITES]
        assert [answer.status_code for answer in answers] == [404] * 5
        assert not [answer for answer in answers if "名单" in answer.text]
    client.force_login(stranger)
    assert client.get(url("create_event", agency.slug)).status_code == 404
    client.logout()
    assert client.get(url("roster", agency.slug, event.public_id)).status_code == 302
    assert Event.objects.get().status == "published"


def test_the_roster_names_who_comes_and_who_waits(console, agency):
    event = factories.event(agency, capacity=1)
    home = factories.agency(legal_name="新桥")
    people = [factories.member_of(home, name="王一"), factories.user(name="李二")]
    register(event, user=people[0], by=people[0], agency=home)
    register(event, user=people[1], by=people[1])

    text = console.get(url("roster", agency.slug, event.public_id)).text

    seated, _, waiting = text.partition("Waiting list")
    assert "王一" in seated
    assert "李二" in waiting
    assert "李二" not in seated


def test_the_table_is_marked_utf_8_and_no_cell_starts_a_formula(console, agency):
    event = factories.event(agency)
    person = factories.user(name='=HYPERLINK("x")')
    register(event, user=person, by=person, note="+1")

    response = console.post(url("roster_file", agency.slug, event.public_id, "csv"))

    assert response.content.startswith(b"\xef\xbb\xbf")
    [_head, row] = csv.reader(StringIO(response.text.removeprefix("\ufeff")))
    assert (row[0], row[4], row[5]) == ('\'=HYPERLINK("x")', person.email, "'+1")
    assert "attachment" in response["Content-Disposition"]


@pytest.mark.parametrize("name", ["roster", "edit_event"])
def test_a_page_of_the_console_asks_the_database_as_often_for_three_people_as_for_one(console, agency, name):
    event = factories.event(agency, capacity=1)
    counts = []
    for _n in range(3):
        home = factories.agency()
        person = factories.member_of(home)
        register(event, user=person, by=person, agency=home)
        with CaptureQueriesContext(connection) as queries:
            assert console.get(url(name, agency.slug, event.public_id)).status_code == 200
        counts.append(len(queries))
    assert len(set(counts)) == 1, counts


@pytest.mark.parametrize("field", ["title", "title_en", "venue", "sessions-0-title"])
def test_a_title_that_turns_the_text_around_it_is_refused_beside_its_field(console, agency, field):
    data = {**typed(), field: "督导\u202e坊作工"}
    page = console.post(url("create_event", agency.slug), data)
    assert page.status_code == 200
    assert "invisible character" in page.text
    assert Event.objects.count() == 0


@pytest.mark.parametrize(("capacity", "said"), [("20", "and register"), ("", "nobody needs to register")])
def test_what_is_said_after_publishing_is_true_without_seats_too(console, agency, capacity, said):
    page = console.post(url("create_event", agency.slug), typed(capacity=capacity, publish="1"), follow=True)
    assert Event.objects.get().status == "published"
    assert said in page.text


def test_portal_staff_find_events_in_the_wagtail_admin(client, moderator):
    event = factories.event(title="统一督导")
    client.force_login(moderator)

    assert "统一督导" in client.get(reverse("wagtailsnippets_events_event:list")).text
    assert client.get(reverse("wagtailsnippets_events_event:edit", args=[event.pk])).status_code == 200


def as_shown(page, **fields):
    """What a browser sends of a form as it was shown."""
    forms = [page.context["form"], page.context["sessions"].management_form, *page.context["sessions"].forms]
    said = {}
    for field in (field for form in forms for field in form):
        value = field.value()
        if isinstance(value, datetime):
            value = f"{value:%Y-%m-%dT%H:%M}"
        if value not in (None, False, [], {}):
            said[field.html_name] = "on" if value is True else value
    return said | fields


def test_a_form_from_before_a_colleagues_change_does_not_undo_it(console, agency):
    event = factories.event(agency, capacity=30, fee="免费")
    page = url("edit_event", agency.slug, event.public_id)
    opened = as_shown(console.get(page))
    moved = {
        f"sessions-0-{name}": moment(days=20, hours=n) for n, name in enumerate(("starts_at", "ends_at"))
    }
    assert console.post(page, as_shown(console.get(page), capacity="60", **moved)).status_code == 302
    [session] = event.sessions.all()

    refused = console.post(page, opened | {"fee": "每人 20 元"})

    assert refused.status_code == 200
    assert "A colleague has changed this event since you opened it" in refused.text
    assert {label for label, _words in refused.context["theirs"]} == {"Dates and times", "Seats", "Fee"}
    assert dict(refused.context["theirs"])["Seats"] == "60"
    assert "每人 20 元" in refused.text
    now = Event.objects.get()
    assert (now.capacity, now.fee, now.sessions.get()) == (60, "免费", session)

    console.post(page, as_shown(refused))
    assert (Event.objects.get().capacity, Event.objects.get().fee) == (30, "每人 20 元")


def test_a_changed_form_sent_twice_is_saved_once_without_a_refusal(console, agency):
    event = factories.event(agency)
    page = url("edit_event", agency.slug, event.public_id)
    changed = as_shown(console.get(page), fee="免费")
    assert [console.post(page, changed).status_code for _click in range(2)] == [302, 302]


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"registration_closes_at": moment(days=10)}, "when the event ends at the latest"),
        ({"registration_opens_at": moment(days=9, hours=1)}, "registration opens before the event begins"),
        ({"kept": "{agency} 3", "release_at": moment(days=10)}, "before the event is over"),
        ({"registration_closes_at": moment(days=-1), "publish": "now"}, "Registration has closed already"),
    ],
)
def test_a_registration_in_which_nobody_could_register_is_refused(console, agency, fields, sentence):
    other = factories.agency(legal_name="新桥社会工作服务中心")
    fields = {name: words.format(agency=other.legal_name) for name, words in fields.items()}
    answer = console.post(url("create_event", agency.slug), typed(**fields), follow=True)
    assert sentence in answer.text
    assert not Event.objects.filter(status="published").exists()


def test_after_publishing_people_hear_from_when_they_can_register(console, agency):
    opens = moment(days=3)
    page = console.post(
        url("create_event", agency.slug), typed(registration_opens_at=opens, publish="1"), follow=True
    )
    assert "Everybody can see the event, and register from" in page.text


def test_a_term_of_weekly_dates_is_typed_eight_rows_at_a_time(console, agency):
    weeks = [{"starts_at": moment(days=7 * n), "ends_at": moment(days=7 * n, hours=2)} for n in range(1, 21)]
    console.post(url("create_event", agency.slug), typed(*weeks[:8]))
    event = Event.objects.get()
    page = url("edit_event", agency.slug, event.public_id)
    for n in (8, 16):
        rows = {
            f"sessions-{n + at}-{name}": value
            for at, row in enumerate(weeks[n : n + 8])
            for name, value in row.items()
        }
        assert console.post(page, as_shown(console.get(page), **rows)).status_code == 302
    assert event.sessions.count() == 20


def test_more_dates_than_an_event_may_have_are_refused_with_a_way_on(console, agency):
    rows = [{"starts_at": moment(days=n), "ends_at": moment(days=n, hours=1)} for n in range(1, 63)]
    answer = console.post(url("create_event", agency.slug), typed(*rows, **{"sessions-TOTAL_FORMS": "62"}))
    assert "An event has at most 60 dates. Make a second event, and a series of both." in answer.text
    assert Event.objects.count() == 0

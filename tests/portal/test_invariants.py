"""The nightly look at what must hold: green on a portal in use, red on each damage that somebody planted."""

import logging
import os
import time
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.utils import timezone

from casestudies import versions
from casestudies.models import Attachment
from events.models import (
    Answer,
    Attendance,
    DoorEntry,
    Event,
    EventSeries,
    HoursEntry,
    Question,
    Registration,
    RegistrationLogEntry,
    Reminder,
    SeatPool,
)
from events.registering.registration import cancel, register
from orgs import verification
from orgs.models import Evidence, Location, Service, ServiceAtLocation
from portal import invariants, search
from portal.invariants import look
from tests import factories

pytestmark = pytest.mark.django_db


def seated(event: Event) -> Registration:
    person = factories.user()
    return register(event, user=person, by=person)


@pytest.fixture
def event(deliver):
    """An event in use: two seats, two people in them, one in line, one who cancelled."""
    event = factories.event(capacity=2)
    places = [seated(event) for _person in range(4)]
    cancel(places[3], by=places[3].user)
    search.rebuild()
    deliver()
    return event


def found() -> list[str]:
    return list(look())


def without_checks(sql: str, constraint: str, table: str) -> None:
    """Write what the database refuses, as somebody could who takes its constraint away."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA ignore_check_constraints = ON")
            cursor.execute(sql)
            cursor.execute("PRAGMA ignore_check_constraints = OFF")
        else:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # a table with work for later cannot be changed
            cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {constraint}")
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            cursor.execute(sql)


def test_a_portal_in_use_holds(event, capsys):
    assert found() == []
    call_command("check_invariants")
    assert "Everything holds" in capsys.readouterr().out


# -- Seats and lines --------------------------------------------------------------------------------------------------


def test_an_oversold_pool(event):
    without_checks("UPDATE events_seatpool SET taken = 9", "no_pool_is_oversold", "events_seatpool")
    assert "1 × seat pool with more taken than it has" in found()[0]


def test_seats_opened_to_all_that_were_kept_for_nobody(event):
    SeatPool.objects.update(released=2)
    assert found() == [f"1 × seats opened to all that were kept for nobody (pool): {event.pools.get().pk}"]


def test_a_count_that_is_not_its_registrations(event):
    SeatPool.objects.update(taken=1)
    assert any("count differs" in line for line in found())


def test_somebody_who_waits_beside_a_free_seat(event):
    SeatPool.objects.update(capacity=3)
    assert found() == [f"1 × somebody waits beside a free seat (pool): {event.pools.get().pk}"]


def test_two_people_at_the_same_place_in_line(event):
    seated(event)
    assert found() == []
    Registration.objects.in_line().update(waiting_since=timezone.now())
    assert found() == [f"1 × two people at the same place in line (pool): {event.pools.get().pk}"]


def test_one_person_with_two_places(event):
    for address in ("lin@example.org", "Lin@example.org"):
        place = Registration.objects.create(
            event=event,
            pool=event.pools.get(),
            guest_name="林",
            guest_email=address,
            status="requested",
            created_at=timezone.now(),
        )
        RegistrationLogEntry.objects.create(registration=place, status="requested", at=timezone.now())
    assert found() == [f"1 × person with several places at one event (event): {event.pk}"]


def test_a_registration_without_a_log_and_one_that_says_otherwise(event):
    bare, other = Registration.objects.order_by("pk")[:2]
    RegistrationLogEntry._base_manager.filter(registration=bare)._raw_delete("default")
    RegistrationLogEntry.objects.create(registration=other, status="waitlisted", at=timezone.now())
    assert found() == [f"2 × registration whose log does not say how it stands: {bare.pk}, {other.pk}"]


def test_a_place_at_an_event_that_was_called_off(event):
    Event.objects.update(status=Event.Status.CANCELLED)
    assert any("3 × place at an event that was called off" in line for line in found())


# -- Rows that belong together ----------------------------------------------------------------------------------------


def a_seat_of_another_event(event):
    place = event.registrations.filter(status="waitlisted").get()
    Registration.objects.filter(pk=place.pk).update(pool=factories.event(capacity=0).pools.get())


def an_answer_of_another_event(event):
    question = Question.objects.create(event=factories.event(), label="吃素吗？")
    Answer.objects.create(registration=event.registrations.first(), question=question, asked="x", text="x")


def an_attendance_of_another_event(event):
    session = factories.event().sessions.get()
    Attendance.objects.create(
        registration=event.registrations.first(), session=session, starts_at=timezone.now(), source="list"
    )


def a_series_of_another_agency(event):
    series = EventSeries.objects.create(host=factories.agency(), title="别家的系列")
    Event.objects.filter(pk=event.pk).update(series=series)


def a_service_at_the_place_of_another_agency(event):
    service = Service.objects.create(agency=factories.agency(), name_zh="咨询")
    place = Location.objects.create(agency=factories.agency(), name_zh="别家")
    ServiceAtLocation.objects.create(service=service, location=place)


def at_a_session_of_another_event(event) -> dict:
    return {"registration": event.registrations.first(), "session": factories.event().sessions.get()}


def a_door_of_another_event(event):
    where = at_a_session_of_another_event(event)
    DoorEntry.objects.create(**where, key=uuid4(), way="in", source="qr", at=timezone.now())


def hours_of_another_event(event):
    where = at_a_session_of_another_event(event)
    today = timezone.localdate()
    HoursEntry.objects.create(**where, minutes=60, role="volunteer", occurred_on=today, at=timezone.now())


def a_reminder_of_another_event(event):
    now = timezone.now()
    Reminder.objects.create(**at_a_session_of_another_event(event), hours=24, starts_at=now, at=now)


def a_meeting_log_of_another_event(event):
    now = timezone.now()
    factories.event().log_rows.create(
        key=uuid4(),
        name="林",
        joined_at=now,
        left_at=now + timedelta(hours=1),
        registration=event.registrations.first(),
    )


def a_copy_of_a_message_of_another_event(event):
    message = factories.event().messages.create(
        group="seated", subject="x", text="x", form_key=uuid4(), at=timezone.now()
    )
    message.copies.create(registration=event.registrations.first())


def a_verification_asked_for_by_another_agency(event):
    asked = factories.agency().applications.create(kind="verification", applicant=factories.user())
    checked = verification.verify(event.host, level=1, method="电话回访", by=factories.moderator())
    type(checked).objects.filter(pk=checked.pk).update(application=asked)


def a_round_that_led_to_a_version_of_another_case(event):
    published = factories.case()
    version = versions.keep(published, published.save_revision())
    agency = factories.agency()
    submitted = factories.submitted(agency, factories.member_of(agency))
    type(submitted).objects.filter(pk=submitted.pk).update(
        version=version, status="accepted", decided_at=timezone.now()
    )


@pytest.mark.parametrize(
    ("plant", "said"),
    [
        (a_door_of_another_event, "events.DoorEntry whose session__event"),
        (hours_of_another_event, "events.HoursEntry whose session__event"),
        (a_reminder_of_another_event, "events.Reminder whose session__event"),
        (a_meeting_log_of_another_event, "events.MeetingLogRow whose registration__event"),
        (a_copy_of_a_message_of_another_event, "events.MessageCopy whose message__event"),
        (a_verification_asked_for_by_another_agency, "orgs.Verification whose application__agency"),
        (a_round_that_led_to_a_version_of_another_case, "casestudies.ReviewRound whose version__case"),
        (a_seat_of_another_event, "events.Registration whose pool__event is not its event"),
        (an_answer_of_another_event, "events.Answer whose question__event"),
        (an_attendance_of_another_event, "events.Attendance whose session__event"),
        (a_series_of_another_agency, "events.Event whose series__host is not its host"),
        (a_service_at_the_place_of_another_agency, "orgs.ServiceAtLocation whose service__agency"),
    ],
)
def test_a_row_that_joins_two_strangers(event, plant, said):
    plant(event)
    assert any(said in line for line in found()), found()


def test_an_agency_that_lost_its_owner_and_one_that_became_itself(event):
    circle = factories.agency()
    to_itself = f"UPDATE orgs_agency SET status = 'merged', merged_into_id = id WHERE id = {circle.pk}"
    without_checks(to_itself, "no_agency_is_merged_into_itself", "orgs_agency")
    orphan = factories.agency(claimed_at=timezone.now())
    assert found() == [
        f"1 × claimed agency without an active owner: {orphan.pk}",
        f"1 × agency merged into itself: {circle.pk}",
    ]


def test_a_published_case_without_a_version_and_a_file_of_another_case(event):
    case = factories.case(live=True)
    Attachment.objects.create(
        case=case,
        key=uuid4(),
        kind="document",
        title="x",
        file="casefiles/none",
        name="x",
        content_type="x",
        size=1,
    )
    said = "\n".join(found())
    assert f"1 × published case without a version: {case.pk}" in said
    assert "1 × attachment whose file is not the case's" in said
    assert "1 × casestudies.Attachment without its file" in said


def test_a_key_that_leads_nowhere(event):
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("UPDATE events_event SET host_id = 987654321")
        said = []
        try:
            said = list(look(("portal.invariants.keys",)))
        finally:
            transaction.set_rollback(True)
    assert len(said) == 1
    assert "a key that leads nowhere" in said[0]


# -- Files and search -------------------------------------------------------------------------------------------------


def put(name: str, *, days: int) -> None:
    """A file among the private ones, as old as that."""
    path = Path(Evidence._meta.get_field("file").storage.path(name))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x")
    at = time.time() - days * 86400
    os.utime(path, (at, at))


def test_a_file_that_no_row_names_unless_it_is_of_today(event):
    put("evidence/new", days=0)
    assert found() == []
    put("evidence/old", days=2)
    assert found() == ["1 × file that no row names: evidence/old"]


def test_a_record_that_is_indexed_and_not_public(event):
    Event.objects.filter(pk=event.pk).update(status=Event.Status.DRAFT)
    assert "search: 1 event records in the index although not public" in found()


def test_an_index_that_is_lost_or_away(event, settings, tmp_path):
    settings.SEARCH_URL = f"tantivy://{tmp_path / 'nowhere'}"
    assert any("search: there is no index" in line for line in found())


# -- Who is told ------------------------------------------------------------------------------------------------------


def test_the_command_ends_with_an_error_that_a_timer_sees(event):
    SeatPool.objects.update(capacity=3)
    with pytest.raises(CommandError, match="1 findings"):
        call_command("check_invariants")


def test_each_night_it_is_looked_and_what_is_found_is_an_error_of_the_log(event, caplog):
    SeatPool.objects.update(capacity=3)
    with caplog.at_level(logging.ERROR):
        call_command("run_daily")
    assert "An invariant does not hold: 1 × somebody waits beside a free seat" in caplog.text


def test_many_findings_are_counted_and_some_are_named(event):
    [line] = invariants.told("thing", range(1, 100))
    assert line == "99 × thing: 1, 2, 3, 4, 5, …"

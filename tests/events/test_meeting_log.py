"""Logs of meeting tools as they come, and whose the rows are. What is not certain is listed, never guessed."""

from datetime import date, datetime, timedelta
from io import BytesIO

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from events.attending import attendance, meeting_log, meeting_log_file
from events.models import Attendance, Event, EventSession, MeetingLogRow, Registration
from events.models.event import refresh_span
from events.registering.registration import register
from portal.importing import Refused
from tests import factories

ZOOM = """\
Meeting ID,Topic,Start Time,End Time,User Email,Duration (Minutes),Participants
891 2233 4455,个案管理线上培训,11/20/2026 08:51:03 AM,11/20/2026 12:03:11 PM,host@example.org,193,3

Name (Original Name),User Email,Join Time,Leave Time,Duration (Minutes),Guest,Recording Consent
林芳,Lin@Example.org,11/20/2026 08:55:12 AM,11/20/2026 09:45:00 AM,50,No,
林芳,lin@example.org,11/20/2026 10:00:00 AM,11/20/2026 12:03:11 PM,124,No,
iPhone,,11/20/2026 09:05:00 AM,11/20/2026 11:00:00 AM,115,Yes,
"""
TENCENT = """\
会议主题,个案管理线上培训
会议号,="893 221 009"
预定开始时间,2026-11-20 09:00:00

用户昵称（入会昵称）,手机号,入会时间,退会时间,入会时长,身份
林芳,+86 138 0000 0001,2026-11-20 08:55:12,2026-11-20 12:01:00,03:05:48,成员
社工站-王,13900000002,2026-11-20 09:10:00,2026-11-20 11:40:00,02:30:00,成员
"""
TEAMS = """\
1. Summary
Meeting title\t个案管理线上培训
Attended participants\t2

2. Participants
Name\tFirst Join\tLast Leave\tIn-Meeting Duration\tEmail\tParticipant ID (UPN)\tRole
林芳\t11/20/26, 8:55:12 AM\t11/20/26, 12:01:00 PM\t2h 40m 10s\tlin@example.org\tlin@example.org\tPresenter

3. In-Meeting Activities
Name\tJoin Time\tLeave Time\tDuration\tEmail\tRole
林芳\t11/20/26, 8:55:12 AM\t11/20/26, 10:01:00 AM\t1h 5m 48s\tlin@example.org\tPresenter
林芳\t11/20/26, 10:26:00 AM\t11/20/26, 12:01:00 PM\t1h 35m\tlin@example.org\tPresenter
"""
DINGTALK = """\
姓名,部门,手机号,首次入会时间,最后离开时间,累计参会时长
林芳,社工部,13800000001,2026/11/20 09:00,2026/11/20 12:00,2小时30分
"""
FEISHU = [
    ["会议主题", "个案管理线上培训"],
    ["参会人", "邮箱", "加入时间", "离开时间", "参会时长"],
    ["林芳", "lin@example.org", datetime(2026, 11, 20, 9, 0), datetime(2026, 11, 20, 10, 30), "90分钟"],
]


def at(hour, minute=0, second=0):
    return timezone.make_aware(datetime(2026, 11, 20, hour, minute, second))


def sheet(rows) -> bytes:
    book, file = openpyxl.Workbook(), BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(file)
    return file.getvalue()


def spans(joins):
    return [(join.name, join.joined_at, join.left_at) for join in joins]


def test_zoom_with_the_lines_about_the_meeting_before():
    joins, bad = meeting_log_file.read(("\ufeff" + ZOOM).encode(), "participants.csv")

    assert spans(joins) == [
        ("林芳", at(8, 55, 12), at(9, 45)),
        ("林芳", at(10), at(12, 3, 11)),
        ("iPhone", at(9, 5), at(11)),
    ]
    assert [join.email for join in joins] == ["lin@example.org", "lin@example.org", ""]
    assert bad == []


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_tencent_meeting_in_every_encoding(encoding):
    joins, _bad = meeting_log_file.read(TENCENT.encode(encoding), "参会成员.csv")

    assert spans(joins) == [("林芳", at(8, 55, 12), at(12, 1)), ("社工站-王", at(9, 10), at(11, 40))]
    assert [join.phone for join in joins] == ["13800000001", "13900000002"]


def test_teams_counts_the_single_joins_and_not_the_summary():
    joins, _bad = meeting_log_file.read(TEAMS.encode("utf-16"), "attendance.csv")

    assert spans(joins) == [("林芳", at(8, 55, 12), at(10, 1)), ("林芳", at(10, 26), at(12, 1))]


def test_where_a_tool_sums_up_its_own_total_is_believed():
    joins, _bad = meeting_log_file.read(DINGTALK.encode("gb18030"), "钉钉.csv")

    assert spans(joins) == [("林芳", at(9), at(11, 30))]


def test_feishu_as_an_excel_file():
    joins, _bad = meeting_log_file.read(sheet(FEISHU), "飞书.xlsx")

    assert spans(joins) == [("林芳", at(9), at(10, 30))]


@pytest.mark.parametrize(
    ("words", "minutes"),
    [
        ("95", 95), ("95 分钟", 95), ("1:35:00", 95), ("1h 35m", 95), ("1小时35分0秒", 95), ("5700秒", 95),
        ("95.0", 95), ("", None), ("lang", None), ("九十", None),
    ],
)  # fmt: skip
def test_how_long_in_the_words_of_the_tools(words, minutes):
    assert meeting_log_file.duration(words) == (minutes and timedelta(minutes=minutes))


@pytest.mark.parametrize(
    "words",
    [
        "2026-11-20 09:05:00", "2026/11/20 09:05", "2026/11/20 上午 09:05:00", "2026-11-20T09:05:00+08:00",
        "2026-11-20T01:05:00Z", "11/20/2026 09:05:00 AM", "11/20/26, 9:05:00\u202fAM", "2026年11月20日 09:05",
        "Nov 20, 2026 09:05:00 AM", "2026/11/20 9:05:00",
    ],
)  # fmt: skip
def test_a_moment_in_the_words_of_the_tools(words):
    assert meeting_log_file.moment(words) == at(9, 5)


@pytest.mark.parametrize(
    "words", ["", "nine", "0001-01-01 00:00", "9999-12-31 23:59", "2026-13-40 25:61", "\x00"]
)
def test_what_is_no_moment_is_not_made_one(words):
    with pytest.raises(ValueError):
        meeting_log_file.moment(words)


@pytest.mark.parametrize(
    "data",
    [
        b"", b"\x00" * 40, b"PK\x03\x04 broken", b"MZ\x90\x00", b"\x89PNG....", b"a,b\n1,2\n", "姓名,时长\n林芳,90\n".encode(),
        b"\xff\xfe\x00", b"\x81\x81\x81\xff", b"Name,Join Time,Leave Time\n" * 30_000, sheet([]), b"x" * (10 * 1024 * 1024 + 1),
    ],
)  # fmt: skip
def test_what_is_no_log_is_refused_with_a_sentence(data):
    with pytest.raises(Refused) as refusal:
        meeting_log_file.read(data, "log.csv")
    assert refusal.value.sentence


def test_lines_without_a_usable_time_are_named():
    text = "姓名,加入时间,离开时间\n甲,不知道,2026-11-20 10:00\n乙,2026-11-20 10:00,2026-11-20 09:00\n,,\n丙,2026-11-20 09:00,2026-11-20 10:00\n"
    joins, bad = meeting_log_file.read(text.encode(), "x.csv")

    assert [join.name for join in joins] == ["丙"]
    assert [(line.number, line.name) for line in bad] == [(2, "甲"), (3, "乙")]


# -- Whose rows they are -----------------------------------------------------------------------------------------------


@pytest.fixture
def event(agency) -> Event:
    event = factories.event(agency, mode="online")
    EventSession.objects.filter(event=event).update(starts_at=at(9), ends_at=at(12))
    refresh_span(event)
    return event


def seated(event, **fields) -> Registration:
    person = factories.user(**fields)
    return register(event, user=person, by=person, at=at(8) - timedelta(days=3))


@pytest.fixture
def lin(event):
    return seated(event, name="林芳", email="lin@example.org")


def rows(event) -> list[tuple]:
    return [(row.name, row.registration, row.match) for row in event.log_rows.all()]


@pytest.mark.django_db
def test_a_log_becomes_attendance_and_the_stranger_is_listed(event, lin, manager):
    told = meeting_log.bring_in(event, ZOOM.encode(), "zoom.csv", by=manager)

    assert (told.new, told.known, told.outside, told.bad) == (3, 0, 0, [])
    assert rows(event) == [("iPhone", None, "none"), ("林芳", lin, "email"), ("林芳", lin, "email")]
    assert attendance.minutes_of(lin) == 45 + 120
    assert set(Attendance.objects.values_list("source", "by")) == {("log", manager.pk)}


@pytest.mark.django_db
def test_the_same_file_again_changes_nothing(event, lin, manager):
    meeting_log.bring_in(event, ZOOM.encode(), "zoom.csv", by=manager)
    before = list(Attendance.objects.values()), list(MeetingLogRow.objects.values())

    told = meeting_log.bring_in(event, ZOOM.encode("utf-16"), "another name.csv", by=manager)

    assert (told.new, told.known) == (0, 3)
    assert (list(Attendance.objects.values()), list(MeetingLogRow.objects.values())) == before


@pytest.mark.django_db
def test_a_name_counts_only_when_just_one_person_with_a_seat_has_it(event, lin, manager):
    text = "姓名,加入时间,离开时间\n 林芳 ,2026-11-20 09:00,2026-11-20 10:00\n林芳（东城）,2026-11-20 09:00,2026-11-20 10:00\n"
    meeting_log.bring_in(event, text.encode(), "a.csv", by=manager)
    assert [row[1:] for row in rows(event)] == [(lin, "name"), (None, "none")]

    seated(event, name="林芳", email="other-lin@example.org")
    text = "姓名,加入时间,离开时间\n林芳,2026-11-20 10:00,2026-11-20 11:00\n"
    meeting_log.bring_in(event, text.encode(), "b.csv", by=manager)
    assert [row[1:] for row in rows(event) if row[0] == "林芳"] == [(lin, "name"), (None, "none")]


@pytest.mark.django_db
def test_a_guest_is_known_by_telephone(event, manager):
    guest = Registration.objects.create(
        event=event,
        pool=event.pools.get(),
        guest_name="王姐",
        guest_phone="+8613900000002",
        status="confirmed",
        created_at=at(8),
    )
    meeting_log.bring_in(event, TENCENT.encode(), "t.csv", by=manager)

    assert ("社工站-王", guest, "phone") in rows(event)


@pytest.mark.django_db
def test_who_gave_the_seat_back_is_nobody_in_the_log(event, lin, manager):
    Registration.objects.filter(pk=lin.pk).update(status="cancelled")
    meeting_log.bring_in(event, ZOOM.encode(), "zoom.csv", by=manager)

    assert {row[1] for row in rows(event)} == {None}
    assert Attendance.objects.count() == 0


@pytest.mark.django_db
def test_joins_outside_every_session_are_left_out(event, lin, manager):
    text = "姓名,加入时间,离开时间\n林芳,2026-11-19 09:00,2026-11-19 10:00\n"
    told = meeting_log.bring_in(event, text.encode(), "a.csv", by=manager)

    assert (told.new, told.outside, rows(event)) == (0, 1, [])


@pytest.mark.django_db
def test_a_row_over_two_sessions_is_attendance_at_both(event, lin, manager):
    second = EventSession.objects.create(event=event, starts_at=at(12, 1), ends_at=at(14))
    text = "姓名,加入时间,离开时间\n林芳,2026-11-20 11:00,2026-11-20 13:01\n"
    meeting_log.bring_in(event, text.encode(), "a.csv", by=manager)

    assert sorted(attendance.attended_minutes([lin])[lin.pk].values()) == [60, 60]
    assert set(Attendance.objects.values_list("session", flat=True)) == {event.sessions.first().pk, second.pk}


@pytest.mark.django_db
def test_a_row_is_assigned_by_hand_moved_and_taken_back(event, lin, manager):
    ana = seated(event, name="安娜")
    meeting_log.bring_in(event, ZOOM.encode(), "zoom.csv", by=manager)
    row = event.log_rows.get(name="iPhone")

    for whose, minutes in ((ana, (165, 115)), (lin, (180 - 0, 0)), (None, (165, 0)), (ana, (165, 115))):
        meeting_log.assign(row, whose, by=manager)
        found = tuple(attendance.minutes_of(one) for one in (lin, ana))
        assert found[1] == minutes[1], whose
    assert found == (165, 115)
    assert Attendance.objects.valid().count() == 3

    with pytest.raises(meeting_log.NotAtThisEvent):
        meeting_log.assign(row, seated(factories.event()), by=manager)


@pytest.mark.django_db
def test_rows_are_forgotten_after_ninety_days_and_attendance_is_not(event, lin, manager):
    meeting_log.bring_in(event, ZOOM.encode(), "zoom.csv", by=manager)

    assert meeting_log.forget(date(2027, 2, 18)) == []
    assert meeting_log.forget(date(2027, 2, 20)) == ["3 rows of old meeting logs deleted"]
    assert attendance.minutes_of(lin) == 165


# -- The page ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def page(client, manager, event):
    client.force_login(manager)
    return reverse("meeting_log", args=[event.host.slug, event.public_id])


@pytest.mark.django_db
def test_the_host_brings_a_log_in_and_assigns_a_row(client, page, event, lin, manager):
    client.post(page, {"file": SimpleUploadedFile("参会.csv", ZOOM.encode())}, follow=True)
    shown = client.get(page)
    assert [row.name for row in shown.context["open_rows"]] == ["iPhone"]

    row = event.log_rows.get(name="iPhone")
    address = reverse("assign_log_row", args=[event.host.slug, event.public_id, row.pk])
    client.post(address, {"registration": "not-a-uuid"})
    row.refresh_from_db()
    assert row.registration is None
    client.post(address, {"registration": str(lin.public_id)})
    row.refresh_from_db()
    assert (row.registration, row.match) == (lin, "hand")
    client.post(address, {"registration": ""})
    row.refresh_from_db()
    assert row.registration is None


@pytest.mark.django_db
@pytest.mark.parametrize(
    "content", [b"", b"x", b"PK\x03\x04", b"Name,Join Time,Leave Time\na,b,c\n", b"x" * 10_500_000]
)
def test_a_file_of_no_use_is_answered_on_the_page(client, page, content):
    answer = client.post(page, {"file": SimpleUploadedFile("log.csv", content)})

    assert answer.status_code == 200
    assert answer.context["form"].errors or answer.context["bad"]
    assert MeetingLogRow.objects.count() == 0

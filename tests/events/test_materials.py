"""Files for those who take part: what is taken in, and who gets it when."""

import os
import zipfile
from datetime import timedelta
from io import BytesIO

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from events import daily
from events.hosting import materials
from events.hosting.copying import copy_event
from events.models import Event, Material
from events.registering.registration import cancel, register
from tests import factories
from tests.events.test_console import url

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\n%%EOF\n"


def packed(*names: str, **contents: bytes) -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in names:
            archive.writestr(name, contents.get(name, b"x"))
    return file.getvalue()


def office(part: str, *more: str) -> bytes:
    return packed("[Content_Types].xml", part, *more)


def put_up(event, by, audience="before", content=PDF, name="讲义.pdf") -> Material:
    return materials.add(event, materials.examine(factories.upload(name, content)), audience=audience, by=by)


@pytest.fixture
def event(agency):
    return factories.event(agency)


# -- What is taken in ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content", "kept"),
    [
        ("讲义.pdf", PDF, "讲义.pdf"),
        ("讲义", PDF, "讲义.pdf"),
        ("../../报告.exe", office("word/document.xml"), "报告.exe.docx"),
        ("幻灯.pptx", office("ppt/presentation.xml"), "幻灯.pptx"),
        ("名单.xlsx", office("xl/workbook.xml"), "名单.xlsx"),
        ("全部.zip", packed("a.txt", "子目录/b.pdf"), "全部.zip"),
        ("图.png", None, "图.png"),
        ("图.jpeg", factories.picture("JPEG"), "图.jpeg"),
    ],
)
def test_a_file_is_what_its_content_says(name, content, kept):
    assert materials.examine(factories.upload(name, content)).name == kept


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"MZ\0 a program", "is no PDF"),
        (b"<html>", "is no PDF"),
        (b"PK\x03\x04 broken", "is no PDF"),
        (b"MZ\0" + packed("a.txt"), "is no PDF"),
        (b"GIF89a" + packed("a.txt"), "is no PDF"),
        (b"%PDF-1.4 half", "is not a whole PDF"),
        (b"%PDF-1.4 /JavaScript %%EOF", "contains a script"),
        (office("word/document.xml", "word/vbaProject.bin"), "contains macros"),
        (packed("a.txt", "工具/setup.EXE"), "contains a program"),
        (packed("../../etc/passwd"), "would unpack outside its folder"),
        (factories.picture()[:50], "cannot be opened as a picture"),
    ],
)
def test_what_is_something_else_is_refused_with_a_sentence(console, event, agency, content, sentence):
    answer = console.post(
        url("edit_materials", agency.slug, event.public_id),
        {"file": factories.upload("讲义.pdf", content), "audience": "before"},
    )

    assert (answer.status_code, Material.objects.count()) == (200, 0)
    assert sentence in answer.text


def test_an_archive_that_unpacks_to_too_much_is_refused(monkeypatch):
    monkeypatch.setattr(materials, "MOST_UNPACKED", 10)

    with pytest.raises(materials.MaterialError):
        materials.examine(factories.upload("炸弹.zip", packed("a.txt", **{"a.txt": b"0" * 11})))


def test_the_largest_file_is_20_mb():
    with pytest.raises(materials.MaterialError, match="20 MB"):
        materials.examine(factories.upload("大.pdf", PDF + b" " * 20 * 1024 * 1024))


def test_the_same_file_again_only_changes_who_gets_it(event, manager):
    first = put_up(event, manager, "before")
    again = put_up(event, manager, "everybody")

    assert (again, again.audience, event.materials.count()) == (first, "everybody", 1)


# -- Who gets it --------------------------------------------------------------------------------------------------


def readers(event, material) -> dict[str, bool]:
    people = {
        "anybody": AnonymousUser(),
        "waiting": event.waiting,
        "seated": event.seated,
        "host": event.host_person,
    }
    return {who: materials.may_read(person, material) for who, person in people.items()}


@pytest.fixture
def peopled(agency, manager, member, stranger):
    event = factories.event(agency, capacity=1)
    register(event, user=member, by=member)
    register(event, user=stranger, by=stranger)
    event.seated, event.waiting, event.host_person = member, stranger, manager
    return event


def test_each_audience_gets_it_in_its_time(peopled, manager):
    by_audience = {
        audience: put_up(peopled, manager, audience, PDF + audience.encode())
        for audience in Material.Audience.values
    }

    def who(audience):
        material = Material.objects.select_related("event").get(pk=by_audience[audience].pk)
        return [name for name, may in readers(peopled, material).items() if may]

    assert who("everybody") == ["anybody", "waiting", "seated", "host"]
    assert who("before") == ["seated", "host"]
    assert who("after") == ["host"]

    Event.objects.filter(pk=peopled.pk).update(ends_at=timezone.now() - timedelta(hours=1))
    assert who("after") == ["seated", "host"]

    Event.objects.filter(pk=peopled.pk).update(status="draft")
    assert who("everybody") == ["host"]


def test_page_ticket_and_file_agree(client, peopled, manager, member, stranger):
    mine = put_up(peopled, manager, "before", name="给学员.pdf")
    after = put_up(peopled, manager, "after", PDF + b"2", name="答案.pdf")
    open_to_all = put_up(peopled, manager, "everybody", PDF + b"3", name="海报.pdf")
    page = url("event", peopled.public_id)

    def sees(person):
        client.logout()
        if person:
            client.force_login(person)
        text = client.get(page).text
        listed = [one for one in (mine, after, open_to_all) if one.name in text]
        served = [
            one
            for one in (mine, after, open_to_all)
            if client.get(url("material", one.public_id)).status_code == 200
        ]
        assert listed == served
        return listed

    assert sees(None) == [open_to_all]
    assert sees(stranger) == [open_to_all]
    assert sees(member) == [mine, open_to_all]
    assert sees(manager) == [mine, after, open_to_all]

    cancel(peopled.registrations.get(user=member), by=member)
    assert sees(member) == [open_to_all]


def test_a_file_is_saved_under_its_name_and_never_run(client, event, manager):
    material = put_up(event, manager, "everybody", name="讲义 第一讲.pdf")

    answer = client.get(url("material", material.public_id))

    assert b"".join(answer.streaming_content) == PDF
    assert answer["Content-Disposition"].startswith("attachment; filename*=utf-8''%E8%AE%B2")
    assert (answer["Content-Type"], answer["X-Content-Type-Options"]) == ("application/pdf", "nosniff")
    assert "sandbox" in answer["Content-Security-Policy"]
    assert "讲义" not in material.file.name


def test_an_event_without_files_costs_no_query_for_them(client, event, manager):
    def asked():
        with CaptureQueriesContext(connection) as queries:
            client.get(url("event", event.public_id))
        return [query["sql"] for query in queries if "events_material" in query["sql"]]

    assert asked() == []
    put_up(event, manager, "everybody")
    put_up(event, manager, "everybody", PDF + b"2")
    assert len(asked()) == 1


# -- The desk -----------------------------------------------------------------------------------------------------


def test_the_desk_puts_up_releases_and_takes_away(console, event, agency):
    page = url("edit_materials", agency.slug, event.public_id)
    console.post(page, {"file": factories.upload("讲义.pdf", PDF), "audience": "after"})
    material = Material.objects.get()
    assert (material.name, material.audience, material.size) == ("讲义.pdf", "after", len(PDF))

    change = url("change_material", agency.slug, material.public_id)
    console.post(change, {"audience": "everybody"})
    material.refresh_from_db()
    assert material.audience == "everybody"
    console.post(change, {"audience": "nobody"})
    material.refresh_from_db()
    assert material.audience == "everybody"

    console.post(change, {"remove": "yes"})
    event.refresh_from_db()
    assert (Material.objects.count(), event.has_materials) == (0, False)


def test_a_file_of_another_agency_is_not_there(console, agency, manager):
    foreign = put_up(factories.event(), manager)

    assert (
        console.post(url("change_material", agency.slug, foreign.public_id), {"remove": "yes"}).status_code
        == 404
    )
    assert Material.objects.count() == 1


# -- Where it lies ------------------------------------------------------------------------------------------------


def test_the_file_goes_with_its_row(event, manager, django_capture_on_commit_callbacks):
    material = put_up(event, manager)
    path = material.file.path
    with django_capture_on_commit_callbacks(execute=True):
        event.delete()

    assert not os.path.exists(path)


def test_a_copy_of_the_event_has_files_of_its_own(event, manager):
    material = put_up(event, manager, "after")
    event.refresh_from_db()

    copy = copy_event(event, on=timezone.localdate() + timedelta(days=30), by=manager)

    own = copy.materials.get()
    assert (own.name, own.audience, own.file.read()) == (material.name, "after", PDF)
    assert (own.file.name != material.file.name, copy.has_materials) == (True, True)


def test_files_without_a_row_are_swept_up_the_next_day(event, manager):
    kept = put_up(event, manager)
    storage = kept.file.storage
    for name, age in (("materials/old", 2), ("materials/new", 0)):
        storage.save(name, factories.upload(content=PDF))
        then = timezone.now().timestamp() - age * 86400
        os.utime(storage.path(name), (then, then))

    assert daily.run(timezone.localdate()) == ["1 stray files of events deleted"]
    assert sorted(storage.listdir("materials")[1]) == sorted(["new", kept.file.name.partition("/")[2]])

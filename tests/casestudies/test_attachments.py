"""Files of a case study: part of the draft, published with the text, and closed to everybody else until then."""

import io
import os
from datetime import timedelta
from uuid import uuid4

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from casestudies.files import attachment, upload
from casestudies.files.attachment import AttachmentError, NotThere
from casestudies.models import Attachment, CaseFile, CaseStudy, DailyCount, ReviewRound
from casestudies.usage import counting
from casestudies.writing import authoring
from tests import factories

pytestmark = pytest.mark.django_db
SECRET = b"PLANTED,1\n"


def table(content=SECRET, name="数据.csv"):
    return upload.examine(io.BytesIO(content), name)


def picture(name="照片.png"):
    return upload.examine(io.BytesIO(factories.picture()), name)


def titles(case) -> list[str]:
    return [one.title for one in authoring.draft_of(case).attachments.all()]


def publish(case) -> CaseStudy:
    CaseStudy.objects.get(pk=case.pk).latest_revision.publish()
    return CaseStudy.objects.get(pk=case.pk)


def address(case, key) -> str:
    return reverse("case_attachment", args=[case.public_id, key])


def page(case, name="edit_attachments", *more) -> str:
    return reverse(name, args=[case.agency.slug, case.public_id, *more])


@pytest.fixture
def case(agency, member):
    return authoring.start_case(agency, by=member, title="两年转衔", background="<p>背景。</p>")


# -- The draft --------------------------------------------------------------------------------------------------------


def test_files_are_added_described_moved_and_taken_out(case, member):
    first = attachment.add(case, table(), by=member, licence="CC0-1.0")
    second = attachment.add(case, picture(), by=member, section="background")
    attachment.describe(case, second.key, by=member, title="教室", alt_text="一间教室。")
    attachment.move(case, second.key, by=member, steps=-1)

    assert titles(case) == ["教室", "数据"]
    draft = authoring.draft_of(case)
    assert [one.alt_text for one in draft.attachments.all()] == ["一间教室。", ""]
    assert [one.title for one in attachment.by_section(draft)["background"]] == ["教室"]
    assert [one.licence for one in attachment.to_download(draft)] == ["CC0-1.0"]

    attachment.remove(case, first.key, by=member)
    assert titles(case) == ["教室"]
    with pytest.raises(NotThere):
        attachment.remove(case, first.key, by=member)


def test_what_is_published_keeps_its_files_until_the_next_text_is_published(case, member):
    first = attachment.add(case, table(), by=member)
    live = publish(case)
    attachment.remove(live, first.key, by=member)
    attachment.add(live, table(b"other,2\n"), by=member, title="新的")

    assert [one.title for one in live.attachments.all()] == ["数据"]
    assert titles(live) == ["新的"]
    assert [one.title for one in publish(live).attachments.all()] == ["新的"]


def test_the_same_file_again_is_one_file(case, member):
    keys = {attachment.add(case, table(), by=member, title=title).key for title in ("甲", "乙")}
    assert (len(keys), titles(case), CaseFile.objects.count()) == (1, ["乙"], 1)


def test_the_same_file_with_two_cases_is_two_files_each_with_its_own_readers(agency, case, member):
    ours = attachment.add(case, table(), by=member).key
    theirs = factories.agency()
    writer = factories.member_of(theirs)
    other = authoring.start_case(theirs, by=writer, title="别家的案例")
    key = attachment.add(other, table(), by=writer).key
    assert key != ours
    assert attachment.may_read(writer, CaseFile.objects.get(public_id=key))
    assert not attachment.may_read(writer, CaseFile.objects.get(public_id=ours))


def test_a_table_is_described_as_no_picture_and_stands_in_no_section_that_there_is_not(case, member):
    key = attachment.add(case, table(), by=member).key
    attachment.describe(case, key, by=member, kind="image", section="nowhere", caption="四列")
    [one] = authoring.draft_of(case).attachments.all()
    assert (one.kind, one.section, one.caption) == ("dataset", "", "四列")


def test_saving_the_text_leaves_the_files_alone(case, member):
    attachment.add(case, table(), by=member)
    authoring.save_draft(case, by=member, process="<p>过程。</p>")
    assert titles(case) == ["数据"]


def test_a_writer_who_has_the_form_open_is_not_overtaken_by_a_file(case, member):
    began = case.latest_revision_id
    attachment.add(case, table(), by=member)
    authoring.save_draft(case, by=member, began_from=began, process="<p>过程。</p>")
    assert (titles(case), authoring.draft_of(case).process) == (["数据"], "<p>过程。</p>")


def test_there_are_limits_of_number_and_size(case, member, monkeypatch):
    monkeypatch.setattr(attachment, "MOST_FILES", 1)
    attachment.add(case, table(), by=member)
    with pytest.raises(AttachmentError):
        attachment.add(case, table(b"b,2\n"), by=member)
    monkeypatch.setattr(attachment, "MOST_FILES", 9)
    monkeypatch.setattr(attachment, "MOST_BYTES", 12)
    with pytest.raises(AttachmentError):
        attachment.add(case, table(b"b,2\n"), by=member)
    assert titles(case) == ["数据"]


def test_a_picture_without_a_description_keeps_the_text_from_review(case, member):
    before = len(authoring.missing(authoring.draft_of(case)))
    one = attachment.add(case, picture(), by=member)
    assert len(authoring.missing(authoring.draft_of(case))) == before + 1
    attachment.describe(case, one.key, by=member, alt_text="一间教室。")
    assert len(authoring.missing(authoring.draft_of(case))) == before


# -- Who reads it -----------------------------------------------------------------------------------------------------


def test_a_draft_s_file_opens_to_its_writers_and_staff_alone(client, case, member, stranger, moderator):
    key = attachment.add(case, table(), by=member).key
    opens = {}
    for person in (None, stranger, factories.user(), member, moderator):
        client.logout()
        if person:
            client.force_login(person)
        answer = client.get(address(case, key))
        opens[person] = answer.status_code
        assert (SECRET in answer.getvalue()) == (answer.status_code == 200)
    assert list(opens.values()) == [404, 404, 404, 200, 200]


def test_an_agency_that_writes_along_reads_the_files_and_one_that_took_part_does_not(case, member):
    from casestudies.writing.people import Partner

    key = attachment.add(case, table(), by=member).key
    file = CaseFile.objects.get(public_id=key)
    writes, took_part = factories.agency(), factories.agency()
    authoring.save_draft(
        case, by=member, partners=[Partner(writes, writes=True), Partner(took_part, writes=False)]
    )
    assert attachment.may_read(factories.member_of(writes), file)
    assert not attachment.may_read(factories.member_of(took_part), file)


def test_who_left_the_agency_reads_its_files_no_more(case, member):
    file = CaseFile.objects.get(public_id=attachment.add(case, table(), by=member).key)
    assert attachment.may_read(member, file)
    member.memberships.update(status="left")
    assert not attachment.may_read(member, file)


def test_a_published_file_opens_to_everybody_and_one_of_the_next_draft_does_not(client, case, member):
    old = attachment.add(case, table(), by=member).key
    live = publish(case)
    new = attachment.add(live, table(b"PLANTED draft\n", "秘密.csv"), by=member).key

    assert client.get(address(live, old)).status_code == 200
    assert client.get(address(live, new)).status_code == 404
    reading = client.get(live.get_absolute_url())
    assert str(old) in reading.text
    assert str(new) not in reading.text
    assert "秘密" not in reading.text


def test_a_file_of_an_earlier_published_text_stays_readable_until_the_case_is_taken_back(
    client, case, member
):
    key = attachment.add(case, table(), by=member).key
    live = publish(case)
    attachment.remove(live, key, by=member)
    live = publish(live)
    assert client.get(address(live, key)).status_code == 200

    CaseStudy.objects.filter(pk=live.pk).update(live=False)
    assert client.get(address(live, key)).status_code == 404


def test_a_file_is_not_found_under_another_case(client, case, member):
    key = attachment.add(case, table(), by=member).key
    publish(case)
    assert client.get(address(factories.case(), key)).status_code == 404


def test_a_browser_saves_a_file_and_runs_nothing_in_it(client, case, member):
    attachment.add(case, table(name='a"\r\nX: y.csv'), by=member)
    attachment.add(case, picture(), by=member)
    live = publish(case)
    for one in live.attachments.all():
        answer = client.get(address(live, one.key))
        way = "inline" if one.is_image else "attachment"
        assert answer["Content-Disposition"].startswith(way)
        assert "X" not in answer.headers
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
        assert answer["Cache-Control"].startswith("public")
        again = client.get(address(live, one.key), headers={"if-none-match": answer["ETag"]})
        assert (again.status_code, again.content) == (304, b"")


def test_a_draft_s_file_is_kept_by_no_cache(client, case, member):
    key = attachment.add(case, table(), by=member).key
    client.force_login(member)
    answer = client.get(address(case, key), headers={"if-none-match": "*"})
    assert (answer.status_code, answer["Cache-Control"], "ETag" in answer) == (
        200,
        "private, no-store",
        False,
    )


def test_behind_nginx_the_bytes_are_sent_by_nginx(client, case, member, settings):
    settings.PRIVATE_REDIRECT = "/private/"
    key = attachment.add(case, table(), by=member).key
    assert client.get(address(case, key)).status_code == 404
    client.force_login(member)
    answer = client.get(address(case, key))
    assert (answer["X-Accel-Redirect"], answer.content) == (f"/private/casefiles/{key}", b"")


# -- What is deleted --------------------------------------------------------------------------------------------------


def stored(key) -> bool:
    return CaseFile._meta.get_field("file").storage.exists(f"casefiles/{key}")


def test_an_unused_file_that_was_never_published_is_deleted_and_others_stay(
    case, member, django_capture_on_commit_callbacks
):
    used, unused = (attachment.add(case, table(b"%d\n" % n), by=member).key for n in (1, 2))
    live = publish(case)
    draft_only, dropped = (attachment.add(live, table(b"%d\n" % n), by=member).key for n in (3, 4))
    for key in (unused, dropped):
        attachment.remove(live, key, by=member)
    CaseFile.objects.update(created_at=timezone.now() - timedelta(days=2))

    with django_capture_on_commit_callbacks(execute=True):
        attachment.forget(timezone.localdate())

    # `unused` was part of the published text, so its version keeps it.
    assert [stored(key) for key in (used, unused, draft_only, dropped)] == [True, True, True, False]


def test_a_file_of_the_text_that_reviewers_read_is_kept_though_a_newer_text_leaves_it_out(agency, member):
    asked = factories.submitted(agency, member)
    file = attachment.keep(asked.case, table(), by=member)
    asked.revision.content["attachments"] = [{"key": str(file.public_id)}]
    asked.revision.save()
    asked.case.save_revision()
    CaseFile.objects.update(created_at=timezone.now() - timedelta(days=2))
    assert attachment.forget(timezone.localdate()) == []
    ReviewRound.objects.update(status="withdrawn", decided_at=timezone.now())
    assert len(attachment.forget(timezone.localdate())) == 1


def test_a_file_without_a_row_is_swept_away_the_day_after(case, member, tmp_path):
    key = attachment.add(case, table(), by=member).key
    stray = tmp_path / "private" / "casefiles" / "stray"
    stray.write_bytes(b"1")
    assert attachment.sweep(timezone.localdate()) == []
    for path in stray.parent.iterdir():
        os.utime(path, (0, 0))
    assert len(attachment.sweep(timezone.localdate())) == 1
    assert (stray.exists(), stored(key)) == (False, True)


def test_a_document_that_a_reader_takes_is_a_download_and_a_picture_or_a_draft_is_none(client, case, member):
    browser = {"user-agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"}
    document = attachment.add(case, table(), by=member)
    shown = attachment.add(case, picture(), by=member)
    client.force_login(member)
    client.get(address(case, document.key), headers=browser)
    live = publish(case)
    client.logout()
    client.get(address(live, shown.key), headers=browser)
    client.get(address(live, document.key), headers={"user-agent": "Googlebot/2.1"})
    counting.write()
    assert not DailyCount.objects.exists()
    client.get(address(live, document.key), headers=browser)
    counting.write()
    assert [(one.kind, one.number) for one in DailyCount.objects.all()] == [("download", 1)]


def test_a_case_that_is_deleted_takes_its_files_along(case, member, django_capture_on_commit_callbacks):
    key = attachment.add(case, table(), by=member).key
    with django_capture_on_commit_callbacks(execute=True):
        case.delete()
    assert not stored(key)


# -- The console ------------------------------------------------------------------------------------------------------


def test_files_come_in_by_the_form_and_what_was_done_to_them_is_said(client, case, member):
    client.force_login(member)
    files = [
        SimpleUploadedFile("照片.jpg", factories.picture("JPEG")),
        SimpleUploadedFile("数据.csv", SECRET),
    ]
    answer = client.post(page(case), {"files": files, "section": "background", "licence": ""}, follow=True)

    assert titles(case) == ["照片", "数据"]
    assert "照片.jpg" in answer.text
    one = authoring.draft_of(case).attachments.all()[0]
    client.post(
        page(case, "change_attachment", one.key),
        {
            "do": "save",
            "title": "教室",
            "alt_text": "一间教室。",
            "caption": "",
            "section": "",
            "licence": "read-only",
        },
    )
    one = authoring.draft_of(case).attachments.all()[0]
    assert (one.title, one.alt_text, one.section, one.licence) == ("教室", "一间教室。", "", "read-only")
    client.post(page(case, "change_attachment", one.key), {"do": "down"})
    assert titles(case) == ["数据", "教室"]
    client.post(page(case, "change_attachment", one.key), {"do": "remove"})
    assert titles(case) == ["数据"]


@pytest.mark.parametrize("accept", ["text/html", "application/json"])
def test_a_refused_file_is_told_and_nothing_is_saved(client, case, member, accept):
    client.force_login(member)
    file = SimpleUploadedFile("a.svg", b"<svg onload='x'>")
    answer = client.post(page(case), {"files": file}, headers={"accept": accept})
    if accept == "application/json":
        assert answer.json() == {"next": page(case)}
        answer = client.get(page(case))
    assert "SVG" in answer.text
    assert titles(case) == []


def test_nonsense_in_the_form_is_no_accident(client, case, member):
    one = attachment.add(case, picture(), by=member)
    client.force_login(member)
    for body in (
        {"do": "save", "title": "", "licence": "king"},
        {"do": "save", "title": "长" * 999},
        {"do": "save", "title": "零\x00", "section": "nowhere"},
        {"do": "dance", "title": "x", "kind": "dataset", "section": "__class__"},
    ):
        assert client.post(page(case, "change_attachment", one.key), body).status_code in (200, 302)
    assert client.post(page(case, "change_attachment", uuid4()), {"do": "remove"}).status_code == 404
    assert [found.kind for found in authoring.draft_of(case).attachments.all()] == ["image"]


def test_nobody_else_changes_a_file(client, case, member, stranger):
    one = attachment.add(case, picture(), by=member)
    client.force_login(stranger)
    for method, address_ in (
        ("get", page(case)),
        ("post", page(case)),
        ("post", page(case, "change_attachment", one.key)),
    ):
        assert getattr(client, method)(address_, {"do": "remove"}).status_code == 404
    assert len(titles(case)) == 1


@pytest.mark.parametrize("where", ["console", "reading"])
def test_the_number_of_files_costs_no_query(client, case, member, where, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as caught:
            client.get(page(case) if where == "console" else case.get_absolute_url())
        return len(caught)

    client.force_login(member)
    attachment.add(case, picture(), by=member)
    queries()
    with_one = queries()
    for n in range(2):
        attachment.add(case, table(b"%d\n" % n), by=member)
    assert queries() == with_one


def test_the_reading_page_shows_a_picture_where_it_belongs(client, case, member):
    shown = attachment.add(
        case, picture(), by=member, section="background", alt_text="一间教室。", caption="说明。"
    )
    live = publish(case)
    text = client.get(live.get_absolute_url()).text
    assert text.index('id="background"') < text.index(f'id="file-{shown.key}"') < text.index("说明。")
    assert 'alt="一间教室。"' in text


def test_nobody_reads_a_file_without_asking(case, member):
    key = attachment.add(case, table(), by=member).key
    assert not attachment.may_read(AnonymousUser(), CaseFile.objects.get(public_id=key))
    assert Attachment.objects.get().file.name == f"casefiles/{key}"

"""Reading lists and notes: who sees them, what stands in them, and what never leaks from them."""

import json
import re

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, connection, transaction
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import override

from casestudies.keeping import reading_list, saved_search
from casestudies.keeping.reading_list import ListError, copy, keep, make, move
from casestudies.models import CaseNote, ListEntry, ReadingList
from orgs import leaving
from orgs.models import Agency, User
from portal.search import rebuild
from tests import factories
from tests.casestudies.test_counting import PEOPLE

pytestmark = pytest.mark.django_db
SECRET_TITLE = "不该有人看见的案例"


@pytest.fixture
def reader():
    return factories.user(name="读者王")


@pytest.fixture
def full(reader):
    """A public list of three cases, the second with a note."""
    kept = make(reader, title="入门书单", audience="public")
    for n in range(3):
        keep(factories.case(title=f"案例甲{n}"), by=reader, into=kept)
    reading_list.annotate(kept.entries.all()[1], by=reader, note="先读方法一节")
    return kept


def titles(shown):
    return [entry.case.title for entry in reading_list.entries_of(shown)[0]]


# -- Keeping ----------------------------------------------------------------------------------------------------------


def test_one_press_makes_the_first_list_and_fills_the_last_used_one_after_that(client, reader):
    client.force_login(reader)
    first, second = factories.case(), factories.case()
    client.post(reverse("keep_case", args=[first.public_id]))
    mine = reader.reading_lists.get()
    assert mine.audience == "private"
    make(reader, title="别的")
    keep(first, by=reader, into=mine)  # there already: the other list stays the last used
    client.post(reverse("keep_case", args=[second.public_id]))
    assert titles(reader.reading_lists.get(title="别的")) == [second.title]


def test_keeping_twice_keeps_once(client, reader):
    case = factories.case()
    client.force_login(reader)
    for _ in range(2):
        client.post(reverse("keep_case", args=[case.public_id]))
    assert ListEntry.objects.count() == 1


def test_the_button_leads_back_to_where_it_was_and_to_no_foreign_place(client, reader):
    case = factories.case()
    client.force_login(reader)
    address = reverse("keep_case", args=[case.public_id])
    assert client.post(address, {"next": "/search/?q=x"}).url == "/search/?q=x"
    for evil in ("https://evil.example.net/", "//evil.example.net", "javascript:alert(1)"):
        assert client.post(address, {"next": evil}).url == case.get_absolute_url()


def test_another_persons_list_is_not_there_to_be_filled(client, reader, full):
    other = factories.user()
    client.force_login(other)
    case = factories.case()
    answer = client.post(reverse("keep_case", args=[case.public_id]), {"list": full.public_id})
    assert answer.status_code == 404
    with pytest.raises(ListError):
        keep(case, by=other, into=full)
    assert len(titles(full)) == 3


def test_a_draft_cannot_be_kept_not_even_by_its_writers(client):
    draft = factories.case(live=False)
    writer = factories.member_of(draft.agency)
    client.force_login(writer)
    assert client.post(reverse("keep_case", args=[draft.public_id])).status_code == 404
    with pytest.raises(ListError):
        keep(draft, by=writer)


def test_a_list_is_never_fuller_than_a_page_can_show(reader, monkeypatch):
    monkeypatch.setattr(reading_list, "MOST_ENTRIES", 1)
    keep(factories.case(), by=reader)
    with pytest.raises(ListError):
        keep(factories.case(), by=reader)


def test_nobody_has_more_lists_than_a_page_can_show(reader, monkeypatch):
    monkeypatch.setattr(reading_list, "MOST_LISTS", 1)
    make(reader, title="一")
    with pytest.raises(ListError):
        make(reader, title="二")


def test_the_database_holds_a_case_once_a_list_and_a_key_for_what_is_shared(full):
    entry = full.entries.first()
    with pytest.raises(IntegrityError), transaction.atomic():
        ListEntry.objects.create(reading_list=full, case=entry.case)
    with pytest.raises(IntegrityError), transaction.atomic():
        ReadingList.objects.filter(pk=full.pk).update(audience="link", share_key=None)
    with pytest.raises(IntegrityError), transaction.atomic():
        ReadingList.objects.filter(pk=full.pk).update(audience="world")


# -- Order and notes --------------------------------------------------------------------------------------------------


def test_the_order_is_the_owners(reader, full):
    move(full.entries.get(case__title="案例甲2"), by=reader, steps=-1)
    assert titles(full) == ["案例甲0", "案例甲2", "案例甲1"]
    move(full.entries.get(case__title="案例甲0"), by=reader, steps=-1)  # it is the first already
    move(full.entries.get(case__title="案例甲0"), by=reader, steps=1)
    assert titles(full) == ["案例甲2", "案例甲0", "案例甲1"]


def test_the_buttons_of_an_entry_do_what_they_say(client, reader, full):
    client.force_login(reader)
    address = reverse("act_on_entry", args=[full.public_id])
    first, second, third = full.entries.all()
    client.post(address, {"entry": second.pk, "action": "up"})
    client.post(address, {"entry": third.pk, "action": "note", "note": "看\x00结论"})
    client.post(address, {"entry": first.pk, "action": "out"})
    assert titles(full) == ["案例甲1", "案例甲2"]
    assert full.entries.get(pk=third.pk).note == "看结论"


def test_only_the_owner_finds_the_buttons(client, full):
    client.force_login(factories.user())
    entry = full.entries.first()
    for name, body in (
        ("edit_list", {"title": "夺走"}),
        ("act_on_list", {"action": "remove"}),
        ("act_on_entry", {"entry": entry.pk, "action": "out"}),
    ):
        assert client.post(reverse(name, args=[full.public_id]), body).status_code == 404
    assert len(titles(full)) == 3


def test_whatever_is_done_to_a_list_its_owner_does_it(reader, full):
    other, shared = factories.user(), make(reader, title="给同事", audience="link")
    entry = full.entries.first()
    for attempt in (
        lambda: reading_list.take_out(entry, by=other),
        lambda: move(entry, by=other, steps=1),
        lambda: reading_list.annotate(entry, by=other, note="别人的话"),
        lambda: reading_list.change(full, by=other, title="别人的题目"),
        lambda: reading_list.renew_link(shared, by=other),
        lambda: reading_list.remove(full, by=other),
    ):
        with override("en"), pytest.raises(ListError, match="not your list"):
            attempt()
    with pytest.raises(ListError):
        reading_list.renew_link(full, by=reader)  # there is none
    assert titles(ReadingList.objects.get(title="入门书单")) == [f"案例甲{n}" for n in range(3)]


def test_a_note_on_a_case_is_read_by_nobody_else(client, reader):
    case = factories.case()
    client.force_login(reader)
    client.post(reverse("write_note", args=[case.public_id]), {"text": "私密想法"})
    assert "私密想法" in client.get(case.get_absolute_url()).content.decode()
    assert "私密想法" in client.get(reverse("case_notes")).content.decode()
    for person in (factories.member_of(case.agency, role="owner"), factories.moderator()):
        client.force_login(person)
        for address in (case.get_absolute_url(), reverse("case_notes")):
            assert "私密想法" not in client.get(address).content.decode()
    client.force_login(reader)
    client.post(reverse("write_note", args=[case.public_id]), {"text": " "})
    assert not CaseNote.objects.exists()


def test_a_note_outlives_its_case_without_naming_what_is_hidden(client, reader):
    case = factories.case(title=SECRET_TITLE)
    reading_list.write_note(case, by=reader, text="我的话")
    type(case).objects.filter(pk=case.pk).update(live=False)
    client.force_login(reader)
    page = client.get(reverse("case_notes")).content.decode()
    assert "我的话" in page
    assert SECRET_TITLE not in page
    client.post(reverse("write_note", args=[case.public_id]), {"text": ""})
    assert not CaseNote.objects.exists()


# -- Who sees it ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("audience", "seen_by_others"), [("private", False), ("link", False), ("public", True)]
)
def test_the_page_of_a_list_is_for_whom_its_owner_chose(client, reader, audience, seen_by_others):
    mine = make(reader, title="给新同事的入门读物", audience=audience)
    keep(factories.case(), by=reader, into=mine)
    files = reverse("list_citations", args=[mine.public_id, "bib"])
    for person in (None, factories.user(), factories.moderator()):
        client.logout()
        if person:
            client.force_login(person)
        for address in (mine.get_absolute_url(), files):
            assert client.get(address).status_code == (200 if seen_by_others else 404)
        listed = client.get(reverse("public_lists")).content.decode()
        assert ("给新同事的入门读物" in listed) == seen_by_others
    client.force_login(reader)
    assert client.get(mine.get_absolute_url()).status_code == 200


def test_a_link_opens_a_list_until_it_is_replaced_or_taken_back(client, reader):
    mine = make(reader, title="给同事", audience="link")
    keep(factories.case(), by=reader, into=mine)

    def opens(secret):
        return [
            client.get(reverse("shared_list", args=[secret])).status_code,
            client.get(reverse("shared_citations", args=[secret, "ris"])).status_code,
        ]

    old = mine.secret
    assert opens(old) == [200, 200]
    answer = client.get(reverse("shared_list", args=[old]))
    assert answer["X-Robots-Tag"] == "noindex"
    assert "private" in answer["Cache-Control"]
    client.force_login(reader)
    client.post(reverse("act_on_list", args=[mine.public_id]), {"action": "renew"})
    client.logout()
    mine.refresh_from_db()
    assert opens(old) == [404, 404]
    assert opens(mine.secret) == [200, 200]
    current = mine.secret
    ReadingList.objects.filter(pk=mine.pk).update(audience="private")
    assert opens(current) == [404, 404]
    reading_list.change(mine, by=reader, title=mine.title, audience="private")
    assert opens(current) == [404, 404]
    reading_list.change(mine, by=reader, title=mine.title, audience="link")
    assert opens(current) == [404, 404]  # sharing again is another link


def test_what_the_database_holds_of_a_link_opens_nothing(client, reader):
    mine = make(reader, title="给同事", audience="link")
    for guess in (mine.share_key, mine.share_key.hex, mine.public_id.hex, f"{mine.share_key.hex}.x"):
        assert client.get(reverse("shared_list", args=[guess])).status_code == 404


def test_a_list_shows_the_agency_or_the_person_as_its_owner_chose(client):
    agency = factories.agency()
    member = factories.member_of(agency, name="李不愿露面")
    mine = make(member, title="机构书单", audience="public", agency=agency)
    keep(factories.case(), by=member, into=mine)
    for address in (mine.get_absolute_url(), reverse("public_lists")):
        page = client.get(address).content.decode()
        assert str(agency.label) in page
        assert member.name not in page


def test_who_left_the_agency_speaks_no_longer_in_its_name(client):
    agency = factories.agency()
    member = factories.member_of(agency)
    mine = make(member, title="机构书单", audience="public", agency=agency)
    with pytest.raises(ListError):
        make(factories.user(), title="冒名", audience="public", agency=agency)
    member.memberships.update(status="left")
    assert client.get(mine.get_absolute_url()).status_code == 404
    with pytest.raises(ListError):
        make(member, title="再来一份", audience="public", agency=agency)
    member.memberships.update(status="active")
    Agency.objects.filter(pk=agency.pk).update(status="withdrawn")
    assert client.get(mine.get_absolute_url()).status_code == 404
    with pytest.raises(ListError):
        make(member, title="再来一份", audience="public", agency=agency)


def test_a_locked_account_shows_no_list(client, reader, full):
    type(reader).objects.filter(pk=reader.pk).update(is_active=False)
    assert client.get(full.get_absolute_url()).status_code == 404


def test_the_link_of_a_locked_account_opens_no_list(client, reader):
    mine = make(reader, title="给同事", audience="link")
    assert client.get(mine.share_url).status_code == 200
    type(reader).objects.filter(pk=reader.pk).update(is_active=False)
    assert client.get(mine.share_url).status_code == 404


# -- What stands in it ------------------------------------------------------------------------------------------------


def test_an_unpublished_case_is_in_no_list_no_file_and_no_copy(client, reader, full):
    hidden = full.entries.all()[1].case
    type(hidden).objects.filter(pk=hidden.pk).update(live=False, title=SECRET_TITLE)
    address = full.get_absolute_url()
    files = [
        reverse("list_citations", args=[full.public_id, style]) for style in ("bib", "ris", "json", "txt")
    ]
    mine = copy(full, by=factories.user())
    for person in (None, reader, mine.owner):
        client.logout()
        if person:
            client.force_login(person)
        for one in (address, *files, reverse("public_lists")):
            assert SECRET_TITLE not in client.get(one).content.decode()
    assert titles(mine) == ["案例甲0", "案例甲2"]
    client.force_login(reader)
    assert client.get(address).context["hidden"][0].case == hidden  # a line without its name
    assert client.get(reverse("public_lists")).context["lists"][0].number == 2


def test_a_copy_is_private_and_ones_own(client, reader, full):
    other = factories.user()
    client.force_login(other)
    client.post(reverse("copy_list", args=[full.public_id]))
    mine = other.reading_lists.get()
    assert mine.audience == "private"
    assert mine.copied_from == full
    assert titles(mine) == titles(full)
    assert mine.entries.get(case__title="案例甲1").note == "先读方法一节"
    reading_list.remove(full, by=reader)
    assert len(titles(ReadingList.objects.get(pk=mine.pk))) == 3


def test_a_private_list_is_not_copied(client, reader):
    mine = make(reader, title="私")
    client.force_login(factories.user())
    assert client.post(reverse("copy_list", args=[mine.public_id])).status_code == 404
    with pytest.raises(ListError):
        copy(mine, by=factories.user())


def test_the_citations_of_a_list_are_those_of_its_cases(client, full):
    def file(style):
        answer = client.get(
            reverse("list_citations", args=[full.public_id, style]), HTTP_USER_AGENT=PEOPLE[0]
        )
        assert f'filename="tongxing-list-{full.public_id.hex[:8]}.{style}"' in answer["Content-Disposition"]
        return answer.content.decode()

    wanted = ["案例甲0", "案例甲1", "案例甲2"]
    assert [item["title"] for item in json.loads(file("json"))] == wanted
    assert re.findall(r"^TI  - (.*?)\r?$", file("ris"), re.M) == wanted
    assert re.findall(r"title = \{+(案例甲\d)", file("bib")) == wanted
    assert file("bib").count("@techreport{") == 3
    assert re.findall(r"^\[(\d)\] .*(案例甲\d)\[R/OL\]", file("txt"), re.M) == [
        ("1", "案例甲0"),
        ("2", "案例甲1"),
        ("3", "案例甲2"),
    ]


@pytest.mark.parametrize("name", ["reading_list", "reading_lists", "public_lists", "case_notes", "keep"])
def test_every_list_asks_as_often_for_three_as_for_one(client, reader, name, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client.force_login(reader)
    mine = make(reader, title="书单", audience="public")
    case = factories.case()

    def more():
        one = factories.case()
        keep(one, by=reader, into=mine)
        keep(one, by=reader, into=make(reader, title="另一个", audience="public"))
        reading_list.write_note(one, by=reader, text="想法")

    addresses = {
        "reading_list": mine.get_absolute_url(),
        "keep": case.get_absolute_url(),
    }
    address = addresses.get(name) or reverse(name)
    counts = []
    for _ in range(2):
        more()
        client.get(address)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get(address).status_code == 200
        counts.append(len(queries))
        more()
    assert counts[0] == counts[1]


def test_what_readers_see_never_depends_on_being_signed_in_for_drafts(full):
    nobody = AnonymousUser()
    assert list(ReadingList.objects.visible_to(nobody)) == [full]


def test_closing_an_account_removes_what_was_kept_and_locking_it_does_not(reader, full):
    other = factories.user()
    mine = copy(full, by=other)
    reading_list.write_note(factories.case(), by=reader, text="想法")
    saved_search.save(reader, QueryDict("kind=group"), name="小组", delivery="daily")
    leaving.deactivate(reader, by=User.objects.create_superuser("root@example.org", name="管理员"))
    assert reader.reading_lists.count() == 1
    leaving.close_account(reader)
    kept = (reader.reading_lists, reader.case_notes, reader.saved_searches, reader.announced_cases)
    assert [rows.count() for rows in kept] == [0, 0, 0, 0]
    assert len(titles(mine)) == 3


def test_my_desk_shows_the_lists_used_last(client, reader, full):
    client.force_login(reader)
    desk = client.get(reverse("desk"))
    assert [one.number for one in desk.context["desk_lists"]] == [3]
    assert full.title in desk.content.decode()


def test_the_search_of_the_portal_offers_to_keep_a_case_with_one_question_for_the_page(client, reader):
    cases = [factories.case(title=f"晾衣绳{n}") for n in range(3)]
    rebuild()
    place = reverse("search") + "?q=晾衣绳"

    def offered():
        with CaptureQueriesContext(connection) as asked:
            page = client.get(place).content.decode()
        buttons = [f'action="{reverse("keep_case", args=[case.public_id])}"' in page for case in cases]
        return buttons, sum("casestudies_listentry" in one["sql"] for one in asked)

    assert offered() == ([False] * 3, 0)
    client.force_login(reader)
    assert offered() == ([True] * 3, 1)
    client.post(reverse("keep_case", args=[cases[1].public_id]), {"next": place})
    assert reading_list.kept_by(reader) == {cases[1].pk}
    assert offered()[1] == 1

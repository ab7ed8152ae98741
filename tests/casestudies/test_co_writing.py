"""Writing together: what only one changed is taken, what both changed is kept twice, and who may write at all."""

from datetime import date

import pytest
from django.urls import reverse

from casestudies.models import CaseStudy, CoWriting, ParallelText
from casestudies.permissions import can_edit_case, can_submit_case
from casestudies.review import submission
from casestudies.writing import authoring, draft_merge, parallel, revising
from casestudies.writing.people import Author, Partner
from tests import factories
from tests.casestudies.test_authoring import complete_case
from tests.casestudies.test_console import filled_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(agency, member):
    return authoring.start_case(
        agency,
        by=member,
        title="两年转衔",
        background="<p>背景</p>",
        process="<p>过程</p>",
        topics=[factories.topic("pop:children"), factories.topic("pop:women")],
    )


@pytest.fixture
def colleague(agency):
    return factories.member_of(agency)


def seen(case):
    return draft_merge.seen(authoring.draft_of(case))


def test_each_keeps_the_section_that_only_they_changed(case, member, colleague):
    saw = seen(case)
    mine = {"background": "<p>背景</p>", "process": "<p>我的过程</p>"}
    authoring.save_draft(case, by=colleague, seen=saw, background="<p>她的背景</p>", process="<p>过程</p>")
    authoring.save_draft(case, by=member, seen=saw, **mine)

    draft = authoring.draft_of(case)
    assert (draft.background, draft.process) == ("<p>她的背景</p>", "<p>我的过程</p>")


def test_the_same_section_changed_twice_is_kept_twice_and_the_rest_is_saved(case, member, colleague):
    saw = seen(case)
    authoring.save_draft(case, by=colleague, seen=saw, process="<p>她的过程</p>")

    with pytest.raises(authoring.Overtaken) as refusal:
        authoring.save_draft(case, by=member, seen=saw, process="<p>我的过程</p>", abstract="我的摘要")

    draft = authoring.draft_of(case)
    assert refusal.value.both == ["process"]
    assert (draft.process, draft.abstract) == ("<p>她的过程</p>", "我的摘要")
    [kept] = parallel.waiting(case, by=member)
    assert (kept["field"], kept["words"]) == ("process", "我的过程")
    assert parallel.waiting(case, by=colleague) == []


def test_words_kept_aside_are_settled_by_the_next_save_in_sight_of_both_and_stay_readable(
    case, member, colleague
):
    saw = seen(case)
    authoring.save_draft(case, by=colleague, seen=saw, process="<p>她的过程</p>")
    for attempt in ("<p>我的</p>", "<p>我的过程</p>"):
        with pytest.raises(authoring.Overtaken):
            authoring.save_draft(case, by=member, seen=saw, process=attempt, is_autosave=True)
    assert ParallelText.objects.get().words == "我的过程"

    authoring.save_draft(case, by=member, seen=seen(case), process="<p>两人的过程</p>", is_autosave=True)

    assert parallel.waiting(case, by=member) == []
    assert ParallelText.objects.get().words == "我的过程"
    assert "她的过程" in [revision.as_object().process.strip("<p>/") for revision in case.revisions.all()]


def test_topics_are_merged_one_by_one(case, member, colleague):
    saw = seen(case)
    topic = factories.topic
    authoring.save_draft(case, by=colleague, seen=saw, topics=[topic("pop:children"), topic("svc:legal")])
    authoring.save_draft(
        case, by=member, seen=saw, topics=[topic("pop:children"), topic("pop:women"), topic("mth:group")]
    )
    codes = {one.code for one in authoring.draft_of(case).topics.all()}
    assert codes == {"pop:children", "svc:legal", "mth:group"}


def test_beginning_and_end_belong_together(case, member, colleague):
    saw = seen(case)
    authoring.save_draft(case, by=colleague, seen=saw, started_on=date(2024, 5, 1), ended_on=date(2024, 9, 1))
    with pytest.raises(authoring.Overtaken) as refusal:
        authoring.save_draft(case, by=member, seen=saw, started_on=date(2024, 12, 1), ended_on=None)
    assert refusal.value.both == ["period"]
    assert authoring.draft_of(case).ended_on == date(2024, 9, 1)


def test_markup_that_an_editor_writes_otherwise_is_no_change(case, member, colleague):
    saw = seen(case)
    authoring.save_draft(case, by=colleague, seen=saw, background="<p>她的</p>")
    authoring.save_draft(case, by=member, seen=saw, background="<div>背景</div>")
    assert authoring.draft_of(case).background == "<p>她的</p>"


def test_a_revision_of_another_case_is_no_beginning(case, agency, member):
    other = authoring.start_case(agency, by=member, title="别的", process="<p>别的</p>")
    with pytest.raises(authoring.Overtaken):
        authoring.save_draft(case, by=member, began_from=other.latest_revision_id, process="<p>新</p>")
    assert authoring.draft_of(case).process == "<p>过程</p>"


# -- Saving every few seconds -----------------------------------------------------------------------------------------


def test_saving_every_few_seconds_makes_one_revision(case, member):
    before = case.revisions.count()
    for n in range(20):
        authoring.save_draft(case, by=member, seen=seen(case), process=f"<p>第{n}句</p>", is_autosave=True)
    assert case.revisions.count() == before
    assert authoring.draft_of(case).process == "<p>第19句</p>"
    assert CaseStudy.objects.get(pk=case.pk).process == "<p>第19句</p>"


def test_the_text_of_another_writer_is_never_written_over_in_its_revision(case, member, colleague):
    authoring.save_draft(case, by=colleague, seen=seen(case), process="<p>她的</p>", is_autosave=True)
    authoring.save_draft(case, by=member, seen=seen(case), process="<p>我的</p>", is_autosave=True)
    texts = [revision.as_object().process for revision in case.revisions.order_by("pk")]
    assert texts[-2:] == ["<p>她的</p>", "<p>我的</p>"]


def test_after_a_while_there_is_a_new_revision(case, member):
    newest = CaseStudy.objects.get(pk=case.pk).latest_revision
    assert revising.may_grow(newest, by=member)
    newest.created_at -= revising.COALESCED_WITHIN * 1.1
    assert not revising.may_grow(newest, by=member)


def test_what_is_published_or_under_review_is_never_written_over(agency, member, moderator):
    case = complete_case(agency, member)
    authoring.submit(case, by=member)
    sent = CaseStudy.objects.get(pk=case.pk).latest_revision
    submission.send_back(case, by=moderator, comment="请补充。")
    authoring.save_draft(case, by=member, seen=seen(case), process="<p>补充</p>", is_autosave=True)
    sent.refresh_from_db()
    assert sent.as_object().process == "<p>过程。</p>"

    authoring.submit(case, by=member)
    published = submission.approve(case, by=moderator, comment="早于评审制度", is_waived=True).live_revision
    authoring.save_draft(case, by=member, seen=seen(case), process="<p>草稿</p>", is_autosave=True)
    published.refresh_from_db()
    assert published.as_object().process == "<p>补充</p>"
    assert CaseStudy.objects.get(pk=case.pk).process == "<p>补充</p>"


def test_saving_what_stands_already_writes_nothing(case, member):
    before = CaseStudy.objects.get(pk=case.pk).latest_revision
    authoring.save_draft(case, by=member, seen=seen(case), process="<p>过程</p>")
    assert CaseStudy.objects.get(pk=case.pk).latest_revision == before


# -- Agencies that write along ----------------------------------------------------------------------------------------


def test_a_partner_that_writes_along_sees_and_edits_and_one_that_does_not_finds_nothing(client, case, member):
    along, beside = factories.agency(), factories.agency()
    writer, onlooker = factories.member_of(along), factories.member_of(beside)
    authoring.save_draft(case, by=member, partners=[Partner(along, writes=True), Partner(beside)])
    page = reverse("edit_case", args=[case.agency.slug, case.public_id])

    assert list(CaseStudy.objects.visible_to(writer)) == [case]
    assert list(CaseStudy.objects.visible_to(onlooker)) == []
    assert can_edit_case(writer, case)
    assert not can_submit_case(writer, case)
    client.force_login(writer)
    assert client.get(page).status_code == 200
    client.force_login(onlooker)
    assert client.get(page).status_code == 404


def test_the_published_page_shows_its_writers_the_way_to_change_it_and_no_other_agency(
    client, agency, member
):
    along, beside = factories.agency(), factories.agency()
    case = factories.case(agency)
    CoWriting.objects.create(case=case, agency=along)
    way = reverse("edit_case", args=[agency.slug, case.public_id])

    for reader, is_shown in (
        (member, True),
        (factories.member_of(along), True),
        (factories.member_of(beside), False),
    ):
        client.force_login(reader)
        assert (way in client.get(case.get_absolute_url()).text) is is_shown
    CoWriting.objects.all().delete()
    client.force_login(factories.member_of(along))
    assert way not in client.get(case.get_absolute_url()).text


def test_taking_the_right_away_counts_at_once_even_when_an_older_text_is_published(agency, member, moderator):
    along = factories.agency()
    writer = factories.member_of(along)
    case = complete_case(agency, member, partners=[Partner(along, writes=True)])
    authoring.submit(case, by=member)
    submission.approve(case, by=moderator, comment="早于评审制度", is_waived=True)
    old = CaseStudy.objects.get(pk=case.pk).latest_revision
    assert can_edit_case(writer, case)

    authoring.save_draft(case, by=member, partners=[])
    assert not can_edit_case(writer, case)
    old.publish()
    assert not can_edit_case(writer, CaseStudy.objects.get(pk=case.pk))
    assert not CoWriting.objects.exists()


def test_who_left_the_agency_that_writes_along_is_out(case, member):
    along = factories.agency()
    writer = factories.member_of(along)
    authoring.save_draft(case, by=member, partners=[Partner(along, writes=True)])
    writer.memberships.update(status="left")
    assert not can_edit_case(writer, case)
    assert not CaseStudy.objects.visible_to(writer).exists()


def test_only_the_lead_agency_says_who_writes_along(client, case, member):
    along, third = factories.agency(), factories.agency(legal_name="第三家机构")
    authoring.save_draft(case, by=member, partners=[Partner(along, writes=True)])
    client.force_login(factories.member_of(along))

    client.post(
        reverse("edit_case", args=[case.agency.slug, case.public_id]),
        filled_in(case, co_writers="第三家机构", process="一起写"),
    )

    draft = authoring.draft_of(case)
    assert draft.process == "<p>一起写</p>"
    assert [row.agency for row in draft.partners.all() if row.writes] == [along]
    assert not CoWriting.objects.filter(agency=third).exists()


def test_the_desk_of_an_agency_that_writes_along_shows_the_draft(client, case, member):
    along = factories.agency()
    authoring.save_draft(case, by=member, partners=[Partner(along, writes=True)])
    client.force_login(factories.member_of(along))
    assert (
        reverse("edit_case", args=[case.agency.slug, case.public_id])
        in client.get(reverse("desk")).content.decode()
    )


# -- People -----------------------------------------------------------------------------------------------------------


def test_an_author_stands_as_they_were_with_a_link_to_their_account(case, member):
    authoring.save_draft(
        case,
        by=member,
        authors=[
            Author("贾明远", "researcher", "Mingyuan Jia", "岭海大学", "0000-0002-1825-0097"),
            Author(member.name, user=member),
        ],
    )
    first, second = authoring.draft_of(case).authors.all()
    assert (first.name_en, first.agency_name, first.orcid_url) == (
        "Mingyuan Jia",
        "岭海大学",
        "https://orcid.org/0000-0002-1825-0097",
    )
    assert (first.user, second.user) == (None, member)

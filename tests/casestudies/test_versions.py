"""Published versions are numbered, stay as they were, and leave a tombstone when the case is withdrawn."""

import json
from io import StringIO

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.urls import reverse
from wagtail.models import Revision

from casestudies import versions, withdrawal
from casestudies.models import CaseStudy, CaseVersion
from casestudies.open_data import doi
from casestudies.open_data.citation import source
from casestudies.open_data.identifier import permanent_url
from casestudies.review import submission
from casestudies.usage import counting
from casestudies.writing import authoring
from tests import factories
from tests.casestudies.test_authoring import complete_case

pytestmark = pytest.mark.django_db

SECRET = "只有草稿里有的话"


def publish(case, member, moderator, **fields):
    if fields:
        authoring.save_draft(case, by=member, **fields)
    authoring.submit(case, by=member)
    return submission.approve(case, by=moderator, comment="早于评审制度", is_waived=True)


@pytest.fixture
def case(agency, member, moderator):
    return publish(complete_case(agency, member), member, moderator)


def version(case, number, name="case_version"):
    return reverse(name, args=[case.public_id, number])


def test_each_publication_has_its_number_and_its_text(case, member, moderator, client):
    publish(case, member, moderator, title="三年转衔")

    assert [(one.number, one.kind) for one in case.versions.all()] == [(2, "text"), (1, "first")]
    older = client.get(version(case, 1)).content.decode()
    assert "两年转衔" in older
    assert case.get_absolute_url() in older
    assert "noindex" in older
    assert "三年转衔" in client.get(version(case, 2)).content.decode()
    assert "三年转衔" in client.get(case.get_absolute_url()).content.decode()
    assert client.get(version(case, 3)).status_code == 404


def test_the_same_revision_published_again_is_the_same_version(case):
    assert versions.keep(case, case.live_revision).number == 1
    assert case.versions.count() == 1


def test_readers_see_word_by_word_what_changed(case, member, moderator, client):
    publish(case, member, moderator, title="三年转衔<b>")
    page = client.get(version(case, 2, "case_changes")).content.decode()
    assert "<del>两</del><ins>三</ins><span>年转衔</span><ins>&lt;b&gt;</ins>" in page
    assert client.get(version(case, 1, "case_changes")).status_code == 404


def test_an_unpublished_word_is_on_no_page_of_versions(case, member, moderator, client):
    publish(case, member, moderator, title="三年转衔")
    authoring.save_draft(case, by=member, title=SECRET, background=f"<p>{SECRET}</p>")
    for address in (version(case, 1), version(case, 2), version(case, 2, "case_changes")):
        assert SECRET not in client.get(address).content.decode()
    draft = complete_case(case.agency, member, background=f"<p>{SECRET}</p>")
    assert client.get(version(draft, 1)).status_code == 404


@pytest.mark.parametrize(
    "change",
    [
        lambda kept: CaseVersion.objects.filter(pk=kept.pk).update(change_note="别的"),
        lambda kept: Revision.objects.filter(pk=kept.revision_id).update(content={"title": "别的"}),
        lambda kept: kept.revision.delete(),
    ],
)
def test_the_database_keeps_a_version_as_it_was(case, change):
    with pytest.raises(IntegrityError), transaction.atomic():
        change(case.current_version)


def test_a_draft_and_a_whole_case_can_still_be_changed_and_deleted(case, member):
    authoring.save_draft(case, by=member, title="新的草稿")
    Revision.objects.filter(pk=CaseStudy.objects.get(pk=case.pk).latest_revision_id).update(content={})
    case.delete()
    assert not CaseVersion.objects.exists()


def test_a_withdrawn_case_leaves_a_tombstone_without_its_text(case, moderator, client):
    withdrawal.withdraw(case, by=moderator, reason="数据有误。")

    for address in (case.get_absolute_url(), version(case, 1)):
        answer = client.get(address)
        page = answer.content.decode()
        assert answer.status_code == 410
        assert all(words in page for words in ("两年转衔", "石晓棠", "数据有误。", "已撤回"))
        assert case.abstract not in page
    assert not CaseStudy.objects.published().filter(pk=case.pk).exists()
    assert list(CaseStudy.objects.withdrawn()) == [case]


def test_who_reads_while_a_case_is_withdrawn_gets_the_page_and_no_error(case, moderator, client, monkeypatch):
    def withdrawn_meanwhile(*visit):
        monkeypatch.undo()
        withdrawal.withdraw(case, by=moderator, reason="数据有误。")

    monkeypatch.setattr(counting, "count", withdrawn_meanwhile)  # between the two questions for the case
    assert client.get(case.get_absolute_url()).status_code == 200
    assert CaseStudy.objects.withdrawn().get() == case


def test_its_own_authors_and_staff_read_the_tombstone_too(case, member, moderator, client):
    withdrawal.withdraw(case, by=moderator, reason="数据有误。")
    for person in (member, moderator):
        client.force_login(person)
        assert client.get(case.get_absolute_url()).status_code == 410


def test_what_is_withdrawn_is_written_reviewed_and_published_no_more(case, member, moderator):
    kept = case.live_revision
    withdrawal.withdraw(case, by=moderator, reason="数据有误。")
    with pytest.raises(authoring.Withdrawn):
        authoring.save_draft(case, by=member, title="再来")
    with pytest.raises(authoring.Withdrawn):
        authoring.submit(case, by=member)
    with pytest.raises(PermissionDenied):
        kept.publish(user=moderator)
    with pytest.raises(IntegrityError), transaction.atomic():
        CaseStudy.objects.filter(pk=case.pk).update(live=True)


def test_withdrawing_ends_a_review_of_the_next_version(case, member, moderator):
    authoring.save_draft(case, by=member, title="三年转衔")
    authoring.submit(case, by=member)
    withdrawn = withdrawal.withdraw(case, by=moderator, reason="数据有误。")
    assert not authoring.is_in_review(withdrawn)


def test_only_leads_and_staff_withdraw_what_is_published_with_a_reason(case, agency, member, moderator):
    manager = factories.member_of(agency, role="manager")
    stranger = factories.member_of(factories.agency(), role="owner")
    draft = complete_case(agency, member)
    for one, person, reason in (
        (case, member, "误"),
        (case, stranger, "误"),
        (case, moderator, " \0"),
        (case, moderator, "误" * 1001),
        (draft, moderator, "误"),
    ):
        with pytest.raises(withdrawal.CannotWithdraw):
            withdrawal.withdraw(one, by=person, reason=reason)
    assert withdrawal.withdraw(case, by=manager, reason="误").withdrawn_at
    with pytest.raises(withdrawal.CannotWithdraw):
        withdrawal.withdraw(case, by=manager, reason="误")


def test_a_manager_withdraws_on_the_page(case, agency, client):
    client.force_login(factories.member_of(agency, role="manager"))
    address = reverse("withdraw_case", args=[agency.slug, case.public_id])
    assert address in client.get(case.get_absolute_url()).content.decode()
    assert client.post(address, {"reason": ""}).status_code == 200
    assert client.post(address, {"reason": "误"}).status_code == 302
    assert client.get(case.get_absolute_url()).status_code == 410


def test_datacite_knows_the_versions_of_a_case_and_gives_each_a_doi_of_its_own(
    case, member, moderator, settings, tmp_path
):
    settings.DOI_PREFIX = "10.5555"
    assert source.versions(CaseStudy.objects.get(pk=case.pk)) == []  # as long as there is only one
    publish(case, member, moderator, title="三年转衔")
    call_command("export_datacite", tmp_path, "--versions", stdout=StringIO())

    def told(name):
        facts = json.loads((tmp_path / name).read_text())["data"]["attributes"]
        related = {(one["relationType"], one["relatedIdentifier"]) for one in facts["relatedIdentifiers"]}
        return facts["doi"], facts["titles"][0]["title"], related

    own = doi.proposed_doi(case)
    address = permanent_url(case)
    assert told(f"{case.public_id}.json") == (
        own,
        "三年转衔",
        {("HasVersion", f"{address}v1/"), ("HasVersion", f"{address}v2/")},
    )
    assert told(f"{case.public_id}.v1.json") == (f"{own}.v1", "两年转衔", {("IsVersionOf", address)})
    assert told(f"{case.public_id}.v2.json") == (
        f"{own}.v2",
        "三年转衔",
        {("IsVersionOf", address), ("IsNewVersionOf", f"{address}v1/")},
    )

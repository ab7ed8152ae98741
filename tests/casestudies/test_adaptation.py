"""“We tried this”: who sees it, who publishes it, and how adapted cases make families."""

import re

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, connection, transaction
from django.db.models import ProtectedError
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from casestudies import ties
from casestudies.exchange import adaptation as rules
from casestudies.models import Adaptation
from casestudies.usage import counting
from orgs import merging
from orgs.models import Agency
from tests import factories

pytestmark = pytest.mark.django_db
SECRET = "草稿里不该有人看见的话"
FORM = {
    "context": "城郊的小学。",
    "changes": "从五天改为两天。",
    "changed_content": True,
    "decided_by": "workers",
    "fidelity": "kept",
    "result": "partly",
    "result_text": "家长愿意来，孩子坐不住。",
}


@pytest.fixture
def original():
    return factories.case(title="四点半课堂")


@pytest.fixture
def adapter():
    return factories.agency()


def draft(original, adapter, **fields):
    return factories.adaptation(original, adapter, status="draft", published_at=None, **fields)


def test_a_draft_is_read_by_its_agency_and_staff_alone(original, adapter, client):
    kept = draft(original, adapter, changes=SECRET)
    author = factories.member_of(original.agency, role="owner")
    for person in (AnonymousUser(), factories.user(), author):
        assert not Adaptation.objects.visible_to(person).exists()
    for person in (factories.member_of(adapter), factories.moderator()):
        assert Adaptation.objects.visible_to(person).get() == kept
    client.force_login(author)
    assert client.get(kept.get_absolute_url()).status_code == 404
    for url in (original.get_absolute_url(), adapter.get_absolute_url()):
        page = client.get(url).content.decode()
        assert SECRET not in page
        assert str(kept.public_id) not in page
    assert not list(ties.adapted(None))


def test_a_member_records_and_a_lead_publishes(original, adapter, client, deliver):
    told = factories.member_of(original.agency, role="owner")
    member, lead = factories.member_of(adapter), factories.member_of(adapter, role="owner")
    client.force_login(member)
    response = client.post(reverse("adapt_case", args=[adapter.slug, original.public_id]), FORM)
    kept = Adaptation.objects.get()
    assert response["Location"] == kept.get_absolute_url()
    assert kept.status == "draft"
    with pytest.raises(rules.AdaptationError):
        rules.publish(kept, by=member)
    rules.publish(kept, by=lead)
    assert [letter.to for letter in deliver()] == [[told.email]]
    client.logout()
    assert FORM["result_text"] in client.get(kept.get_absolute_url()).content.decode()


def test_trying_ones_own_case_again_is_neither_told_to_oneself_nor_counted(
    original, deliver, django_capture_on_commit_callbacks
):
    lead = factories.member_of(original.agency, role="owner")
    for by, is_counted in ((lead, False), (factories.member_of(factories.agency(), role="owner"), True)):
        kept = draft(original, by.memberships.get().agency)
        with django_capture_on_commit_callbacks(execute=True):
            rules.publish(kept, by=by)
        assert bool(deliver()) == is_counted
        assert bool(counting.write()) == is_counted


def test_only_a_draft_of_a_listed_agency_is_published(original, adapter):
    lead = factories.member_of(adapter, role="owner")
    kept = draft(original, adapter)
    Agency.objects.filter(pk=adapter.pk).update(status="draft")
    with pytest.raises(rules.AdaptationError):
        rules.publish(kept, by=lead)
    Agency.objects.filter(pk=adapter.pk).update(status="listed")
    hidden = factories.adaptation(original, adapter, status="hidden", hidden_reason="含个人信息")
    with pytest.raises(rules.AdaptationError):
        rules.publish(hidden, by=lead)
    assert not Adaptation.objects.public().exists()
    rules.publish(kept, by=lead)
    assert Adaptation.objects.public().get() == kept


def test_what_is_hidden_is_neither_remarked_on_nor_hidden_again(original, adapter):
    author = factories.member_of(original.agency, role="owner")
    hidden = factories.adaptation(original, adapter, status="hidden", hidden_reason="含个人信息")
    with pytest.raises(rules.AdaptationError):
        rules.remark(hidden, by=author, text="谢谢")
    with pytest.raises(rules.AdaptationError):
        rules.hide(hidden, by=factories.moderator(), reason="另一个理由")
    hidden.refresh_from_db()
    assert (hidden.remark, hidden.hidden_reason) == ("", "含个人信息")


def test_the_originals_agency_remarks_but_cannot_hide(original, adapter):
    author = factories.member_of(original.agency, role="owner")
    kept = factories.adaptation(original, adapter)
    rules.remark(kept, by=author, text="谢谢")
    with pytest.raises(rules.AdaptationError):
        rules.hide(kept, by=author, reason="不喜欢")
    with pytest.raises(rules.AdaptationError):
        rules.remark(kept, by=factories.member_of(adapter, role="owner"), text="我们自己")
    kept.refresh_from_db()
    assert kept.is_public
    assert kept.remark == "谢谢"


def test_staff_hide_with_a_reason(original, adapter):
    kept, staff = factories.adaptation(original, adapter), factories.moderator()
    with pytest.raises(rules.AdaptationError):
        rules.hide(kept, by=staff, reason=" ")
    rules.hide(kept, by=staff, reason="含个人信息")
    assert not Adaptation.objects.visible_to(AnonymousUser()).exists()
    assert rules.family(original) is None


def test_nothing_descends_from_itself(original, adapter):
    child = factories.case(adapter)
    factories.adaptation(original, adapter, case=child)
    third = factories.agency()
    grandchild = factories.case(third)
    factories.adaptation(child, third, case=grandchild)
    writer = factories.member_of(original.agency)
    back = draft(grandchild, original.agency)
    with pytest.raises(rules.AdaptationError):
        rules.change(back, by=writer, case=original)
    with pytest.raises(IntegrityError), transaction.atomic():
        factories.adaptation(original, original.agency, case=original)
    with pytest.raises(IntegrityError), transaction.atomic():
        factories.adaptation(original, third, case=child)


def test_the_family_is_shown_whole_from_each_of_its_cases(original, adapter, client):
    child = factories.case(adapter, title="两天的课堂")
    factories.adaptation(original, adapter, case=child)
    factories.adaptation(child, factories.agency(legal_name="第三代机构"), result="failed")
    for case in (original, child):
        tree = rules.family(case)
        assert tree["agency"] == original.agency
        assert [one["agency"] for one in tree["children"]] == [adapter]
        assert [one["agency"].legal_name for one in tree["children"][0]["children"]] == ["第三代机构"]
        page = client.get(case.get_absolute_url()).content.decode()
        assert len(re.findall(r'<circle class="node', page)) == 3
        assert len(re.findall(r'class="stroke"', page)) == 2


def test_the_family_costs_the_same_with_one_and_with_three(original, adapter):
    factories.adaptation(original, adapter, case=factories.case(adapter))
    with CaptureQueriesContext(connection) as one:
        rules.family(original)
    for _n in range(2):
        other = factories.agency()
        factories.adaptation(original, other, case=factories.case(other))
    with CaptureQueriesContext(connection) as three:
        rules.family(original)
    assert len(one) == len(three)


def test_an_adaptation_outlives_the_original(original, adapter, client):
    kept = factories.adaptation(original, adapter)
    type(original).objects.filter(pk=original.pk).update(live=False)
    page = client.get(kept.get_absolute_url())
    assert page.status_code == 200
    assert original.title not in page.content.decode()
    with pytest.raises(ProtectedError):
        original.delete()


def test_only_another_agency_shows_that_it_can_be_transferred(original):
    factories.adaptation(original, original.agency)
    partner = factories.agency()
    original.partners.create(agency=partner)
    original.save()
    factories.adaptation(original, partner)
    assert not rules.is_tried_elsewhere(original)
    factories.adaptation(original)
    assert rules.is_tried_elsewhere(original)


def test_adapting_ties_two_agencies_with_evidence(original, adapter):
    kept = factories.adaptation(original, adapter)
    (tie,) = ties.adapted(adapter)
    assert set(tie.agencies) == {original.agency_id, adapter.pk}
    assert tie.url == kept.get_absolute_url()


@pytest.mark.parametrize("field", ["started_on", "case", "division", "result"])
def test_nonsense_is_answered_with_a_form(original, adapter, client, field):
    client.force_login(factories.member_of(adapter))
    url = reverse("adapt_case", args=[adapter.slug, original.public_id])
    assert client.post(url, {**FORM, field: "9" * 40 + "\ud7ff"}).status_code == 200
    assert not Adaptation.objects.exists()


def test_staff_show_again_what_they_hid(original, adapter, client):
    kept, staff = factories.adaptation(original, adapter), factories.moderator()
    with pytest.raises(rules.AdaptationError):
        rules.unhide(kept, by=staff)
    hidden = rules.hide(kept, by=staff, reason="含个人信息")
    with pytest.raises(rules.AdaptationError):
        rules.unhide(hidden, by=factories.member_of(adapter, role="owner"))
    client.force_login(staff)
    client.post(reverse("hide_adaptation", args=[kept.public_id]), {"action": "unhide"})
    assert Adaptation.objects.public().get() == kept


def test_who_changes_what_was_hidden_meanwhile_does_not_show_it_again(original, adapter):
    lead = factories.member_of(adapter, role="owner")
    kept = factories.adaptation(original, adapter)
    rules.hide(Adaptation.objects.get(pk=kept.pk), by=factories.moderator(), reason="含个人信息")
    rules.change(kept, by=lead, changes="新的")  # read before it was hidden
    kept.refresh_from_db()
    assert (kept.status, kept.changes) == ("hidden", "新的")


def test_the_case_says_what_others_changed_and_what_came_of_it(original, client):
    factories.adaptation(original, changes="从五天改为两天。", result_text="孩子愿意来。")
    draft(original, factories.agency(), changes=SECRET)
    page = client.get(original.get_absolute_url()).content.decode()
    for words in ("城郊的小学。", "从五天改为两天。", "孩子愿意来。"):
        assert words in page
    assert SECRET not in page


def test_a_merged_entrys_adaptations_are_its_survivors(original, adapter, moderator):
    kept = factories.adaptation(original, adapter, case=factories.case(adapter))
    survivor = factories.agency()
    factories.member_of(survivor, role="owner")
    merging.merge(adapter, into=survivor, by=moderator)
    kept.refresh_from_db()
    assert kept.agency == kept.case.agency == survivor

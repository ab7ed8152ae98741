"""The form with an agency's facts and texts."""

import pytest
from django.utils import timezone

from orgs import history, profile
from orgs.models import Agency, AgencyText
from tests import factories
from tests.orgs.console.typed import address, facts

pytestmark = pytest.mark.django_db


def test_a_manager_changes_facts_and_prose_in_both_languages(client, agency, manager):
    dongguan = factories.division()
    client.force_login(manager)
    answer = client.post(
        address("edit_agency", agency),
        facts(
            division="东莞",
            mission_en="We walk along.",
            slug="other",
            status="withdrawn",
            website="example.org",
        ),
    )
    assert answer.status_code == 302
    changed = Agency.objects.get(pk=agency.pk)
    assert (changed.legal_name, changed.division, changed.website) == (
        "东城同心",
        dongguan,
        "https://example.org",
    )
    assert (changed.slug, changed.status, changed.confirmed_on) == (agency.slug, "listed", None)
    assert {text.language: text.mission for text in changed.texts.all()} == {
        "zh-hans": "陪伴务工人员。",
        "en": "We walk along.",
    }


@pytest.mark.parametrize(
    ("answers", "field"),
    [
        ({"legal_name": ""}, "legal_name"),
        ({"legal_name": "名" * 400}, "legal_name"),
        ({"legal_name": "名\0"}, "legal_name"),
        ({"mission_zh": ""}, "mission_zh"),
        ({"description_en": "About us."}, "mission_en"),
        ({"founded_on": "2999-01-01"}, "founded_on"),
        ({"division": "无名之地"}, "division"),
        ({"division": "999999"}, "division"),
        ({"division": "２２２２２２"}, "division"),
        ({"website": "javascript:alert(1)"}, "website"),
        ({"org_type": "99999999999999999999"}, "org_type"),
    ],
)
def test_wrong_information_is_refused_beside_its_field_and_kept(client, agency, manager, answers, field):
    client.force_login(manager)
    answer = client.post(address("edit_agency", agency), facts(**answers))
    assert answer.status_code == 200
    assert list(answer.context["form"].errors) == [field]
    assert AgencyText.objects.count() == 0


@pytest.mark.parametrize(
    ("answers", "field"),
    [
        ({"former_names": "名" * 400}, "former_names"),
        ({"former_names": "\n".join(f"旧名{n}" for n in range(13))}, "former_names"),
        ({"former_names": "名\0"}, "former_names"),
        ({"rating": "6A"}, "rating"),
        ({"rating_year": "2020"}, "rating"),
        ({"rating": "5A", "rating_year": "1999"}, "rating_year"),
        ({"rating": "5A", "rating_year": "9" * 30}, "rating_year"),
        ({"hotline": "1" * 41}, "hotline"),
        ({"wechat_account": "微" * 61}, "wechat_account"),
        ({"supervising_unit": "局" * 121}, "supervising_unit"),
    ],
)
def test_a_wrong_fact_is_refused_beside_its_field_and_named_on_top(client, agency, manager, answers, field):
    client.force_login(manager)
    answer = client.post(address("edit_agency", agency), facts(**answers))
    assert list(answer.context["form"].errors) == [field]
    assert f'href="#id_{field}"' in answer.content.decode()


def test_a_district_that_could_be_two_is_asked_back(client, agency, manager):
    for code, parent_code, parent in (("110105", "110000", "北京市"), ("220104", "220100", "长春市")):
        factories.division(code, "朝阳区", "county", factories.division(parent_code, parent, "prefecture"))
    client.force_login(manager)
    answer = client.post(address("edit_agency", agency), facts(division="朝阳区"))
    (refusal,) = answer.context["form"].errors["division"]
    assert "北京市朝阳区" in refusal
    assert "长春市朝阳区" in refusal
    assert client.post(address("edit_agency", agency), facts(division="长春市朝阳区")).status_code == 302
    assert Agency.objects.get(pk=agency.pk).division.code == "220104"


def test_confirming_dates_the_information(client, agency, manager):
    client.force_login(manager)
    assert client.get(address("confirm_agency", agency)).status_code == 405
    client.post(address("confirm_agency", agency))
    assert Agency.objects.get(pk=agency.pk).confirmed_on == timezone.localdate()


def answers_of(form):
    """What a browser would send back when nothing is typed."""
    values = {name: form[name].value() for name in form.fields}
    return {
        name: [getattr(one, "pk", one) for one in value] if isinstance(value, list) else value
        for name, value in values.items()
        if value not in (None, False)
    }


def test_the_form_sent_back_as_it_came_changes_nothing(client, agency, manager):
    agency.division = factories.division()
    agency.former_names = ["旧名一", "旧名二"]
    agency.restricted = {"hotline": "members"}
    agency.hotline, agency.rating, agency.rating_year = "400-1", "3A", 2020
    agency.save()
    agency.funding.set([factories.topic("fund:lottery")])
    AgencyText.objects.create(agency=agency, language="zh-hans", mission="陪伴。", description="一\n二")
    client.force_login(manager)
    page = address("edit_agency", agency)
    before = history.snapshot(agency)
    answers = answers_of(client.get(page).context["form"])
    as_browsers_end_lines = {
        name: said.replace("\n", "\r\n") if isinstance(said, str) else said for name, said in answers.items()
    }
    for sent in (answers, as_browsers_end_lines):
        assert client.post(page, sent).status_code == 302
        assert history.snapshot(agency) == before


def test_every_field_of_the_form_stands_in_one_of_its_sections(client, agency, manager):
    client.force_login(manager)
    for name in ("edit_agency", "create_service"):
        form = client.get(address(name, agency)).context["form"]
        shown = [
            field.name
            for section in form.sections
            for row in section["rows"]
            for field in (row["field"], row.get("shown_to"))
            if field
        ]
        assert sorted(shown) == sorted(form.fields)


@pytest.mark.parametrize("name", ["𠮷野家社工𠂇", "مركز الخدمات", "ﷺ𓀀🧧e\u0301", "<b>粗体</b>", "名" * 120])
def test_any_name_comes_through_the_form_and_back(client, agency, manager, name):
    client.force_login(manager)
    answer = client.post(
        address("edit_agency", agency), facts(legal_name=name, former_names=name, supervising_unit=name)
    )
    assert answer.status_code == 302
    changed = Agency.objects.get(pk=agency.pk)
    assert (changed.legal_name, changed.former_names, changed.supervising_unit) == (name, [name], name)
    page = client.get(agency.get_absolute_url())
    assert page.status_code == 200
    assert "<b>粗体" not in page.content.decode()


def test_saving_the_profile_leaves_alone_what_others_decided_meanwhile(agency, manager):
    stale = Agency.objects.get(pk=agency.pk)
    Agency.objects.filter(pk=agency.pk).update(status="withdrawn", confirmed_on=timezone.localdate())
    Agency.objects.filter(pk=agency.pk).update(status="draft")
    stale.short_name = "新简称"
    profile.change(stale, by=manager, texts={}, funding=[])
    agency.refresh_from_db()
    assert (agency.short_name, agency.status, agency.confirmed_on) == (
        "新简称",
        "draft",
        timezone.localdate(),
    )

"""Whether an agency is here already: found by code, name, phone or website, and shown with what to do."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from orgs import applying, duplicates, uscc
from orgs.duplicates import likely, normal_name, normal_phones, normal_site
from orgs.models import Agency, Application
from tests import factories

pytestmark = pytest.mark.django_db
DOUBTFUL = "91350200M000000510"  # a published genuine code that fails the check


def fine_code(body="52441900MJL12345") -> str:
    organisation = uscc.organisation_check_character(body[8:16])
    return body + organisation + uscc.check_character(body + organisation)


def dongguan():
    guangdong = factories.division("440000", "广东省", "province")
    city = factories.division("441900", "东莞市", "prefecture", guangdong)
    return factories.division("441900003", "东城街道", "county", city)


def facts(**answers):
    return {
        "legal_name": "新来的社工中心",
        "org_type": factories.topic("org:msw").pk,
        "migrant_focus": "primary",
        "mission": "陪伴。",
        **answers,
    }


@pytest.mark.parametrize(
    "name",
    [
        "东莞市东城同心社会工作服务中心",
        "东莞同心社工服务社",
        "广东省东莞市东城街道同心社会工作服务站",
        "（东莞）同心社工中心",
        "(东莞市)同心社工服务中心",
        "同心 社工",
        "同心社工服务中心",
        "ＴＯＮＧ同心社工".replace("ＴＯＮＧ", ""),
    ],
)
def test_a_name_is_compared_without_place_kind_and_manner_of_writing(name):
    assert normal_name(name, dongguan()) == "同心社工"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("同心社工服务中心", "同行社工服务中心"),
        ("阳光社区服务中心", "月光社区服务中心"),
        ("第1社会工作服务中心", "第2社会工作服务中心"),
        ("城市之光服务社", "乡村之光服务社"),
        ("社会工作服务中心", "志愿服务中心"),
    ],
)
def test_different_names_stay_different(one, other):
    assert normal_name(one) != normal_name(other)


@pytest.mark.parametrize(
    "name", ["", "　", "★", "中心", "社", "市", "𠮷" * 400, "\u202eمركز\u202c", "服务" * 200]
)
def test_no_name_is_too_strange_to_compare(name):
    assert isinstance(normal_name(name, dongguan()), str)


def test_phones_and_websites_are_compared_as_people_mean_them():
    assert normal_phones("+86 769-2345 6789") == normal_phones("（0769）23456789") == {"76923456789"}
    assert normal_phones("0769-23456789 转 8012") == {"76923456789"}
    assert normal_phones("12") == set()
    assert normal_site("https://www.Tongxin.org/about/") == normal_site("tongxin.org") == "tongxin.org"
    assert normal_site("https://weibo.com/tongxin/") == "weibo.com/tongxin"
    assert normal_site("https://weibo.com/") == normal_site("http://[bad") == normal_site("") == ""


def found(user=None, **known):
    return [
        (one.agency, len(one.reasons))
        for one in likely(**{"names": [], **known}, user=user or factories.user())
    ]


def test_each_sign_finds_the_agency_and_the_surest_comes_first():
    east = dongguan()
    same = factories.agency(
        legal_name="东莞市同心社会工作服务中心", division=east, public_phone="0769-23456789", uscc=fine_code()
    )
    site = factories.agency(website="https://www.tongxin.org/")
    assert found(names=["同心社工服务社"], division=east) == [(same, 1)]
    assert found(phones=["+86 769 23456789"]) == [(same, 1)]
    assert found(website="tongxin.org/index") == [(site, 1)]
    both = likely(
        names=["同心社工"],
        uscc=same.uscc,
        division=east,
        website="http://tongxin.org",
        user=factories.user(),
    )
    assert [(one.agency, one.has_same_code) for one in both] == [(same, True), (site, False)]


def test_the_same_name_in_another_prefecture_is_another_agency():
    elsewhere = factories.division("440300", "深圳市", "prefecture")
    factories.agency(legal_name="深圳市同心社会工作服务中心", division=elsewhere)
    assert found(names=["同心社工"], division=dongguan()) == []
    assert len(found(names=["同心社工"], division=None)) == 1  # where the seat is not said, it may be


def test_a_former_name_is_found_and_a_merged_entry_is_not():
    now = factories.agency(legal_name="新名社工中心", former_names=["旧名社工中心"])
    factories.agency(legal_name="旧名社工服务社", status="merged", merged_into=now)
    assert found(names=["旧名社会工作服务中心"]) == [(now, 1)]


def test_nobody_finds_a_draft_or_a_hidden_phone_by_applying(moderator):
    secret = factories.agency(legal_name="还没列出的社工中心", status="draft", public_phone="0769-11112222")
    hidden = factories.agency(
        legal_name="庇护所", public_phone="0769-33334444", restricted={"public_phone": "agency"}
    )
    asked = {"names": ["还没列出社工服务中心", "还没列出的社工"], "phones": ["0769-33334444"]}
    assert found(**asked) == []
    assert {agency for agency, _n in found(moderator, **asked)} == {secret, hidden}


def test_finding_costs_the_same_for_one_agency_and_for_three():
    person = factories.user()

    def queries():
        with CaptureQueriesContext(connection) as captured:
            likely(names=["第1社会工作服务中心"], user=person, division=dongguan())
        return len(captured)

    queries()  # what is known about the person is asked once
    factories.agency(division=dongguan(), restricted={"public_phone": "agency"})
    one = queries()
    for _n in range(2):
        factories.agency(division=dongguan(), restricted={"public_phone": "agency"})
    assert queries() == one


class TestTheForm:
    address = "/desk/apply/"

    def test_likely_duplicates_are_shown_with_what_to_do_and_one_can_go_on(self, client):
        claimed = factories.agency(legal_name="同心社会工作服务中心")
        factories.member_of(claimed, role="owner")
        free = factories.agency(legal_name="同心社工服务社")
        client.force_login(factories.user())
        answers = facts(legal_name="同心社工中心")
        shown = client.post(self.address, answers)
        html = shown.content.decode()
        assert {one.agency for one in shown.context["duplicates"]} == {claimed, free}
        assert reverse("join_agency", args=[claimed.slug]) in html
        assert reverse("claim_agency", args=[free.slug]) in html
        assert not Agency.objects.filter(legal_name="同心社工中心").exists()
        assert client.post(self.address, {**answers, "is_another": "1"}).status_code == 302
        assert Application.objects.get().agency.legal_name == "同心社工中心"

    def test_the_same_code_is_refused_beside_its_field_even_if_one_insists(self, client):
        known = factories.agency(uscc=fine_code())
        client.force_login(factories.user())
        answer = client.post(self.address, facts(uscc=known.uscc, is_another="1"))
        assert list(answer.context["form"].errors) == ["uscc"]
        assert [one.agency for one in answer.context["duplicates"]] == [known]
        assert Application.objects.count() == 0

    def test_the_code_of_a_draft_is_refused_without_naming_it(self, client):
        secret = factories.agency(legal_name="还没列出的社工中心", status="draft", uscc=fine_code())
        client.force_login(factories.user())
        answer = client.post(self.address, facts(uscc=secret.uscc))
        assert list(answer.context["form"].errors) == ["uscc"]
        assert secret.legal_name not in answer.content.decode()

    def test_a_doubtful_code_is_kept_and_explained_to_all_who_see_it(self, client, moderator):
        lin = factories.user()
        client.force_login(lin)
        assert client.post(self.address, facts(uscc="91350200 m0000-00510")).status_code == 302
        agency = Agency.objects.get()
        assert agency.uscc == DOUBTFUL
        page = client.get(agency.get_absolute_url())
        assert page.context["code_doubt"] in page.content.decode()
        client.force_login(moderator)
        asked = client.get(reverse("staff_application", args=[Application.objects.get().public_id]))
        assert asked.context["code"].answer == "doubtful"
        assert asked.context["code"].sentence in asked.content.decode()

    @pytest.mark.parametrize("code", ["12345", "O" * 18, "名" * 18, "5244190\u202eMJL12345"])
    def test_what_cannot_be_a_code_is_explained_and_one_can_go_on_without(self, client, code):
        client.force_login(factories.user())
        answer = client.post(self.address, facts(uscc=code))
        assert list(answer.context["form"].errors) == ["uscc"]
        assert 'name="without_code"' in answer.content.decode()
        assert client.post(self.address, facts(uscc=code, without_code="1")).status_code == 302
        assert Agency.objects.get().uscc is None

    @pytest.mark.parametrize(
        ("answers", "field"),
        [
            ({"legal_name": "名" * 400}, "legal_name"),
            ({"legal_name": "名\0"}, "legal_name"),
            ({"uscc": "x" * 400}, "uscc"),
            ({"uscc": "\0"}, "uscc"),
            ({"message": "x" * 1001}, "message"),
        ],
    )
    def test_wrong_answers_are_refused_beside_their_field(self, client, answers, field):
        client.force_login(factories.user())
        assert list(client.post(self.address, facts(**answers)).context["form"].errors) == [field]

    @pytest.mark.parametrize("name", ["𠮷野家社工中心", "مركز العمال", "𪚥" * 100, "名" * 120])
    def test_rare_and_right_to_left_names_come_in_whole(self, client, moderator, name):
        client.force_login(factories.user())
        assert client.post(self.address, facts(legal_name=name)).status_code == 302
        asked = Application.objects.get()
        assert asked.agency.legal_name == name
        client.force_login(moderator)
        assert client.get(reverse("staff_application", args=[asked.public_id])).status_code == 200

    def test_the_certificate_goes_along_with_the_application(self, client):
        client.force_login(factories.user())
        client.post(self.address, {**facts(), "evidence": [factories.scan("证书.png").file]})
        assert [one.name for one in Application.objects.get().evidence.all()] == ["证书.png"]


def test_the_profile_form_keeps_a_code_and_refuses_that_of_another_agency(client, agency, manager):
    taken = factories.agency(uscc=fine_code()).uscc
    client.force_login(manager)
    address = reverse("edit_agency", args=[agency.slug])
    answers = {**facts(legal_name=agency.legal_name), "mission_zh": "陪伴。"}
    assert list(client.post(address, {**answers, "uscc": taken}).context["form"].errors) == ["uscc"]
    own = fine_code("52441900MJL54321")
    for _n in range(2):  # keeping one's own code is no conflict with oneself
        assert client.post(address, {**answers, "uscc": own.lower()}).status_code == 302
    agency.refresh_from_db()
    assert agency.uscc == own


def test_the_database_keeps_a_code_unique_among_entries_that_were_not_merged():
    survivor = factories.agency(uscc=fine_code())
    factories.agency(uscc=survivor.uscc, status="merged", merged_into=survivor)
    with pytest.raises(IntegrityError), transaction.atomic():
        factories.agency(uscc=survivor.uscc)


def test_the_rule_refuses_a_taken_code_that_came_past_the_form():
    known = factories.agency(uscc=fine_code())
    with pytest.raises(applying.ApplyingError):
        applying.apply_for_agency(
            by=factories.user(),
            mission="陪伴。",
            legal_name="另一个",
            org_type=factories.topic("org:msw"),
            uscc=known.uscc,
        )
    assert duplicates.of(known, factories.moderator()) == []

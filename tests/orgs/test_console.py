"""The console and the desk: what an agency's people can do, and that nobody else can."""

import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from orgs import history, joining, profile
from orgs.models import Agency, AgencyText, Membership
from tests import factories

pytestmark = pytest.mark.django_db


def address(name, agency, *more):
    return reverse(name, args=[agency.slug, *more])


CONSOLE = ["agency_desk", "edit_agency", "agency_members", "create_service"]
FACTS = {"legal_name": "东城同心", "org_type": "", "migrant_focus": "primary", "mission_zh": "陪伴务工人员。"}


def facts(**answers):
    return {**FACTS, "org_type": factories.topic("org:msw").pk, **answers}


@pytest.mark.parametrize("name", CONSOLE)
def test_a_console_that_is_not_ones_own_is_not_there(client, agency, stranger, manager, name):
    assert client.get(address(name, agency)).status_code == 302
    client.force_login(stranger)
    answer = client.get(address(name, agency))
    assert answer.status_code == 404
    assert agency.legal_name not in answer.content.decode()
    client.force_login(manager)
    assert client.get(address(name, agency)).status_code == 200


def test_a_member_sees_the_console_but_does_not_change_the_information(client, agency, member):
    client.force_login(member)
    statuses = {name: client.get(address(name, agency)).status_code for name in CONSOLE}
    assert statuses == {"agency_desk": 200, "edit_agency": 404, "agency_members": 200, "create_service": 404}
    assert client.post(address("confirm_agency", agency)).status_code == 404


def test_a_removed_member_loses_every_right_at_the_next_request(client, agency, manager):
    client.force_login(manager)
    assert client.get(address("agency_desk", agency)).status_code == 200
    Membership.objects.filter(user=manager).update(status=Membership.Status.LEFT)
    assert [client.get(address(name, agency)).status_code for name in CONSOLE] == [404] * 4


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


def test_a_service_is_added_changed_and_removed(client, agency, manager):
    factories.division()
    answers = {
        "name_zh": "四点半课堂",
        "types": [factories.topic("svc:education").pk],
        "populations": [factories.topic("pop:children").pk],
        "areas": "东莞市\n441900",
        "delivery": ["onsite", "online"],
        "fees": "free",
    }
    client.force_login(manager)
    client.post(address("create_service", agency), answers)
    service = agency.services.get()
    assert [area.code for area in service.areas.all()] == ["441900"]
    assert service.delivery == ["onsite", "online"]
    narrower = factories.topic("svc:education.2")
    service.types.add(narrower)
    edit = address("edit_service", agency, service.public_id)
    client.post(edit, {**answers, "name_zh": "放学后", "types": [narrower.pk]})
    assert [topic.code for topic in agency.services.get(name_zh="放学后").types.all()] == ["svc:education.2"]
    client.post(address("remove_service", agency, service.public_id))
    assert agency.services.count() == 0


def test_a_service_needs_a_name_and_a_kind(client, agency, manager):
    client.force_login(manager)
    answer = client.post(address("create_service", agency), {"fees": "free", "areas": "x" * 3000})
    assert set(answer.context["form"].errors) == {"name_zh", "types", "areas"}


def test_a_service_of_another_agency_is_not_there(client, agency, manager):
    foreign = factories.service(factories.agency())
    client.force_login(manager)
    assert client.get(address("edit_service", agency, foreign.public_id)).status_code == 404
    assert client.post(address("remove_service", agency, foreign.public_id)).status_code == 404
    assert client.get(address("edit_service", agency, uuid.uuid4())).status_code == 404


def test_a_person_asks_from_the_public_page_and_a_manager_says_yes_on_the_desk(
    client, agency, manager, stranger
):
    client.force_login(stranger)
    client.post(address("join_agency", agency), {"message": "我在一车间"})
    assert agency.legal_name in client.get("/desk/").content.decode()
    join_request = agency.join_requests.get()
    client.force_login(manager)
    assert "我在一车间" in client.get("/desk/").content.decode()
    client.post(address("decide_join_request", agency, join_request.public_id), {"answer": "accept"})
    assert agency.memberships.get(user=stranger).role == "member"


def test_a_join_request_is_seen_and_answered_by_deciders_only(client, agency, manager, member, stranger):
    join_request = joining.ask_to_join(agency, user=factories.user(name="求职者甲"), message="秘密留言")
    for person in (member, stranger):
        client.force_login(person)
        for path in ("/desk/", address("agency_members", agency), address("agency_desk", agency)):
            assert "秘密留言" not in client.get(path).content.decode()
        answer = client.post(
            address("decide_join_request", agency, join_request.public_id), {"answer": "accept"}
        )
        assert answer.status_code == 404
    join_request.refresh_from_db()
    assert join_request.status == "pending"


def test_a_request_of_another_agency_is_not_answered_through_ones_own(client, agency, manager):
    foreign = joining.ask_to_join(factories.agency(), user=factories.user())
    client.force_login(manager)
    answer = client.post(address("decide_join_request", agency, foreign.public_id), {"answer": "accept"})
    assert answer.status_code == 404


@pytest.mark.parametrize("answers", [{}, {"answer": "maybe"}, {"answer": "decline", "reason": "长" * 501}])
def test_an_answer_that_is_neither_yes_nor_no_changes_nothing(client, agency, manager, answers):
    join_request = joining.ask_to_join(agency, user=factories.user())
    client.force_login(manager)
    client.post(address("decide_join_request", agency, join_request.public_id), answers)
    join_request.refresh_from_db()
    assert join_request.status == "pending"


def test_the_last_owner_is_told_why_they_cannot_leave(client, agency):
    client.force_login(factories.member_of(agency, role="owner"))
    answer = client.post(address("leave_agency", agency), follow=True)
    assert answer.redirect_chain[-1][0] == address("agency_members", agency)
    assert len(answer.context["messages"]) == 1


@pytest.mark.parametrize("pk", [0, 10**30])
def test_a_membership_that_is_not_there(client, agency, manager, pk):
    client.force_login(manager)
    assert client.post(address("act_on_membership", agency, pk), {"action": "remove"}).status_code == 404


def test_a_manager_acts_on_members_of_their_own_agency_only(client, agency, manager, member, stranger):
    client.force_login(manager)
    foreign = stranger.memberships.get()
    assert (
        client.post(address("act_on_membership", agency, foreign.pk), {"action": "remove"}).status_code == 404
    )
    own = agency.memberships.get(user=member)
    assert client.post(address("act_on_membership", agency, own.pk), {"action": "dance"}).status_code == 404
    client.post(address("act_on_membership", agency, own.pk), {"action": "role", "role": "owner"})
    own.refresh_from_db()
    assert own.role == "member"
    client.post(address("act_on_membership", agency, own.pk), {"action": "suspend"})
    own.refresh_from_db()
    assert own.status == "suspended"


def test_a_person_enters_their_agency_and_portal_staff_list_it_in_the_admin(client, moderator, deliver):
    lin = factories.user()
    client.force_login(lin)
    answers = {
        "legal_name": "新来的中心",
        "org_type": factories.topic("org:msw").pk,
        "migrant_focus": "primary",
        "mission": "陪伴。",
    }
    assert client.post("/desk/apply/", {**answers, "mission": ""}).status_code == 200
    client.post("/desk/apply/", answers)
    agency = Agency.objects.get()
    assert (agency.legal_name, agency.status) == ("新来的中心", "draft")
    deliver()
    client.force_login(moderator)
    assert agency.legal_name in client.get("/admin/snippets/orgs/agency/?status=draft").content.decode()
    edit = f"/admin/snippets/orgs/agency/edit/{agency.pk}/"
    form = client.get(edit).context["form"]
    values = {name: form[name].value() for name in form.fields}
    answer = client.post(
        edit, {**{name: value for name, value in values.items() if value is not None}, "status": "listed"}
    )
    assert answer.status_code == 302
    assert Agency.objects.get().status == "listed"
    assert [mail.to for mail in deliver()] == [[lin.email]]


def test_choosing_an_agency_offers_listed_ones_only(client, agency, member):
    factories.agency(legal_name="还没列出的中心", status="draft")
    other = factories.agency(legal_name="木棉童行")
    client.force_login(member)
    assert client.get("/desk/join/?q=mmtx").context["agencies"] == [other]
    assert client.get("/desk/join/?q=还没列出").context["agencies"] == []
    assert client.get("/desk/join/?q=" + "x" * 400 + "&page=abc").status_code == 200


@pytest.mark.parametrize("status", ["draft", "withdrawn"])
def test_the_page_of_an_agency_that_is_not_listed_is_not_there_for_others(client, stranger, status):
    hidden = factories.agency(legal_name="还没列出的中心", status=status)
    for user in (None, stranger):
        if user:
            client.force_login(user)
        answer = client.get(hidden.get_absolute_url())
        assert answer.status_code == 404
        assert hidden.legal_name not in answer.content.decode()
        assert client.post(address("join_agency", hidden)).status_code in (302, 404)
    assert hidden.join_requests.count() == 0


def test_the_page_names_only_people_who_want_it_and_only_what_is_public(client, agency, stranger):
    shown = factories.member_of(agency, name="愿意露面")
    hidden = factories.member_of(agency, name="不愿露面")
    agency.memberships.filter(user=shown).update(is_shown=True)
    coming, draft = (
        factories.event(agency, title="公开的培训"),
        factories.event(agency, title="草稿培训", status="draft"),
    )
    live, written = (
        factories.case(agency, title="公开的案例"),
        factories.case(agency, title="草稿案例", live=False),
    )
    for user in (None, stranger):
        if user:
            client.force_login(user)
        html = client.get(agency.get_absolute_url()).content.decode()
        assert [words in html for words in (shown.name, coming.title, live.title)] == [True] * 3
        assert [words in html for words in (hidden.name, draft.title, written.title)] == [False] * 3


@pytest.mark.parametrize("path", ["/desk/", "members", "page"])
def test_the_number_of_queries_does_not_grow_with_what_is_shown(client, agency, manager, path):
    path = {"members": address("agency_members", agency), "page": agency.get_absolute_url()}.get(path, path)

    def more():
        joining.ask_to_join(agency, user=factories.user())
        factories.service(agency).areas.set([factories.division()])
        Membership.objects.create(user=factories.user(), agency=agency, is_shown=True)
        Membership.objects.create(user=manager, agency=factories.agency(), role="owner")

    def count():
        with CaptureQueriesContext(connection) as captured:
            assert client.get(path).status_code == 200
        return len(captured)

    client.force_login(manager)
    more()
    client.get(path)
    with_one = count()
    more()
    more()
    assert count() == with_one


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


@pytest.mark.parametrize(
    ("answers", "field"),
    [
        ({"min_age": "12", "max_age": "6"}, "max_age"),
        ({"min_age": "-1"}, "min_age"),
        ({"max_age": "121"}, "max_age"),
        ({"max_age": "9" * 30}, "max_age"),
        ({"eligibility": "人" * 301}, "eligibility"),
        ({"languages": ["1000000000000"]}, "languages"),
        ({"name_zh": "名" * 400}, "name_zh"),
    ],
)
def test_a_wrong_answer_about_a_service_is_refused_beside_its_field(client, agency, manager, answers, field):
    client.force_login(manager)
    right = {"name_zh": "热线", "types": [factories.topic("svc:education").pk], "fees": "free"}
    answer = client.post(address("create_service", agency), {**right, **answers})
    assert list(answer.context["form"].errors) == [field]
    assert agency.services.count() == 0


def test_the_page_says_in_which_languages_and_for_which_ages_a_service_is(client, agency, manager):
    client.force_login(manager)
    client.post(
        address("create_service", agency),
        {
            "name_zh": "热线",
            "types": [factories.topic("svc:education").pk],
            "languages": [factories.topic("lng:yue").pk],
            "fees": "free",
            "eligibility": "不看户籍",
            "min_age": "6",
            "max_age": "12",
            "is_offered": "on",
        },
    )
    html = client.get(f"/en{agency.get_absolute_url()}").content.decode()
    assert [words in html for words in ("Cantonese", "不看户籍", "aged 6 to 12")] == [True] * 3


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


def test_the_desk_names_every_agency_of_a_person_and_opens_those_where_there_is_work(client, agency):
    owner = factories.member_of(agency, role="owner")
    suspended, withdrawn, left = (factories.agency() for _n in range(3))
    for other, status in ((suspended, "suspended"), (withdrawn, "active"), (left, "left")):
        Membership.objects.create(agency=other, user=owner, status=status)
    Agency.objects.filter(pk=withdrawn.pk).update(status=Agency.Status.WITHDRAWN)
    client.force_login(owner)
    page = client.get("/desk/").content.decode()
    assert [each.legal_name in page for each in (agency, suspended, withdrawn, left)] == [
        True,
        True,
        True,
        False,
    ]
    assert address("agency_desk", agency) in page
    for closed in (suspended, withdrawn, left):
        assert address("agency_desk", closed) not in page

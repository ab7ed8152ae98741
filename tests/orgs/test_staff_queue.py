"""The portal staff's queue: what waits, the evidence beside the decision, and one answer to each question."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from orgs import application, applying, claiming, decision, verification
from orgs.application import ApplicationError
from orgs.models import Agency, AgencyText, Application, Membership, Verification
from tests import factories
from tests.orgs.test_duplicates import DOUBTFUL, fine_code

pytestmark = pytest.mark.django_db
QUEUE = "/desk/staff/"


def apply(by=None, **facts):
    """An application for an agency, with a certificate."""
    facts = {"legal_name": "东城同心社工中心", "org_type": factories.topic("org:msw"), **facts}
    agency = applying.apply_for_agency(
        by=by or factories.user(),
        mission="陪伴。",
        message="请列入",
        scans=[factories.scan("证书.png")],
        **facts,
    )
    return agency.applications.get()


def page_of(asked):
    return reverse("staff_application", args=[asked.public_id])


@pytest.fixture
def staff(client, moderator):
    client.force_login(moderator)
    return client


def one_of_each():
    listing = apply()
    claim = claiming.claim(factories.agency(), by=factories.user())
    agency = factories.agency()
    asked = verification.ask(agency, level=1, by=factories.member_of(agency, role="owner"))
    return listing, claim, asked


@pytest.mark.parametrize("who", ["member", "manager", "stranger"])
def test_the_queue_is_nowhere_for_others(client, who, request):
    secret = apply(factories.user(email="secret-applicant@example.org"))
    for address in (QUEUE, page_of(secret)):
        assert client.get(address).url.startswith(reverse("account_login"))
    client.force_login(request.getfixturevalue(who))
    for address in (QUEUE, page_of(secret)):
        for answer in (client.get(address), client.post(address, {"answer": "accept"})):
            assert answer.status_code == 404
            assert "secret-applicant" not in answer.content.decode()
    assert "/desk/staff/" not in client.get("/desk/").content.decode()
    secret.refresh_from_db()
    assert secret.status == "open"


def test_everything_that_waits_is_in_one_queue_the_oldest_first_with_counts(staff):
    listing, claim, asked = one_of_each()
    Application.objects.filter(pk=asked.pk).update(created_at=timezone.now().replace(year=2020))
    answered = claiming.claim(factories.agency(), by=factories.user())
    application.withdraw(answered, by=answered.applicant)

    page = staff.get(QUEUE)
    assert list(page.context["page_of_applications"]) == [asked, listing, claim]
    assert [count for _kind, _words, count in page.context["kinds"]] == [1, 1, 1]
    assert list(staff.get(QUEUE, {"kind": "claim"}).context["page_of_applications"]) == [claim]
    assert len(staff.get(QUEUE, {"kind": "nonsense"}).context["page_of_applications"]) == 3
    assert "3" in staff.get("/desk/").content.decode()


def test_the_queue_costs_the_same_for_one_and_for_three(staff):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            staff.get(QUEUE)
        return len(captured)

    apply()
    queries()
    one = queries()
    for n in range(2):
        apply(legal_name=f"第{n}个中心")
    assert queries() == one


def test_each_person_of_the_staff_gets_one_mail_and_closed_accounts_none(moderator, deliver):
    colleague, gone = factories.moderator(), factories.moderator()
    gone.is_active = False
    gone.save()
    asked = apply()
    mails = deliver()
    assert sorted(mail.to[0] for mail in mails) == sorted([moderator.email, colleague.email])
    assert all(page_of(asked) in mail.body for mail in mails)
    assert all(asked.applicant.email not in mail.body for mail in mails)


def test_the_page_shows_facts_scan_duplicates_code_and_people_beside_the_decision(staff):
    twin = factories.agency(legal_name="东城同心社会工作服务中心", status="withdrawn")
    asked = apply(uscc=DOUBTFUL)
    html = staff.get(page_of(asked)).content.decode()
    assert f'<img src="{reverse("evidence", args=[asked.evidence.get().public_id])}"' in html
    for words in (
        twin.legal_name,
        DOUBTFUL,
        "GB 32100",
        "请列入",
        "陪伴。",
        asked.applicant.email,
        'value="accept"',
    ):
        assert words in html


def test_a_yes_lists_the_agency_and_checks_its_contact_in_one_step(staff, moderator, deliver):
    asked = apply()
    deliver()
    answer = staff.post(page_of(asked), {"answer": "accept", "level": "1", "method": "致电公示号码"})
    assert answer.url == QUEUE
    asked.refresh_from_db()
    assert (asked.status, asked.decided_by, asked.agency.status) == ("accepted", moderator, "listed")
    assert verification.current(asked.agency).level == 1
    assert [mail.to for mail in deliver()] == [[asked.applicant.email]] * 2
    assert list(application.queue()) == []


def test_a_level_that_is_refused_leaves_the_agency_unlisted_too(staff):
    asked = apply(org_type=factories.topic("org:informal"))
    assert staff.post(page_of(asked), {"answer": "accept", "level": "2", "method": "x"}).status_code == 200
    with pytest.raises(ApplicationError):
        decision.accept(asked, by=factories.moderator(), level=4, method="无人推荐")
    asked.refresh_from_db()
    assert (asked.status, asked.agency.status) == ("open", "draft")


def test_a_level_without_a_method_and_level_three_without_a_picture_are_asked_back(staff):
    asked = apply(uscc=fine_code())
    answer = staff.post(page_of(asked), {"answer": "accept", "level": "1"})
    assert list(answer.context["accept_form"].errors) == ["method"]
    registry = {"answer": "accept", "level": "3", "method": "比对公示平台"}
    answer = staff.post(page_of(asked), registry)
    assert list(answer.context["accept_form"].errors) == ["registry"]
    picture = factories.scan("公示.png")
    assert staff.post(page_of(asked), {**registry, "registry": [picture.file]}).status_code == 302
    assert Verification.objects.get().checked["registry_sha256"] == [picture.sha256]


def test_a_no_needs_a_reason_and_the_applicant_corrects_and_asks_again(staff, client, moderator, deliver):
    asked = apply()
    deliver()
    assert staff.post(page_of(asked), {"answer": "decline", "reason": ""}).context["decline_form"].errors
    staff.post(page_of(asked), {"answer": "decline", "reason": "请补充业务主管单位。"})
    (mail,) = deliver()
    assert (mail.to, "请补充业务主管单位。" in mail.body) == ([asked.applicant.email], True)

    client.force_login(asked.applicant)
    desk = reverse("agency_desk", args=[asked.agency.slug])
    assert "请补充业务主管单位。" in client.get(desk).content.decode()
    again = reverse("ask_again", args=[asked.agency.slug])
    client.post(again, {"message": "已补充", "evidence": [factories.scan("批复.png").file]})
    waiting = application.queue().get()
    assert (waiting.message, waiting.evidence.get().name, waiting.kind) == ("已补充", "批复.png", "listing")
    client.post(again, {"message": "再问一次"})
    assert application.queue().count() == 1
    assert [mail.to for mail in deliver()] == [[moderator.email]]


def test_asking_again_is_for_drafts_and_their_leads(agency, manager, stranger):
    with pytest.raises(ApplicationError):
        applying.ask_again(agency, by=manager)
    draft = apply().agency
    with pytest.raises(ApplicationError):
        applying.ask_again(draft, by=stranger)


def test_a_claim_is_accepted_in_the_queue(staff):
    claim = claiming.claim(factories.agency(), by=factories.user())
    staff.post(page_of(claim), {"answer": "accept"})
    assert Membership.objects.get(agency=claim.agency).user == claim.applicant
    assert Agency.objects.get(pk=claim.agency_id).is_claimed


def test_a_doubtful_code_goes_to_a_second_person(client, moderator):
    asked = apply(uscc=DOUBTFUL)
    client.force_login(moderator)
    client.post(page_of(asked), {"answer": "accept", "level": "2", "method": "见过证书原件"})
    waiting = application.queue().get()
    assert (waiting.kind, waiting.agency, waiting.agency.status) == ("verification", asked.agency, "listed")
    own = client.get(page_of(waiting)).content.decode()
    assert 'value="confirm"' not in own
    client.post(page_of(waiting), {"answer": "confirm"})
    assert verification.current(asked.agency) is None

    client.force_login(factories.moderator())
    assert 'value="confirm"' in client.get(page_of(waiting)).content.decode()
    client.post(page_of(waiting), {"answer": "confirm"})
    assert verification.current(asked.agency).level == 2
    assert list(application.queue()) == []


def test_the_second_of_two_answers_gets_a_sentence_and_changes_nothing(staff, deliver):
    asked = apply()
    applying.accept(asked, by=factories.moderator())
    deliver()
    answer = staff.post(page_of(asked), {"answer": "decline", "reason": "来晚了"}, follow=True)
    assert "来晚了" not in answer.content.decode()
    assert [str(message) for message in answer.context["messages"]] != []
    asked.refresh_from_db()
    assert (asked.status, asked.agency.status, deliver()) == ("accepted", "listed", [])


def test_staff_see_their_own_agencys_question_but_a_colleague_answers_it(staff, moderator):
    own = apply(by=moderator)
    colleagues = apply(legal_name="另一个中心")
    Membership.objects.create(user=moderator, agency=colleagues.agency)
    for asked in (own, colleagues):
        staff.post(page_of(asked), {"answer": "accept"})
        staff.post(page_of(asked), {"answer": "decline", "reason": "不行"})
        with pytest.raises(ApplicationError):
            applying.list_agency(asked.agency, by=moderator)
        asked.refresh_from_db()
        assert (asked.status, asked.agency.status) == ("open", "draft")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"answer": "nonsense"},
        {"answer": "confirm"},
        {"answer": "accept", "level": "99"},
        {"answer": "accept", "level": "1", "method": "x" * 400},
        {"answer": "accept", "level": "\0", "method": "\0"},
        {"answer": "decline", "reason": "x" * 501},
        {"answer": "decline", "reason": "\0"},
    ],
)
def test_nonsense_is_asked_back_and_decides_nothing(staff, body):
    asked = apply()
    assert staff.post(page_of(asked), body).status_code in (200, 302)
    asked.refresh_from_db()
    assert asked.status == "open"


@pytest.mark.parametrize(
    "name", ["𠮷野家社工中心", "\u202eمركز\u202c", "𪚥" * 120, "<script>alert(1)</script>"]
)
def test_strange_names_are_shown_safely(staff, name):
    asked = apply(legal_name=name)
    html = staff.get(page_of(asked)).content.decode()
    assert "<script>alert" not in html
    assert staff.get(QUEUE).status_code == 200


def test_a_badge_is_taken_away_with_a_reason(staff, moderator):
    agency = factories.agency()
    made = verification.verify(agency, level=1, method="致电", by=factories.moderator())
    address = reverse("revoke_verification", args=[made.pk])
    staff.post(address, {"reason": ""})
    assert verification.current(agency) == made
    staff.post(address, {"reason": "号码是假的"})
    assert verification.current(agency) is None


def test_the_history_and_the_words_of_the_agency_are_on_the_page(staff):
    agency = factories.agency()
    AgencyText.objects.create(agency=agency, language="zh-hans", mission="我们陪伴流动儿童。")
    verification.verify(agency, level=1, method="去年致电", by=factories.moderator(), note="李主任接的")
    asked = verification.ask(agency, level=1, by=factories.member_of(agency, role="owner"))
    html = staff.get(page_of(asked)).content.decode()
    for words in ("我们陪伴流动儿童。", "去年致电", "李主任接的"):
        assert words in html

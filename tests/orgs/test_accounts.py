"""Signing up, signing in and looking after one's account."""

import re

import pytest
from django.urls import reverse
from django.utils.translation import override

from orgs.models import Application, JoinRequest, User
from tests import factories

pytestmark = pytest.mark.django_db


def sign_up(client, **answers):
    return client.post(
        reverse("account_signup"),
        {
            "name": "林小满",
            "email": "Lin@Example.org",
            "occupation": "practitioner",
            "has_no_agency": "on",
            "agrees": "on",
            **answers,
        },
    )


def code_of(mail) -> str:
    return re.search(r"^[A-Z0-9]{3,}-?[A-Z0-9]*$", mail.body, re.MULTILINE).group()


def enter_code(client, deliver, address="account_email_verification_sent"):
    (mail,) = deliver()
    return client.post(reverse(address), {"code": code_of(mail)})


def test_signing_up_without_a_password_and_confirming_the_address_leads_to_the_desk(client, deliver):
    assert sign_up(client).status_code == 302
    answer = enter_code(client, deliver)
    assert answer.url == reverse("desk")
    lin = User.objects.get()
    assert (lin.email, lin.name, lin.occupation, lin.language) == (
        "lin@example.org",
        "林小满",
        "practitioner",
        "zh-hans",
    )
    assert not lin.has_usable_password()
    assert client.get("/desk/").status_code == 200


def test_the_agency_is_asked_only_after_the_address_is_confirmed(client, deliver, agency, manager):
    sign_up(client, agency=agency.legal_name, has_no_agency="")
    assert JoinRequest.objects.count() == 0
    enter_code(client, deliver)
    join_request = JoinRequest.objects.get()
    assert (join_request.agency, join_request.user.email) == (agency, "lin@example.org")
    assert [mail.to for mail in deliver()] == [[manager.email]]


def test_who_confirms_later_elsewhere_still_asks_their_agency(client, deliver, agency, manager):
    sign_up(client, agency=agency.legal_name, has_no_agency="")
    deliver()
    client.cookies.clear()
    client.post(reverse("account_request_login_code"), {"email": "lin@example.org"})
    enter_code(client, deliver, "account_confirm_login_code")
    assert JoinRequest.objects.get().agency == agency


def test_an_agency_named_at_sign_up_that_nobody_looks_after_is_claimed(client, deliver, moderator):
    free = factories.agency()
    sign_up(client, agency=free.legal_name, has_no_agency="")
    enter_code(client, deliver)
    claim = Application.objects.get()
    assert (claim.kind, claim.agency, claim.applicant.email) == ("claim", free, "lin@example.org")
    assert JoinRequest.objects.count() == 0
    assert [mail.to for mail in deliver()] == [[moderator.email]]


@pytest.mark.parametrize("name", ["", "没有这家机构", "第", "x" * 400])
def test_an_agency_that_is_not_in_the_directory_is_refused_beside_the_field(client, agency, name):
    answer = sign_up(client, agency=name, has_no_agency="")
    assert answer.status_code == 200
    assert list(answer.context["form"].errors) == ["agency"]
    assert answer.context["form"]["name"].value() == "林小满"
    assert User.objects.count() == 0


@pytest.mark.parametrize("words", ["木棉", "mmld", "kapok"])
def test_a_part_of_a_name_is_answered_with_the_whole_names_that_it_may_mean(client, words):
    meant = factories.agency(
        legal_name="广州市木棉流动儿童服务中心", short_name="木棉流动", name_en="Kapok Centre"
    )
    other, hidden = factories.agency(), factories.agency(legal_name="木棉草稿中心", status="draft")
    answer = sign_up(client, agency=words, has_no_agency="")
    [sentence] = answer.context["form"].errors["agency"]
    assert meant.legal_name in sentence
    assert other.legal_name not in sentence
    assert hidden.legal_name not in sentence
    assert User.objects.count() == 0


def test_a_draft_agency_is_neither_suggested_nor_accepted(client):
    hidden = factories.agency(legal_name="还没列出的中心", status="draft")
    assert hidden.legal_name not in client.get(reverse("account_signup")).content.decode()
    assert list(sign_up(client, agency=hidden.legal_name, has_no_agency="").context["form"].errors) == [
        "agency"
    ]


@pytest.mark.parametrize(
    ("answers", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "林\0"}, "name"),
        ({"email": "no address"}, "email"),
        ({"password1": "short"}, "password1"),
        ({"password1": "1234567890"}, "password1"),
        ({"occupation": "king"}, "occupation"),
    ],
)
def test_a_wrong_answer_is_refused_beside_its_field(client, answers, field):
    assert list(sign_up(client, **answers).context["form"].errors) == [field]


def test_signing_up_with_an_address_that_has_an_account_tells_only_its_owner(client, deliver):
    known = factories.user(email="lin@example.org", language="en")
    answer = sign_up(client)
    assert answer.url == reverse("account_email_verification_sent")
    (mail,) = deliver()
    assert mail.to == [known.email]
    assert mail.subject == "You have an account already"


def test_mail_is_in_the_persons_language_whatever_page_they_use(client, deliver):
    ana = factories.user(language="en")
    ana.emailaddress_set.create(email=ana.email, verified=True, primary=True)
    client.post(reverse("account_request_login_code"), {"email": ana.email})
    (mail,) = deliver()
    assert mail.subject == "Your sign-in code"


def test_signing_in_leads_where_one_wanted_to_go_but_never_to_another_host(client):
    lin = factories.user(password="a long password 7")
    lin.emailaddress_set.create(email=lin.email, verified=True, primary=True)
    credentials = {"login": lin.email, "password": "a long password 7"}
    for wanted, reached in (("/network/", "/network/"), ("https://evil.example/", "/desk/"), ("", "/desk/")):
        client.logout()
        answer = client.post(reverse("account_login"), {**credentials, "next": wanted})
        assert answer.url == reached


ENTRANCE = ["account_signup", "account_login", "account_request_login_code", "account_reset_password"]
OWN = [
    "account",
    "account_email",
    "account_set_password",
    "usersessions_list",
    "account_logout",
]


@pytest.mark.parametrize("name", ENTRANCE)
@pytest.mark.parametrize("language", ["", "/en"])
def test_every_door_is_in_our_design(client, name, language):
    html = client.get(f"{language}{reverse(name)}").content.decode()
    assert 'class="form"' in html
    assert 'class="button"' in html
    assert "style=" not in html


@pytest.mark.parametrize("name", OWN)
def test_every_account_page_is_for_the_signed_in_and_in_our_design(client, member, name):
    assert client.get(reverse(name)).status_code == 302
    member.emailaddress_set.create(email=member.email, verified=True, primary=True)
    client.force_login(member)
    answer = client.get(reverse(name))
    assert answer.status_code == 200
    html = answer.content.decode()
    assert html.index("</h1>") < html.index('class="tabs"')
    assert 'aria-current="page"' in html or name == "account_logout"


#: What people are told who fill these forms in wrongly.
REFUSED = [
    ("account_login", {"login": "lin", "password": ""}),
    ("account_login", {"login": "nobody@example.org", "password": "two rivers meet here"}),
    ("account_set_password", {"password1": "short", "password2": "other"}),
    ("account_email", {"action_add": "", "email": "lin"}),
]
#: Words of the libraries underneath, where the portal has its own.
FOREIGN = {
    "zh-hans": r"Email|token|代码|登出|帐号|必需|This|你的",
    "en": r"[Ee]mail\b|[Tt]oken|Log(ged)? in|third-party|\w+ (In|Out|Up|Address|Password|Code)\b",
}


@pytest.mark.parametrize("language", FOREIGN)
def test_pages_of_accounts_speak_as_the_rest_of_the_portal_does(client, language):
    def ask(name, said=None):
        with override(language):
            address = reverse(name)
        return client.get(address) if said is None else client.post(address, said)

    answers = [ask(name) for name in ENTRANCE]
    answers += [ask(name, said) for name, said in REFUSED if name not in OWN]
    client.force_login(factories.with_address(factories.user(name="Lin")))
    answers += [ask(name, said) for name, said in REFUSED if name in OWN]
    answers += [ask(name) for name in [*OWN, "account_reset_password"]]
    for answer in answers:
        assert answer.status_code == 200
        main = re.search(r"<main.*</main>", answer.content.decode(), re.DOTALL).group()
        words = " ".join(re.sub(r"<script.*?</script>|<[^>]*>", " | ", main, flags=re.DOTALL).split())
        assert not re.search(FOREIGN[language], words), words


@pytest.mark.parametrize("home", ["/", "/en/"])
def test_who_leaves_finds_the_home_page_in_the_language_that_they_read(client, home):
    client.force_login(factories.user())
    assert client.post(f"{home}accounts/logout/").url == home
    client.force_login(factories.user())
    assert client.post(f"{home}desk/account/close/", {"is_sure": "on"}).url == home


def test_other_ways_to_sign_in_appear_only_where_they_are_set_up(client):
    html = client.get(reverse("account_login")).content.decode()
    assert "weixin" not in html
    assert "orcid" not in html


def test_name_language_and_occupation_are_changed_and_nothing_else(client, member):
    client.force_login(member)
    answer = client.post(
        reverse("account"),
        {
            "name": "林晓",
            "language": "en",
            "occupation": "researcher",
            "email": "x@y.org",
            "is_superuser": "on",
        },
    )
    assert answer.status_code == 302
    changed = User.objects.get(pk=member.pk)
    assert (changed.name, changed.language, changed.occupation) == ("林晓", "en", "researcher")
    assert (changed.email, changed.is_superuser) == (member.email, False)
    assert client.post(reverse("account"), {"name": "", "language": "tlh"}).status_code == 200

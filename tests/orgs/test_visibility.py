"""Field-level visibility: whoever should not see a field sees it nowhere, whatever door they try."""

from datetime import date
from urllib.parse import quote

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from orgs import search, visibility
from orgs.models import Agency, Audience
from portal.models import Topic
from portal.search.document import documents
from tests import factories
from tests.addresses import ADDRESSES, leading, leading_nowhere

pytestmark = pytest.mark.django_db
NOBODY = AnonymousUser()

#: A value for every field that can be hidden, and the words by which a page would give it away.
SECRETS = {
    "address": ("秘密路一号", ["秘密路一号"]),
    "website": ("https://secret-site.example.net", ["secret-site.example.net"]),
    "public_email": ("secret-mail@example.net", ["secret-mail@example.net"]),
    "public_phone": ("0769-73577357", ["73577357"]),
    "hotline": ("400-73587358", ["73587358"]),
    "wechat_account": ("秘密公众号", ["秘密公众号"]),
    "founded_on": (date(1987, 3, 9), ["1987"]),
    "staff_band": ("51+", ["51人及以上", "51 people or more"]),
    "supervising_unit": ("秘密主管局", ["秘密主管局"]),
    "uscc": ("52441900MJL0000SEC", ["52441900MJL0000SEC"]),
}
PLACE = ("秘密庇护所", "秘密巷二号", "0769-73597359", "113.73591", "23.73592")


@pytest.fixture
def planted(agency):
    return plant(agency)


@pytest.fixture
def planted_among_everything(world):
    return plant(Agency.objects.get(pk=world["agency"].pk))


def plant(agency):
    """The agency with a secret in every field that can be hidden, in its funding and in a place."""
    for name, (value, _words) in SECRETS.items():
        setattr(agency, name, value)
    agency.save()
    agency.funding.set(
        [Topic.objects.create(scheme="fund", code="fund:secret", name_zh="秘密资金", name_en="Secret fund")]
    )
    agency.locations.create(
        name_zh=PLACE[0], address=PLACE[1], phone=PLACE[2], longitude=PLACE[3], latitude=PLACE[4]
    )
    factories.event(agency)
    factories.case(agency)
    return agency


def hide(agency, audience):
    Agency.objects.filter(pk=agency.pk).update(
        restricted=dict.fromkeys([*visibility.HIDEABLE, *visibility.HIDEABLE_LISTS], audience)
    )
    agency.locations.update(shown_to=audience)
    agency.refresh_from_db()


def all_words():
    words = [word for _value, spoken in SECRETS.values() for word in spoken if word != "1987"]
    return [*words, "秘密资金", "Secret fund", "fund:secret", *PLACE]


def given_away(answer) -> list[str]:
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    text = body.decode(errors="replace").replace("\r\n ", "")
    headers = " ".join(f"{name}: {value}" for name, value in answer.items())
    return [word for word in all_words() if word in text or word in headers]


def doors(world):
    """Every address that can be read, in both languages, and every question that could find a secret."""
    paths = [path for name in ADDRESSES for path in leading(world, name) + leading_nowhere(world, name)]
    paths += ["/", "/agencies/", "/agencies/?view=coverage", "/events/", "/cases/", "/about/", "/guide/"]
    paths = [path for path in dict.fromkeys(paths) if not path.startswith("/en/")]
    public = [path for path in paths if not path.startswith(("/accounts/", "/desk/"))]
    questions = [f"/{page}/?q={quote(word)}" for word in all_words() for page in ("search", "agencies")]
    return [*paths, *(f"/en{path}" for path in public), *questions]


def test_every_field_that_can_be_hidden_has_a_secret_in_these_tests():
    assert set(SECRETS) == set(visibility.HIDEABLE)
    assert visibility.HIDEABLE_LISTS == ("funding",)


@pytest.mark.parametrize(
    ("audience", "reader"),
    [
        ("agency", "anonymous"),
        ("members", "anonymous"),
        ("agency", "newcomer"),
        ("members", "newcomer"),
        ("agency", "stranger"),
    ],
)
def test_no_page_feed_search_or_export_gives_a_hidden_field_away(
    client, planted_among_everything, world, deliver, audience, reader
):
    planted = planted_among_everything
    hide(planted, audience)
    deliver()  # the search index is up to date
    if world["people"][reader]:
        client.force_login(world["people"][reader])
    asked = 0
    for door in doors(world):
        answer = client.get(door)
        asked += answer.status_code == 200
        # A page repeats the question, and a vocabulary names every fund: there it counts whom they name.
        if "?q=" in door or "taxonomy_terms" in door:
            assert planted.name not in answer.content.decode(), door
        else:
            assert given_away(answer) == [], door
    assert asked > 40


def test_the_doors_are_the_right_ones(client, planted_among_everything, world, deliver):
    """A control: with nothing hidden the same doors give every secret away."""
    deliver()
    found = set()
    for door in doors(world):
        if "?q=" not in door:
            found |= set(given_away(client.get(door)))
    assert set(all_words()) - found <= {"fund:secret", "23.73592", "113.73591"}, "codes stand in exports only"


def test_the_search_documents_hold_no_hidden_field(planted):
    hide(planted, "members")
    text = repr(list(documents()))
    assert [word for word in all_words() if word in text] == []
    (document,) = [search.document(agency) for agency in search.public().filter(pk=planted.pk)]
    assert (document.year, document.topics) == (None, ("org:msw",))


@pytest.mark.parametrize(
    ("audience", "readers"),
    [
        ("public", {"anonymous", "newcomer", "stranger", "member", "manager", "moderator"}),
        ("members", {"stranger", "member", "manager", "moderator"}),
        ("agency", {"member", "manager", "moderator"}),
    ],
)
def test_the_page_shows_a_field_to_exactly_its_audience(
    client, planted, member, manager, stranger, moderator, audience, readers
):
    hide(planted, audience)
    people = {
        "anonymous": None,
        "newcomer": factories.user(),
        "stranger": stranger,
        "member": member,
        "manager": manager,
        "moderator": moderator,
    }
    shown = ["秘密路一号", "secret-site.example.net", "73577357", "秘密资金", "秘密庇护所", "1987"]
    for name, person in people.items():
        client.logout()
        if person:
            client.force_login(person)
        html = client.get(planted.get_absolute_url()).content.decode()
        expected = [name in readers] * len(shown)
        assert [word in html for word in shown] == expected, name
        marks = html.count(str(Audience(audience).label))
        assert marks == (len(SECRETS) + 2 if name in readers and audience != "public" else 0), name


def test_a_person_of_an_agency_that_is_not_listed_is_nobody_yet(planted):
    hide(planted, "members")
    applicant = factories.member_of(factories.agency(status="draft"), role="owner")
    assert visibility.as_seen_by(planted, applicant).public_phone == ""


def test_who_left_or_was_suspended_sees_what_everybody_sees(planted, member):
    hide(planted, "agency")
    for status in ("left", "suspended"):
        planted.memberships.filter(user=member).update(status=status)
        assert visibility.as_seen_by(planted, member).public_phone == ""


def test_an_audience_that_nobody_knows_hides(planted):
    planted.restricted = {"public_phone": "everyone!", "legal_name": "agency"}
    seen = visibility.public(planted)
    assert (seen.public_phone, seen.legal_name) == ("", planted.legal_name)


def test_what_was_made_for_a_reader_is_never_saved(planted):
    hide(planted, "agency")
    with pytest.raises(TypeError):
        visibility.public(planted).save()
    planted.refresh_from_db()
    assert planted.public_phone == "0769-73577357"


def test_the_agency_itself_is_untouched_by_being_seen(planted):
    hide(planted, "agency")
    planted = Agency.objects.prefetch_related("funding").get(pk=planted.pk)
    assert list(visibility.public(planted).funding.all()) == []
    assert [topic.code for topic in planted.funding.all()] == ["fund:secret"]
    assert planted.public_phone == "0769-73577357"


def test_the_public_view_asks_the_database_for_nothing(planted, django_assert_num_queries):
    hide(planted, "agency")
    with django_assert_num_queries(0):
        visibility.public(planted)


def form_answers(agency, **answers):
    return {
        "legal_name": agency.legal_name,
        "org_type": agency.org_type.pk,
        "migrant_focus": "primary",
        "mission_zh": "陪伴。",
        **answers,
    }


def test_an_agency_chooses_in_its_form_who_sees_a_field(client, agency, manager):
    client.force_login(manager)
    address = reverse("edit_agency", args=[agency.slug])
    answers = form_answers(
        agency, public_phone="0769-1", shown_to_public_phone="members", shown_to_funding="agency"
    )
    client.post(address, answers)
    agency.refresh_from_db()
    assert agency.restricted == {"funding": "agency", "public_phone": "members"}
    client.post(address, {**answers, "shown_to_public_phone": "public"})
    agency.refresh_from_db()
    assert agency.restricted == {"funding": "agency"}


def test_a_choice_that_is_not_sent_leaves_the_field_as_hidden_as_it_was(client, agency, manager):
    Agency.objects.filter(pk=agency.pk).update(restricted={"public_phone": "agency", "uscc": "members"})
    client.force_login(manager)
    client.post(reverse("edit_agency", args=[agency.slug]), form_answers(agency, public_phone="0769-1"))
    agency.refresh_from_db()
    assert (agency.public_phone, agency.restricted) == (
        "0769-1",
        {"public_phone": "agency", "uscc": "members"},
    )


@pytest.mark.parametrize("choice", ["everybody", "\x00", "x" * 400, "MEMBERS"])
def test_a_choice_that_does_not_exist_is_refused_beside_the_field(client, agency, manager, choice):
    client.force_login(manager)
    answer = client.post(
        reverse("edit_agency", args=[agency.slug]), form_answers(agency, shown_to_hotline=choice)
    )
    assert list(answer.context["form"].errors) == ["shown_to_hotline"]
    agency.refresh_from_db()
    assert agency.restricted == {}


def test_only_hideable_fields_can_be_restricted(agency):
    with pytest.raises(ValueError, match="legal_name"):
        visibility.restrict(agency, {"legal_name": "agency"})


def test_a_page_for_one_reader_is_kept_by_no_shared_cache(client, agency, member):
    client.force_login(member)
    for path in (agency.get_absolute_url(), "/agencies/", "/desk/", f"/desk/agencies/{agency.slug}/"):
        answer = client.get(path)
        assert "private" in answer["Cache-Control"], path
        assert "Cookie" in answer["Vary"], path


def test_two_readers_of_one_page_get_two_answers(client, planted, member):
    hide(planted, "agency")
    anonymous = client.get(planted.get_absolute_url())
    client.force_login(member)
    own = client.get(planted.get_absolute_url(), headers={"if-none-match": anonymous.get("ETag", '"none"')})
    assert own.status_code == 200
    assert "73577357" in own.content.decode()
    assert anonymous.get("ETag") is None or anonymous["ETag"] != own.get("ETag")


def test_hiding_costs_the_page_no_query_for_each_field(client, planted, member):
    client.force_login(member)

    def count():
        with CaptureQueriesContext(connection) as captured:
            client.get(planted.get_absolute_url())
        return len(captured)

    planted.restricted = {"public_phone": "members"}
    planted.save()
    count()
    with_one = count()
    hide(planted, "members")
    for n in range(2):
        planted.locations.create(name_zh=f"服务点{n}", shown_to="agency")
    assert count() == with_one

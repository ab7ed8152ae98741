"""The versions of an entry: what makes one, what it says in words, and going back without losing anything."""

from datetime import date

import pytest
from django.core.exceptions import FieldError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation
from wagtail.models import Revision

from orgs import differences, history, profile, restoring
from orgs.models import Agency, AgencyText, Location, Membership, Service
from portal.models import Topic
from tests import factories

pytestmark = pytest.mark.django_db
RARE = "𠮷野家‮مرحبا‬ﷺ𓀀e\u0301🧧"


def contents(agency):
    """The versions, the oldest first."""
    return [version.content for version in history.versions(agency)][::-1]


def said(before, after):
    """What changed, as (field, before, after)."""
    changes = differences.between(before, after, differences.Names([before, after]))
    return [(change.field, change.before, change.after) for change in changes]


def set_facts(agency, *, by, texts=None, funding=(), **facts):
    agency = Agency.objects.get(pk=agency.pk)
    for name, value in facts.items():
        setattr(agency, name, value)
    return profile.change(agency, by=by, texts=texts or {}, funding=Topic.objects.filter(code__in=funding))


def prose(mission, description="", how_to_get_help=""):
    return {"mission": mission, "description": description, "how_to_get_help": how_to_get_help}


def test_the_first_change_keeps_the_state_before_it_too(agency, manager):
    set_facts(agency, by=manager, public_phone="0769-1")
    assert [
        (version.user, version.content["facts"]["public_phone"]) for version in history.versions(agency)
    ] == [
        (manager, "0769-1"),
        (None, ""),
    ]
    set_facts(agency, by=manager, public_phone="0769-2")
    assert [content["facts"]["public_phone"] for content in contents(agency)] == ["", "0769-1", "0769-2"]


def test_saving_what_stands_there_already_makes_no_version(agency, manager):
    set_facts(agency, by=manager, public_phone="0769-1", texts={"zh-hans": prose("陪伴")})
    set_facts(agency, by=manager, public_phone="0769-1", texts={"zh-hans": prose("陪伴")})
    place = profile.save_location(Location(agency=agency, name_zh="服务点"), by=manager)
    profile.save_location(place, by=manager)
    assert len(contents(agency)) == 3


def test_what_came_by_another_door_is_kept_before_it_is_changed_again(agency, manager):
    set_facts(agency, by=manager, public_phone="0769-1")
    Agency.objects.filter(pk=agency.pk).update(public_phone="进口的电话")
    set_facts(agency, by=manager, public_phone="0769-3")
    assert [(version.user, version.content["facts"]["public_phone"]) for version in history.versions(agency)][
        :2
    ] == [(manager, "0769-3"), (None, "进口的电话")]


def test_a_refused_change_makes_no_version(agency, member):
    with pytest.raises(profile.ProfileError):
        set_facts(agency, by=member, public_phone="0769-1")
    assert contents(agency) == []


def test_a_change_that_fails_half_way_leaves_neither_a_change_nor_a_version(agency, manager):
    with pytest.raises(FieldError):
        set_facts(
            agency, by=manager, public_phone="0769-1", texts={"zh-hans": {**prose("陪伴"), "no": "field"}}
        )
    assert contents(agency) == []
    assert Agency.objects.get(pk=agency.pk).public_phone == ""


def test_a_version_holds_the_whole_profile(agency, manager):
    service = factories.service(agency, min_age=6, max_age=12)
    service.areas.set([factories.division()])
    service.languages.set([factories.topic("lng:sign")])
    agency.locations.create(name_zh="服务点", latitude=23.02, longitude=113.75, shown_to="agency")
    set_facts(
        agency,
        by=manager,
        funding=["fund:lottery"],
        texts={"zh-hans": prose("陪伴"), "en": prose("Together")},
        division=factories.division(),
        founded_on=date(2010, 6, 18),
        restricted={"public_phone": "members"},
        former_names=["旧名"],
    )
    kept = contents(agency)[-1]
    assert (kept["facts"]["division"], kept["facts"]["founded_on"]) == ("441900/1988", "2010-06-18")
    assert (kept["funding"], kept["restricted"]) == (["fund:lottery"], {"public_phone": "members"})
    assert sorted(kept["texts"]) == ["en", "zh-hans"]
    kept_service = kept["services"][str(service.public_id)]
    assert (kept_service["areas"], kept_service["languages"]) == (["441900/1988"], ["lng:sign"])
    assert (kept_service["min_age"], kept_service["max_age"]) == (6, 12)
    assert [place["latitude"] for place in kept["locations"].values()] == [23.02]


def test_a_change_is_told_in_words(agency, manager):
    service = factories.service(agency)
    gone = agency.locations.create(name_zh="旧服务点")
    set_facts(agency, by=manager, short_name="同心")
    before = contents(agency)[-1]
    service.fees, service.is_offered = "paid", False
    profile.save_service(service, by=manager, terms={"populations": [], "areas": [factories.division()]})
    profile.remove_location(gone, by=manager)
    set_facts(
        agency,
        by=manager,
        short_name="同心社工",
        funding=["fund:lottery"],
        org_type=factories.topic("org:foundation"),
        restricted={"public_phone": "agency"},
    )
    after = contents(agency)[-1]
    with translation.override("en"):
        assert said(before, after) == [
            ("Short name", "同心", "同心社工"),
            ("Organisation type", "Private social-work agency (social service organisation)", "Foundation"),
            ("Funding sources", "", "Welfare-lottery fund"),
            ("Service “四点半课堂”: Fees", "Free of charge", "Paid"),
            ("Service “四点半课堂”: Offered now", "yes", "no"),
            ("Service “四点半课堂”: For whom", "Migrant children", ""),
            ("Service “四点半课堂”: Areas served", "", "Dongguan"),
            ("Location", "旧服务点", ""),
            ("Who sees “Public phone”", "Everybody", "Only our own people"),
        ]


def test_prose_is_told_line_by_line():
    lines = differences.by_line("一\n二\n三", "一\n二改\n三\n四")
    assert [(line.kind, line.text) for line in lines] == [
        ("kept", "一"),
        ("removed", "二"),
        ("added", "二改"),
        ("kept", "三"),
        ("added", "四"),
    ]


def test_going_back_restores_everything_and_can_be_taken_back(agency, manager):
    service = factories.service(agency)
    service.areas.set([factories.division()])
    place = agency.locations.create(name_zh="服务点", phone="1", latitude=1.5, longitude=2.5)
    set_facts(
        agency,
        by=manager,
        funding=["fund:lottery"],
        texts={"zh-hans": prose("陪伴", "很长\n的话"), "en": prose("Together")},
        restricted={"funding": "agency"},
        founded_on=date(2010, 6, 18),
        division=factories.division(),
        former_names=["旧名"],
    )
    first = history.versions(agency).first()
    profile.remove_service(Service.objects.get(pk=service.pk), by=manager)
    profile.remove_location(Location.objects.get(pk=place.pk), by=manager)
    profile.save_location(Location(agency=agency, name_zh="新服务点"), by=manager)
    set_facts(
        agency,
        by=manager,
        texts={"zh-hans": prose("别的"), "en": prose("")},
        restricted={},
        founded_on=None,
        division=None,
        former_names=[],
    )
    last = history.versions(agency).first()

    assert restoring.restore(agency, first, by=manager) == []
    assert history.snapshot(agency) == first.content
    assert (history.versions(agency).first().content, history.versions(agency).first().user) == (
        first.content,
        manager,
    )
    assert agency.services.get().public_id == service.public_id

    count = history.versions(agency).count()
    restoring.restore(agency, last, by=manager)
    assert {**history.snapshot(agency), "locations": None} == {**last.content, "locations": None}
    assert [place.name_zh for place in agency.locations.all()] == ["新服务点"]
    assert history.versions(agency).count() == count + 1, "going back is one version"


def test_going_back_leaves_status_confirmation_and_members_alone(agency, manager, member):
    set_facts(agency, by=manager, short_name="同心")
    first = history.versions(agency).last()
    Agency.objects.filter(pk=agency.pk).update(confirmed_on=date(2026, 1, 1), status="withdrawn")
    Agency.objects.filter(pk=agency.pk).update(status="draft")
    restoring.restore(agency, first, by=manager)
    agency.refresh_from_db()
    assert (agency.short_name, agency.status, agency.confirmed_on) == ("", "draft", date(2026, 1, 1))
    assert agency.memberships.count() == 2


def test_terms_and_districts_that_are_gone_are_left_out_with_a_note(agency, manager):
    term = Topic.objects.create(scheme="funding", code="fund:gone", name_zh="没了", name_en="Gone")
    district = factories.division("999999", "没了市")
    service = factories.service(agency)
    service.areas.set([district])
    set_facts(agency, by=manager, funding=["fund:gone", "fund:lottery"], division=district)
    version = history.versions(agency).first()
    service.areas.clear()
    set_facts(agency, by=manager, funding=[], division=None)
    term.delete()
    district.delete()
    notes = restoring.restore(agency, version, by=manager)
    assert sorted(key for key in ("fund:gone", "999999/1988") if any(key in note for note in notes)) == [
        "999999/1988",
        "fund:gone",
    ]
    assert len(notes) == 2
    assert [topic.code for topic in agency.funding.all()] == ["fund:lottery"]
    assert Agency.objects.get(pk=agency.pk).division is None


def test_a_credit_code_that_another_agency_has_now_is_left_out(agency, manager):
    set_facts(agency, by=manager, uscc="52441900MJ00000001")
    version = history.versions(agency).first()
    set_facts(agency, by=manager, uscc=None)
    factories.agency(uscc="52441900MJ00000001")
    assert len(restoring.restore(agency, version, by=manager)) == 1
    assert Agency.objects.get(pk=agency.pk).uscc is None


def test_what_went_to_another_agency_stays_there(agency, manager):
    other = factories.agency()
    service = factories.service(agency)
    place = agency.locations.create(name_zh="服务点")
    set_facts(agency, by=manager, short_name="同心")
    version = history.versions(agency).first()
    Service.objects.filter(pk=service.pk).update(agency=other)
    Location.objects.filter(pk=place.pk).update(agency=other)
    restoring.restore(agency, version, by=manager)
    assert (other.services.get().pk, other.locations.get().pk) == (service.pk, place.pk)
    assert (agency.services.get().name_zh, agency.locations.get().name_zh) == ("四点半课堂", "服务点")


def test_the_version_of_another_agency_is_neither_seen_nor_restored(client, agency, manager, stranger):
    foreign = stranger.memberships.get().agency
    set_facts(foreign, by=stranger, public_phone="秘密电话")
    version = history.versions(foreign).first()
    with pytest.raises(profile.ProfileError):
        restoring.restore(agency, version, by=manager)
    client.force_login(manager)
    for name in ("agency_version", "restore_version"):
        address = reverse(name, args=[agency.slug, version.pk])
        assert client.post(address).status_code in (404, 405)
        answer = client.get(address)
        assert answer.status_code in (404, 405)
        assert "秘密电话" not in answer.content.decode()


def test_everybody_in_the_agency_reads_and_only_leads_go_back(client, agency, manager, member, stranger):
    set_facts(agency, by=manager, public_phone="0769-22110000")
    newest, oldest = history.versions(agency)
    listing = reverse("agency_history", args=[agency.slug])
    page = reverse("agency_version", args=[agency.slug, newest.pk])
    back = reverse("restore_version", args=[agency.slug, oldest.pk])
    client.force_login(member)
    assert manager.name in client.get(listing).content.decode()
    assert "0769-22110000" in client.get(page).content.decode()
    assert back not in client.get(reverse("agency_version", args=[agency.slug, oldest.pk])).content.decode()
    assert client.post(back).status_code == 404
    client.force_login(stranger)
    assert [client.get(path).status_code for path in (listing, page)] == [404, 404]
    assert client.post(back).status_code == 404
    client.force_login(manager)
    assert back in client.get(reverse("agency_version", args=[agency.slug, oldest.pk])).content.decode()
    assert client.get(back).status_code == 405
    assert client.post(back).url == listing
    assert Agency.objects.get(pk=agency.pk).public_phone == ""


def test_the_current_version_offers_no_way_back_to_itself(client, agency, manager):
    set_facts(agency, by=manager, public_phone="0769-1")
    newest = history.versions(agency).first()
    client.force_login(manager)
    html = client.get(reverse("agency_version", args=[agency.slug, newest.pk])).content.decode()
    assert reverse("restore_version", args=[agency.slug, newest.pk]) not in html


def test_rare_and_right_to_left_characters_come_through(client, agency, manager):
    set_facts(
        agency,
        by=manager,
        short_name=RARE,
        former_names=[RARE],
        texts={"zh-hans": prose(RARE, f"{RARE}\n<b>")},
    )
    version = history.versions(agency).first()
    set_facts(agency, by=manager, short_name="", former_names=[], texts={"zh-hans": prose("别的")})
    client.force_login(manager)
    for path in (
        reverse("agency_history", args=[agency.slug]),
        reverse("agency_version", args=[agency.slug, version.pk]),
    ):
        answer = client.get(path)
        assert answer.status_code == 200
        assert "<b>" not in answer.content.decode()
    restoring.restore(agency, version, by=manager)
    assert AgencyText.objects.get(agency=agency).description == f"{RARE}\n<b>"
    assert Agency.objects.get(pk=agency.pk).former_names == [RARE]


def test_what_portal_staff_change_in_the_admin_is_a_version_too(client, agency, moderator):
    client.force_login(moderator)
    edit = f"/admin/snippets/orgs/agency/edit/{agency.pk}/"
    form = client.get(edit).context["form"]
    values = {name: form[name].value() for name in form.fields}
    answers = {name: value for name, value in values.items() if value is not None}
    assert client.post(edit, {**answers, "public_phone": "0769-9"}).status_code == 302
    assert [
        (version.user, version.content["facts"]["public_phone"]) for version in history.versions(agency)
    ] == [(moderator, "0769-9"), (None, "")]


def test_the_versions_go_when_the_entry_goes(agency, manager):
    set_facts(agency, by=manager, public_phone="0769-1")
    agency.delete()
    assert Revision.objects.count() == 0


def test_the_number_of_queries_does_not_grow_with_the_versions(client, agency, manager):
    client.force_login(manager)

    def count(path):
        with CaptureQueriesContext(connection) as captured:
            assert client.get(path).status_code == 200
        return len(captured)

    def more():
        factories.service(agency)
        Membership.objects.create(user=factories.user(), agency=agency, role="manager")
        for person in (manager, agency.memberships.last().user):
            set_facts(agency, by=person, public_phone=str(history.versions(agency).count()))

    listing = reverse("agency_history", args=[agency.slug])
    more()
    count(listing)
    page = reverse("agency_version", args=[agency.slug, history.versions(agency).first().pk])
    few = count(listing), count(page)
    more()
    more()
    page = reverse("agency_version", args=[agency.slug, history.versions(agency).first().pk])
    assert (count(listing), count(page)) == few

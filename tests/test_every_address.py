"""Every address of the portal, taken from the URL configuration: nothing ends in a 500, and nothing foreign opens.

A new address with an argument that is not in EXAMPLES fails here, so that nobody forgets it.
"""

from datetime import date
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone

from casestudies import asking, attachment, reading_list, research_interest, saved_search, upload, versions
from events import feeds, materials
from events.models import Certificate, EventSeries
from events.models.nomination import signer
from events.nomination import Nominee, nominate
from events.registration import register
from orgs import claiming, history, invitation, joining, ownership, partnership, profile, verification
from orgs.models import Location, Recommendation
from orgs.open_data.identity import taxonomy_id, term_id
from tests import factories
from tests.addresses import ADDRESSES, leading_addresses

pytestmark = pytest.mark.django_db

NASTY = [
    {"q": "\x00"},
    {"q": "流" * 4000, "page": "99999999999999999999"},
    {"page": "-1", "view": "../../etc/passwd", "month": "9999-99", "year": "x"},
    {
        "district": "44' OR 1=1 --",
        "population": "<script>",
        "service": "svc:none",
        "method": "",
        "sort": "-password",
    },
    {
        "kind": ["case", "\ud7ff"],
        "tab": "nothing",
        "next": "https://evil.example.net/",
        "agency": "no-such",
        "mode": "x",
    },
]


CONSOLE = [
    name
    for name, arguments in ADDRESSES.items()
    if "slug" in arguments
    and name not in ("agency", "join_agency", "claim_agency", "agency_feed", "agency_case_feed")
]


@pytest.fixture
def world(agency, manager, member, stranger):
    """An agency with one of everything, and the arguments that its addresses take."""
    event = factories.event(agency, status="draft")
    case = factories.case(agency, live=False)
    service = factories.service(agency)
    newcomer = factories.user()
    asked = joining.ask_to_join(agency, user=newcomer)
    membership = agency.memberships.get(user=member)
    owner = factories.member_of(factories.agency(), role="owner")
    proposed = partnership.propose(
        owner.memberships.get().agency,
        by=owner,
        kind=factories.topic("col:referral"),
        title="转介",
        partners=[agency],
        started_on=date(2026, 1, 1),
    )
    series = EventSeries.objects.create(host=agency, title="督导系列")
    seen = factories.event(agency, series=series)
    handout = materials.add(
        seen, materials.examine(factories.upload("讲义.png")), audience="everybody", by=manager
    )
    factories.division()
    term = factories.topic("svc:legal")
    registration = register(seen, user=newcomer, by=newcomer)
    feeds.make_address(newcomer)
    [put_down] = nominate(
        seen, agency=agency, people=[Nominee("客人", "13800000000")], by=manager
    ).nominations
    log_row = seen.log_rows.create(key=uuid4(), name="匿名", joined_at=seen.starts_at, left_at=seen.ends_at)
    certificate = Certificate.objects.create(
        registration=registration,
        name="张红",
        title=seen.title,
        hosts=[{"zh": agency.legal_name, "en": agency.name_en}],
        role="social_worker",
        minutes=180,
        starts_on=date(2026, 1, 1),
        ends_on=date(2026, 1, 1),
        language="zh-hans",
        issued_at=timezone.now(),
    )
    published = factories.case(agency)
    attached = attachment.add(published, upload.examine(factories.upload("照片.png"), "照片.png"), by=member)
    published.refresh_from_db()
    published.latest_revision.publish()
    in_draft = attachment.add(case, upload.examine(factories.upload("图.png"), "图.png"), by=member)
    versions.keep(published, published.save_revision())
    versions.keep(published, published.save_revision(), change_note="人数改正")
    reading = factories.reading(newcomer, agency, by=member)
    tried = factories.adaptation(factories.case(), agency)
    kept = reading_list.make(newcomer, title="入门", audience="public")
    reading_list.keep(published, by=newcomer, into=kept)
    shared = reading_list.make(newcomer, title="给同事", audience="link")
    searched = saved_search.save(newcomer, QueryDict("kind=project"), name="项目", delivery="feed")
    named = factories.event(owner.memberships.get().agency).hosts.create(agency=agency)
    recommended = Recommendation.objects.create(
        agency=owner.memberships.get().agency, by_agency=agency, words="合作多年"
    )
    free = factories.agency()
    claim = claiming.claim(free, by=newcomer, scans=[factories.scan()])
    verified = verification.verify(agency, level=1, method="电话回访", by=factories.moderator())
    asked_party = proposed.parties.get(agency=agency)
    place = profile.save_location(Location(agency=agency, name_zh="服务点"), by=manager)
    pair = service.places.create(location=place)
    version = history.versions(agency).first()
    invitation.invite(agency, email="new@example.org", role="member", by=manager)
    sent = invitation.invite(agency, email=newcomer.email, role="member", by=manager)
    factories.with_address(newcomer)
    asked_authors = asking.ask(published, by=newcomer, text="几个人？", may_be_public=True)
    told = asking.ask(published, by=newcomer, text="多久？", may_be_public=True)
    asking.answer(told, by=member, text="一年。", is_public=True)
    looked_for = research_interest.announce(
        agency,
        by=manager,
        question="孩子留得更久吗？",
        about="想知道。",
        data="签到表。",
        until=timezone.localdate(),
    )
    token = "the-token-in-the-mail"
    sent.token_hash = invitation.hash_of(token)
    sent.save()
    lead = factories.member_of(agency, role="owner")
    transfer = ownership.offer(agency, to=factories.with_address(member), by=lead)
    return {
        "people": {
            "anonymous": None,
            "newcomer": newcomer,
            "stranger": stranger,
            "member": member,
            "manager": manager,
            "owner": lead,
            "staff": factories.moderator(),
        },
        "bodies": {"act_on_entry": {"action": "up", "entry": kept.entries.get().pk}},
        "arguments": {
            "slug": [agency.slug],
            "public_id": [
                *(
                    one.public_id
                    for one in (
                        event,
                        seen,
                        series,
                        handout,
                        case,
                        published,
                        service,
                        asked,
                        sent,
                        transfer,
                        claim,
                        kept,
                        searched,
                        tried,
                        asked_authors,
                        told,
                        looked_for,
                        reading,
                        reading.round,
                        reading.round.case,
                        newcomer.reviewer,
                    )
                ),
                *(agency.public_id, pair.public_id, term_id(term), taxonomy_id(term.scheme)),
                claim.evidence.get().public_id,
                certificate.public_id,
                uuid4(),
            ],
            "token": [token, signer.sign(put_down.public_id.hex), "x" * 43, "流\u202e"],
            "pk": [
                *(
                    one.pk
                    for one in (
                        membership,
                        asked_party,
                        named,
                        place,
                        version,
                        recommended,
                        verified,
                        log_row,
                    )
                ),
                seen.pools.get().pk,
                2**62,
            ],
            "version": [1, 2, 10**30],
            "secret": [
                feeds.address_of(newcomer).split("/")[-2],
                shared.secret,
                saved_search.feed_url(searched).split("/")[-2],
                saved_search.stop_secret(newcomer),
                "x" * 43,
                "流\u202e",
            ],
            "ical_uid": [seen.sessions.get().ical_uid, uuid4()],
            "style": ["bib", "csv", "docx", "exe", "pdf", "xlsx"],
            "registration_id": [registration.public_id, put_down.registration.public_id, uuid4()],
            "number": [certificate.number, "22222-22222", "流" * 200],
            "uidb36": ["zz"],
            "key": ["set-password"],
            "code": ["pop:children", "svc:none", "流\u202e"],
            "section": ["case", "agency", "event", "page", "nothing"],
            "file_id": [attached.key, in_draft.key, uuid4()],
            "division": ["441900-1988", "0"],
        },
    }


def is_closed(answer) -> bool:
    """Nothing there, not this way, or first say who you are."""
    return answer.status_code in (404, 405) or leads_to_sign_in(answer)


def leads_to_sign_in(answer) -> bool:
    return answer.status_code == 302 and answer.url.startswith(reverse("account_login"))


@pytest.mark.parametrize("name", ADDRESSES)
def test_no_address_ends_in_a_500_whoever_asks_and_however(client, world, name):
    client.raise_request_exception = False
    leading = leading_addresses(world, name)
    for person in world["people"].values():
        if person:
            client.force_login(person)
        for address in leading:
            plain = [client.get(address), client.post(address)]
            assert all(answer.status_code < 500 for answer in plain), address
            if all(is_closed(answer) for answer in plain):
                continue  # nothing that is sent there is looked at
            for query in NASTY:
                assert client.get(address, query).status_code < 500, (address, query)
            for body in NASTY:
                assert client.post(address, body).status_code < 500, (address, body)
            file = SimpleUploadedFile("报告.docx", b"MZ\x00 not a document")
            assert client.post(address, {"file": file, "form-TOTAL_FORMS": "x"}).status_code < 500, address


@pytest.mark.parametrize("name", CONSOLE)
def test_an_agencys_console_is_nowhere_for_people_of_other_agencies(client, world, agency, name):
    for person in ("stranger", "newcomer"):
        client.force_login(world["people"][person])
        for address in leading_addresses(world, name):
            for answer in (client.get(address), client.post(address)):
                assert answer.status_code in (404, 405), address
                assert agency.legal_name not in answer.content.decode()


@pytest.mark.parametrize("name", CONSOLE)
def test_an_agencys_console_asks_for_an_account_first(client, world, name):
    for address in leading_addresses(world, name):
        for answer in (client.get(address), client.post(address)):
            assert answer.status_code in (302, 405), address
            if answer.status_code == 302:
                assert answer.url.startswith(reverse("account_login"))


@pytest.mark.parametrize("door", ["/admin/login/", "/admin/password_reset/", "/_util/login/"])
def test_wagtails_own_doors_lead_to_ours(client, door):
    assert client.get(door, {"next": "/admin/"}).url == "/accounts/login/?next=%2Fadmin%2F"

"""An agency with one of everything: what the tests of all addresses go through."""

from datetime import date
from uuid import uuid4

from django.http import QueryDict
from django.utils import timezone

from casestudies import versions
from casestudies.exchange import asking, research_interest
from casestudies.files import attachment, upload
from casestudies.keeping import reading_list, saved_search
from events.calendars import feeds
from events.hosting import materials
from events.models import Certificate, EventSeries, GuestLink
from events.models.nomination import signer
from events.nominating import guest_data
from events.nominating.nomination import Nominee, nominate
from events.registering.registration import register
from orgs import claiming, history, invitation, joining, ownership, partnership, profile, verification
from orgs.models import Location, Recommendation
from orgs.open_data.identity import taxonomy_id, term_id
from tests import factories
from tests.visitor import Visitor


def one_of_everything() -> dict:
    """People of every kind, and under the names of EXAMPLES what the addresses of all these things are called by."""
    agency = factories.agency()
    manager = factories.member_of(agency, role="manager")
    member = factories.member_of(agency)
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
    GuestLink.objects.create(address="guest@example.org", token_hash=guest_data.hash_of(token))
    lead = factories.member_of(agency, role="owner")
    transfer = ownership.offer(agency, to=factories.with_address(member), by=lead)
    passkey = factories.second_factor(lead)
    people = {
        "anonymous": None,
        "newcomer": newcomer,
        "stranger": factories.member_of(factories.agency(), role="owner"),
        "member": member,
        "manager": manager,
        "owner": lead,
        "staff": factories.moderator(),
    }
    return {
        "agency": agency,
        "people": people,
        "visitors": {who: Visitor(person) for who, person in people.items()},
        "bodies": {"act_on_entry": {"action": "up", "entry": kept.entries.get().pk}},
        "arguments": {
            "slug": {"agency": agency.slug},
            "public_id": {
                "draft event": event.public_id,
                "event": seen.public_id,
                "series": series.public_id,
                "material": handout.public_id,
                "draft": case.public_id,
                "case": published.public_id,
                "service": service.public_id,
                "join request": asked.public_id,
                "invitation": sent.public_id,
                "transfer": transfer.public_id,
                "application": claim.public_id,
                "evidence": claim.evidence.get().public_id,
                "public list": kept.public_id,
                "shared list": shared.public_id,
                "saved search": searched.public_id,
                "adaptation": tried.public_id,
                "open question": asked_authors.public_id,
                "answered question": told.public_id,
                "research interest": looked_for.public_id,
                "review": reading.public_id,
                "round": reading.round.public_id,
                "submitted": reading.round.case.public_id,
                "reviewer": newcomer.reviewer.public_id,
                "agency": agency.public_id,
                "service at location": pair.public_id,
                "term": term_id(term),
                "taxonomy": taxonomy_id(term.scheme),
                "certificate": certificate.public_id,
            },
            "token": {
                "invitation": token,
                "place": signer.sign(put_down.public_id.hex),
                "guest link": token,
            },
            "pk": {
                "membership": membership.pk,
                "partnership": asked_party.pk,
                "co-hosting": named.pk,
                "location": place.pk,
                "version": version.pk,
                "recommendation": recommended.pk,
                "verification": verified.pk,
                "log row": log_row.pk,
                "pool": seen.pools.get().pk,
                "passkey": passkey.pk,
            },
            "version": {"first": 1, "second": 2},
            "secret": {
                "calendar": feeds.address_of(newcomer).split("/")[-2],
                "shared list": shared.secret,
                "search feed": saved_search.feed_url(searched).split("/")[-2],
                "stop": saved_search.stop_secret(newcomer),
            },
            "ical_uid": {"session": seen.sessions.get().ical_uid},
            "style": {style: style for style in ("bib", "csv", "docx", "pdf", "xlsx")},
            "registration_id": {
                "registration": registration.public_id,
                "guest": put_down.registration.public_id,
            },
            "number": {"certificate": certificate.number},
            "uidb36": {"nobody": "zz"},
            "key": {"set-password": "set-password"},
            "code": {"children": "pop:children"},
            "section": {section: section for section in ("case", "agency", "event", "page")},
            "file_id": {"published": attached.key, "draft": in_draft.key},
            "division": {"dongguan": "441900-1988"},
        },
    }

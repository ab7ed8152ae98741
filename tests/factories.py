"""Small worlds for tests. Each maker gives a whole, ordinary thing and takes what the test is about by name."""

from datetime import timedelta
from io import BytesIO
from itertools import count

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib.auth.models import Group
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image

from casestudies.models import Adaptation, CaseStudy, ReviewAssignment, Reviewer, ReviewRound
from casestudies.review import editorial, reviewing
from casestudies.writing import authoring
from events.models import Event, EventSession, SeatPool
from events.models.event import refresh_span
from orgs import consent, evidence
from orgs.models import Agency, Division, Membership, Service, User
from portal.models import Topic
from tests.passkey import Passkey

number = count(1)


def topic(code: str) -> Topic:
    return Topic.objects.get(code=code)


def division(code="441900", name="东莞市", level="prefecture", parent=None, **fields) -> Division:
    return Division.objects.get_or_create(
        code=code,
        first_year=1988,
        defaults={"name_zh": name, "name_en": "Dongguan", "level": level, "parent": parent, **fields},
    )[0]


def user(**fields) -> User:
    n = next(number)
    person = User.objects.create_user(**{"email": f"person{n}@example.org", "name": f"同事{n}", **fields})
    consent.agree(person)
    return person


def agency(**fields) -> Agency:
    n = next(number)
    return Agency.objects.create(
        **{
            "slug": f"agency-{n}",
            "legal_name": f"第{n}社会工作服务中心",
            "name_en": f"Centre Number {n}",
            "org_type": topic("org:msw"),
            "status": Agency.Status.LISTED,
            **fields,
        }
    )


def member_of(agency: Agency, role="member", **fields) -> User:
    person = user(**fields)
    Membership.objects.create(user=person, agency=agency, role=role)
    if role == "owner" and person.is_active and agency.claimed_at is None:
        agency.claimed_at = timezone.now()
        agency.save(update_fields=["claimed_at"])
    return person


def member_agency(person: User) -> Agency:
    """A new agency to which this person belongs."""
    home = agency()
    Membership.objects.create(user=person, agency=home)
    return home


def with_address(person: User, email: str | None = None, *, verified=True) -> User:
    """The person with an e-mail address at which mail reaches them, as after signing up."""
    person.emailaddress_set.create(email=email or person.email, verified=verified, primary=email is None)
    return person


def service(agency: Agency, types=("svc:education",), populations=("pop:children",), **fields) -> Service:
    service = Service.objects.create(agency=agency, **{"name_zh": "四点半课堂", **fields})
    service.types.set(Topic.objects.filter(code__in=types))
    service.populations.set(Topic.objects.filter(code__in=populations))
    return service


def event(
    host: Agency | None = None, *, capacity=30, starts_in=timedelta(days=7), hours=3, **fields
) -> Event:
    n = next(number)
    event = Event.objects.create(
        **{
            "host": host or agency(),
            "title": f"第{n}次培训",
            "status": Event.Status.PUBLISHED,
            "venue": "社区中心",
            **fields,
        }
    )
    start = timezone.now() + starts_in
    EventSession.objects.create(event=event, starts_at=start, ends_at=start + timedelta(hours=hours))
    SeatPool.objects.create(event=event, capacity=capacity)
    refresh_span(event)
    return event


def case(lead: Agency | None = None, *, live=True, **fields) -> CaseStudy:
    n = next(number)
    return CaseStudy.objects.create(
        **{
            "agency": lead or agency(),
            "title": f"第{n}个案例",
            "abstract": "摘要。",
            "background": "<p>背景。</p>",
            "process": "<p>过程。</p>",
            "outcomes": "<p>成效。</p>",
            "reflection": "<p>反思。</p>",
            "live": live,
            "first_published_at": timezone.now() if live else None,
            "last_published_at": timezone.now() if live else None,
            **fields,
        }
    )


def adaptation(of: CaseStudy, by: Agency | None = None, **fields) -> Adaptation:
    """What an agency published about having tried a case; `status="draft"` and `published_at=None` for a draft."""
    return Adaptation.objects.create(
        **{
            "of": of,
            "agency": by or agency(),
            "status": "public",
            "published_at": timezone.now(),
            "context": "城郊的小学。",
            "changes": "从五天改为两天。",
            "decided_by": "workers",
            "fidelity": "kept",
            "result": "worked",
            "result_text": "孩子愿意来。",
            **fields,
        }
    )


def submitted(lead: Agency, by: User, **fields) -> ReviewRound:
    """The open round of a complete case that was submitted."""
    draft = authoring.start_case(
        lead,
        by=by,
        topics=[topic("pop:children"), topic("svc:education")],
        authors=[("石晓棠", "practitioner")],
        **{
            "title": f"第{next(number)}个提交的案例",
            "abstract": "摘要。",
            "background": "<p>背景。</p>",
            "process": "<p>过程。</p>",
            "outcomes": "<p>成效。</p>",
            "reflection": "<p>反思。</p>",
            **fields,
        },
    )
    authoring.submit(draft, by=by)
    return ReviewRound.objects.get(case=draft)


def reviewer(person: User | None = None, role="practitioner") -> Reviewer:
    return Reviewer.objects.get_or_create(user=person or user(), defaults={"role": role})[0]


def reading(person: User, lead: Agency, *, by: User, **fields) -> ReviewAssignment:
    """A review that this person began about a case of that agency."""
    editor = moderator()
    asked = editorial.check(submitted(lead, by, **fields), by=editor, met=set(editorial.CRITERIA))
    assignment = editorial.invite(asked, reviewer(person), by=editor)
    return reviewing.accept(assignment, by=person, declares=True)


def picture(kind="PNG", size=(60, 40)) -> bytes:
    """A small picture, each time another one."""
    file = BytesIO()
    n = next(number)
    Image.new("RGB", size, (n % 256, n // 256 % 256, 90)).save(file, kind)
    return file.getvalue()


def upload(name="讲义.png", content: bytes | None = None) -> SimpleUploadedFile:
    """A file as a browser sends it."""
    return SimpleUploadedFile(name, content or picture())


def scan(name="登记证书.png", content: bytes | None = None) -> evidence.Scan:
    """An examined upload, as a form hands it to a rule."""
    return evidence.examine(SimpleUploadedFile(name, content or picture()))


def passkey(person: User, key: Passkey | None = None) -> Authenticator:
    """A passkey that this person set up."""
    credential = (key or Passkey()).register()
    return Authenticator.objects.create(
        user=person, type="webauthn", data={"name": "手机", "credential": credential}
    )


def second_factor(person: User) -> Authenticator:
    """An authenticator app with recovery codes, and a passkey, which is returned."""
    TOTP.activate(person, generate_totp_secret())
    RecoveryCodes.activate(person)
    return passkey(person)


def moderator() -> User:
    person = user(name="审稿编辑")
    person.groups.add(Group.objects.get(name="Moderators"))
    return person

"""What the agencies of the demo world say about themselves: places, languages, logos, who sees what, and since when."""

import random
from datetime import date, datetime, time, timedelta
from io import BytesIO

from django.utils import timezone
from PIL import Image as Picture
from PIL import ImageDraw
from wagtail.images.models import Image

from orgs import freshness, history, logo, profile, visibility
from orgs.models import Agency, Location, Section, Service, User
from portal.bilingual import CHINESE, ENGLISH
from portal.models import Topic

#: What people speak beside Putonghua where an agency sits, by the province's code.
DIALECTS = {
    "44": ["lng:yue", "lng:hakka"],
    "31": ["lng:wu"],
    "32": ["lng:wu"],
    "33": ["lng:wu"],
    "35": ["lng:minnan"],
    "42": ["lng:southwest"],
    "43": ["lng:xiang"],
    "36": ["lng:gan"],
    "50": ["lng:southwest"],
    "51": ["lng:southwest"],
    "41": ["lng:central"],
}
#: Days since the last confirmation, in the order of the agencies: most are fresh, some are late, one has gone silent.
AGES = [3, 12, 40, 172, 88, 25, 225, 61, 7, 130, 19, 250, 95, 33, 178, 5, 232, 70, 112, 400, 21, 150, 48, 218]
COLOURS = ["#a4491f", "#2f6f62", "#34588a", "#8a5a2b", "#7a3f6d", "#4a6b2a"]


def fill(agencies: dict[str, Agency], owners: dict[str, User], today: date) -> None:
    """Complete the profiles. Each agency draws from a dice of its own, so the rest of the world stays as it was."""
    topics = {topic.code: topic for topic in Topic.objects.filter(scheme=Topic.Scheme.LANGUAGE)}
    for number, (key, agency) in enumerate(agencies.items()):
        owner, dice = owners[key], random.Random(key)  # noqa: S311  for invented data
        state_facts(agency, number, dice)
        speak(agency, topics, dice)
        enter_places(agency, number, owner, dice)
        if number % 2 == 0:
            logo.replace(agency, file=draw_logo(dice), by=owner)
        # The people who are named changed last, so that section is the youngest.
        age = AGES[number % len(AGES)]
        freshness.confirm(agency, by=owner, on=today - timedelta(days=age))
        freshness.confirm(agency, by=owner, sections=[Section.PEOPLE], on=today - timedelta(days=age // 3))
        agency.refresh_from_db()
    first = next(iter(agencies))
    write_history(agencies[first], owners[first], today)


def state_facts(agency: Agency, number: int, dice: random.Random) -> None:
    """Phones, former names, supervision and grade; some of it not for everybody."""
    agency = Agency.objects.get(pk=agency.pk)
    agency.public_phone = f"400-555-{dice.randrange(1000, 9999)}"
    if number % 3 == 0:
        agency.hotline = f"400-556-{dice.randrange(1000, 9999)}"
    if number % 4 == 0:
        agency.wechat_account = agency.short_name
        agency.former_names = [agency.legal_name.replace("社会工作服务", "公益服务")]
    if agency.org_type.code == "org:msw":
        agency.supervising_unit = "当地民政部门"
        agency.rating = dice.choice(["5A", "4A", "3A"])
        agency.rating_year = dice.randrange(2021, 2026)
    if number % 3 == 1:
        visibility.restrict(agency, {"public_phone": "members"})
    if number % 6 == 5:
        visibility.restrict(agency, {"funding": "agency", "staff_band": "members"})
    agency.save()


def speak(agency: Agency, topics: dict[str, Topic], dice: random.Random) -> None:
    """The languages in which people can speak with each service."""
    local = DIALECTS.get(agency.division.code[:2], []) if agency.division else []
    for number, service in enumerate(Service.objects.filter(agency=agency)):
        codes = ["lng:putonghua", *local[: 1 + number % 2]]
        service.languages.set([topics[code] for code in codes if code in topics])


def enter_places(agency: Agency, number: int, owner: User, dice: random.Random) -> None:
    """A service point for every second agency, and for some a place whose address stays inside."""
    if number % 2 == 0:
        street = dice.choice(["工业大道", "学前路", "新村三巷", "河东街"])
        profile.save_location(
            Location(
                agency=agency,
                name_zh="社区服务点",
                name_en="Community service point",
                address=f"{street}{dice.randrange(1, 200)}号一楼",
                phone=f"400-557-{dice.randrange(1000, 9999)}",
            ),
            by=owner,
        )
    if number % 8 == 2:
        profile.save_location(
            Location(
                agency=agency, name_zh="临时住处", name_en="Shelter", address="不公开", shown_to="agency"
            ),
            by=owner,
        )
    shown = agency.locations.filter(shown_to="public")
    for service in agency.services.all():
        if Service.Delivery.ONSITE in service.delivery:
            service.locations.set(shown)


def draw_logo(dice: random.Random) -> BytesIO:
    """A mark of two circles that walk side by side, in the agency's colour."""
    picture = Picture.new("RGB", (240, 120), "white")
    pen = ImageDraw.Draw(picture)
    colour, offset = dice.choice(COLOURS), dice.randrange(30, 60)
    pen.ellipse((60, 20, 140, 100), outline=colour, width=10)
    pen.ellipse((60 + offset, 20, 140 + offset, 100), outline=colour, width=10)
    file = BytesIO()
    picture.save(file, format="PNG")
    file.seek(0)
    return file


def write_history(agency: Agency, owner: User, today: date) -> None:
    """A few changes over the last year, with their days."""
    texts = {text.language: text for text in agency.texts.all()}
    english = {part: getattr(texts.get(ENGLISH), part, "") for part in history.TEXTS}
    chinese = {part: getattr(texts[CHINESE], part) for part in history.TEXTS}
    days = [300, 200, 90]
    for opening in ("周二至周六上午十点到晚上九点直接上门。", "周二至周日上午十点到晚上八点直接上门。", None):
        said = {**chinese, "how_to_get_help": opening} if opening else chinese
        profile.change(
            Agency.objects.get(pk=agency.pk),
            by=owner,
            texts={CHINESE: said, ENGLISH: english},
            funding=list(agency.funding.all()),
        )
    versions = list(history.versions(agency))[: len(days)][::-1]
    for version, ago in zip(versions, days, strict=True):
        moment = datetime.combine(today - timedelta(days=ago), time(15, 20))
        type(version).objects.filter(pk=version.pk).update(created_at=timezone.make_aware(moment))
    older = history.versions(agency).exclude(pk__in=[version.pk for version in versions])
    moment = datetime.combine(today - timedelta(days=days[0] + 30), time(9))
    for minute, version in enumerate(older.order_by("created_at", "pk")):
        type(version).objects.filter(pk=version.pk).update(
            created_at=timezone.make_aware(moment + timedelta(minutes=minute))
        )


def remove() -> None:
    """Take the drawn logos away; the rest goes with the agencies."""
    Image.objects.filter(pk__in=Agency.objects.filter(is_sample=True).values("logo")).delete()

"""The agencies of the demo world: 24 invented ones with their people, services and partnerships."""

import random
import tomllib
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

from django.contrib.auth.models import Group

from orgs import applying, consent, demo_profiles, demo_trust, divisions, joining, leaving, partnership
from orgs.models import (
    Agency,
    AgencyText,
    Division,
    Membership,
    Partnership,
    PartnershipParty,
    Role,
    Service,
    User,
)
from portal import demo
from portal.bilingual import CHINESE, ENGLISH
from portal.models import Topic
from portal.setup import EDITORS, MODERATORS

DATA = Path(__file__).parent / "demo_data" / "agencies.toml"
PEOPLE_PER_AGENCY = 7
FAMILY_NAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
GIVEN_NAMES = [
    "晓燕",
    "志强",
    "雨桐",
    "建国",
    "思远",
    "慧敏",
    "家辉",
    "丽娟",
    "文博",
    "秀英",
    "子涵",
    "海波",
    "春梅",
    "俊杰",
    "静怡",
    "明亮",
    "小芳",
    "浩然",
    "玉兰",
    "立新",
    "佳宁",
    "德华",
    "诗雨",
    "国栋",
    "红霞",
    "天宇",
    "美玲",
    "永福",
    "欣然",
    "卫东",
    "巧云",
    "一鸣",
    "素珍",
    "少华",
    "若曦",
    "振宇",
    "桂香",
    "嘉禾",
    "冬梅",
    "启航",
]
TITLES = ["总干事", "项目主管", "督导", "社工", "社工", "社工", "志愿者协调员"]


def build(dice: random.Random, today: date, step: Callable[[str], None]) -> None:
    """People first, then agencies that they apply for, services, and partnerships that both sides confirm."""
    data = tomllib.loads(DATA.read_text(encoding="utf-8"))
    if not Division.objects.exists():
        step("administrative divisions")
        divisions.load()
    step(f"{len(data['agency'])} agencies and their people")
    topics = {topic.code: topic for topic in Topic.objects.all()}
    places = {division.code: division for division in Division.objects.current()}
    accounts = {account["email"]: make_account(account) for account in demo.ACCOUNTS}
    editor = accounts["editor@example.org"]
    agencies, owners = {}, {}
    for number, entry in enumerate(data["agency"]):
        owner = make_person(dice, f"{entry['key']}-1@example.org")
        agency = make_agency(entry, owner, editor, dice, today, topics, places)
        agencies[entry["key"]], owners[entry["key"]] = agency, owner
        people = [
            make_person(dice, f"{entry['key']}-{n}@example.org") for n in range(2, PEOPLE_PER_AGENCY + 1)
        ]
        if number == 0:
            people.insert(0, accounts["staff@example.org"])
        if entry["key"] == "gz-linghai":
            people.insert(0, accounts["researcher@example.org"])
        for person in people:
            joining.accept(joining.ask_to_join(agency, user=person), by=owner)
        for title, membership in zip(TITLES, agency.memberships.all(), strict=False):
            is_shown = membership.role == Role.OWNER or dice.random() < 0.4
            Membership.objects.filter(pk=membership.pk).update(title=title, is_shown=is_shown)
    Membership.objects.filter(user=accounts["staff@example.org"]).update(
        role=Role.MANAGER, title="社工部主管", is_shown=True
    )
    Membership.objects.filter(user=accounts["researcher@example.org"]).update(title="副研究员", is_shown=True)

    step("places, languages, logos and earlier versions")
    demo_profiles.fill(agencies, owners, today)

    demo_trust.build(agencies, owners, editor, today, step)
    step(f"{len(data['partnership'])} partnerships")
    for entry in data["partnership"]:
        first, *others = entry["parties"]
        proposed = partnership.propose(
            agencies[first],
            by=owners[first],
            kind=topics[entry["kind"]],
            title=entry["title"],
            partners=[agencies[key] for key in others],
            started_on=entry["started_on"],
            summary=entry.get("summary", ""),
        )
        if entry["confirmed"]:
            for key in others:
                partnership.confirm(
                    PartnershipParty.objects.get(partnership=proposed, agency=agencies[key]), by=owners[key]
                )


def make_account(account: dict) -> User:
    """One of the three people that a newcomer signs in as."""
    person = with_address(
        User.objects.create_user(account["email"], demo.PASSWORD, name=account["name"], is_sample=True)
    )
    if account["email"].startswith("researcher"):
        person.occupation = User.Occupation.RESEARCHER
        person.save(update_fields=["occupation"])
    if account["email"].startswith("editor"):
        person.groups.set(Group.objects.filter(name__in=[EDITORS, MODERATORS]))
    return person


def make_person(dice: random.Random, email: str) -> User:
    name = dice.choice(FAMILY_NAMES) + dice.choice(GIVEN_NAMES)
    return with_address(User.objects.create_user(email, name=name, is_sample=True))


def with_address(person: User) -> User:
    """The person with a confirmed address, so that a code by mail is enough to come in."""
    person.emailaddress_set.create(email=person.email, verified=True, primary=True)
    consent.agree(person)
    return person


def make_agency(
    entry: dict, owner: User, editor: User, dice, today: date, topics: dict, places: dict
) -> Agency:
    """One agency as its owner applied for it and an editor listed it."""
    agency = applying.apply_for_agency(
        by=owner,
        legal_name=entry["name"],
        short_name=entry["short_name"],
        name_en=entry["name_en"],
        org_type=topics[entry["org_type"]],
        division=places[entry["division"]],
        founded_on=entry["founded_on"],
        migrant_focus=entry["migrant_focus"],
        staff_band=entry.get("staff_band", ""),
        website=entry.get("website", ""),
        public_email=entry["public_email"],
        mission=entry["mission"],
        is_sample=True,
    )
    applying.list_agency(agency, by=editor)
    confirmed_on = today - timedelta(days=dice.randrange(0, 240))
    Agency.objects.filter(pk=agency.pk).update(slug=entry["key"], confirmed_on=confirmed_on)
    agency.refresh_from_db()
    agency.funding.set([topics[code] for code in entry.get("funding", [])])
    agency.texts.filter(language=CHINESE).update(
        description=entry["description"].strip(), how_to_get_help=entry.get("how_to_get_help", "")
    )
    if "mission_en" in entry:
        AgencyText.objects.create(
            agency=agency,
            language=ENGLISH,
            mission=entry["mission_en"],
            description=entry.get("description_en", "").strip(),
        )
    for service_entry in entry["service"]:
        service = Service.objects.create(
            agency=agency,
            name_zh=service_entry["name"],
            name_en=service_entry.get("name_en", ""),
            summary=service_entry["summary"],
            delivery=service_entry["delivery"],
            fees=service_entry["fees"],
        )
        service.types.set([topics[code] for code in service_entry["types"]])
        service.populations.set([topics[code] for code in service_entry["populations"]])
        service.methods.set([topics[code] for code in service_entry.get("methods", [])])
        service.areas.set([places[code] for code in service_entry["areas"]])
    return agency


def remove() -> None:
    """Take the sample agencies and people away, with what hangs from them."""
    Partnership.objects.filter(parties__agency__is_sample=True).delete()
    demo_profiles.remove()
    Agency.objects.filter(is_sample=True).delete()
    people = User.objects.filter(is_sample=True)
    for agency in leaving.only_owned_by(*people):  # somebody tried the portal and entered a real agency
        leaving.set_free(agency)
    people.delete()

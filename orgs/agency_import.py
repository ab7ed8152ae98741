"""Bringing agencies in from outside: the same rules for a table of ours and for HSDS.

An agency is found again by its unified social credit code, else by its identifier at the source, else by its name in the
same division; what is found is brought up to date, never doubled. An empty cell changes nothing. What is wrong in one
field is left out with a note; only an agency without a usable name, or one that was withdrawn, is refused.
"""

import re
import unicodedata
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext, gettext_lazy

from orgs import uscc
from orgs.applying import free_slug
from orgs.models import Agency, AgencyText, Division, Location, Service
from portal.bilingual import CHINESE, ENGLISH, language_of
from portal.importing import Refused, Report
from portal.models import Topic
from portal.tables import Row

AGENCY = gettext_lazy("agencies")
SERVICE = gettext_lazy("services")
LOCATION = gettext_lazy("locations")

TEMPLATE = Path(__file__).parent / "data" / "agencies-template.csv"
COLUMNS = {  # what we call it: the headers under which it comes. The first two are those of the template.
    "legal_name": ("全称", "full name", "名称", "机构名称", "机构全称", "name", "legal name"),
    "short_name": ("简称", "short name", "机构简称"),
    "name_en": ("英文名", "English name", "英文名称", "name in english"),
    "uscc": ("统一社会信用代码", "code", "uscc", "信用代码", "unified social credit code"),
    "org_type": ("机构类型", "type", "类型", "organisation type", "organization type"),
    "division": ("所在地区", "district", "地区", "区划", "行政区划", "division", "seat"),
    "address": ("地址", "address", "办公地址"),
    "founded_on": ("成立日期", "founded", "成立时间", "成立年份"),
    "migrant_focus": ("流动人口服务定位", "focus", "服务定位", "focus on migrants"),
    "website": ("网站", "website", "网址", "官网"),
    "public_email": ("公开邮箱", "e-mail", "邮箱", "email", "电子邮箱"),
    "public_phone": ("公开电话", "phone", "电话", "联系电话", "telephone"),
    "mission_zh": ("简介", "mission zh", "中文简介", "mission", "mission (chinese)"),
    "mission_en": ("英文简介", "mission en", "mission (english)"),
    "services": ("服务", "services", "服务项目"),
    "status": ("状态", "status"),
}
FOCUS = {
    "以流动人口为主": Agency.Focus.PRIMARY,
    "主要": Agency.Focus.PRIMARY,
    "流动人口为服务对象之一": Agency.Focus.ONE_OF_SEVERAL,
    "之一": Agency.Focus.ONE_OF_SEVERAL,
    "偶尔": Agency.Focus.OCCASIONAL,
} | {value: value for value in Agency.Focus.values}
STATUS = {
    "待列入": Agency.Status.DRAFT,
    "已列入": Agency.Status.LISTED,
    "已撤回": Agency.Status.WITHDRAWN,
} | {value: value for value in Agency.Status.values}
TYPES_BY_CODE = {  # the first characters of the code say where an organisation is registered
    "11": "org:gov",
    "12": "org:pubinst",
    "13": "org:mass",
    "3": "org:legal",
    "51": "org:assoc",
    "52": "org:sso",
    "53": "org:foundation",
    "54": "org:residents",
    "55": "org:residents",
    "81": "org:mass",
    "9": "org:socent",
    "N": "org:residents",
}
MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)


@dataclass
class Offer:
    """A service as it comes in. Topics are words or codes, still to be looked up."""

    name: str
    summary: str = ""
    types: list[str] = field(default_factory=list)
    populations: list[str] = field(default_factory=list)
    is_offered: bool = True
    external_id: str | None = None


@dataclass
class Place:
    """A location as it comes in. Coordinates are degrees."""

    name: str
    address: str = ""
    phone: str = ""
    latitude: float | None = None
    longitude: float | None = None
    external_id: str | None = None


@dataclass
class Incoming:
    """An agency as it comes in, in words: `facts` by our field names, with the columns of COLUMNS."""

    where: str
    facts: dict[str, str]
    descriptions: dict[str, str] = field(default_factory=dict)  # by language, of any length
    services: list[Offer] = field(default_factory=list)
    locations: list[Place] = field(default_factory=list)
    external_id: str | None = None
    notes: list[str] = field(default_factory=list)


def from_table(rows: list[Row], report: Report) -> list[Incoming]:
    """The agencies of our template. Raises Refused without a column of names; other strange columns are noted."""
    meanings = {plain(header): column for column, headers in COLUMNS.items() for header in headers}
    headers = {header: meanings.get(plain(header)) for header in rows[0].cells}
    if "legal_name" not in headers.values():
        raise Refused(
            gettext(
                "There is no column “%(zh)s” or “%(en)s”. The first row must hold the names of the columns."
            )
            % {"zh": COLUMNS["legal_name"][0], "en": COLUMNS["legal_name"][1]}
        )
    for header, column in headers.items():
        if column is None:
            report.note(
                AGENCY,
                sentence=gettext("The column “%(name)s” is not ours and was not read.") % {"name": header},
            )
    return [incoming(row, headers) for row in rows]


def incoming(row: Row, headers: dict[str, str | None]) -> Incoming:
    facts = {
        column: row.cells[header] for header, column in headers.items() if column and row.cells.get(header)
    }
    offers = [
        Offer(name, types=split_list(types), populations=split_list(populations))
        for name, types, populations in (
            [part.strip() for part in f"{line}||".split("|")[:3]]
            for line in re.split(r"[\n;；]+", facts.pop("services", "").replace("｜", "|"))
            if line.strip()
        )
        if name
    ]
    descriptions = {
        language: facts.pop(column)
        for column, language in (("mission_zh", CHINESE), ("mission_en", ENGLISH))
        if column in facts
    }
    return Incoming(where=str(row.number), facts=facts, descriptions=descriptions, services=offers)


class AgencyImport:
    """Takes one agency after another and tells the report. New ones are drafts, or listed with `list_new`."""

    def __init__(self, report: Report, *, list_new: bool = False):
        self.report = report
        self.list_new = list_new
        self.topics = topics_by_word()
        self.divisions = divisions_by_word()
        self.code_divisions = defaultdict(set)
        for code, last_year in Division.objects.values_list("code", "last_year"):
            self.code_divisions[code].add(last_year)
        self.named = defaultdict(list)
        for agency in Agency.objects.only("pk", "legal_name", "name_en", "division", "uscc"):
            self.remember(agency)

    def take(self, incoming: Incoming) -> None:
        """Create or update this agency with its services and locations, or refuse it whole."""
        name = incoming.facts.get("legal_name", "")
        with self.report.row(AGENCY, where=incoming.where, name=name):
            if not re.search(r"\w", name):
                raise Refused(gettext("The full name is missing."))
            notes = list(incoming.notes)
            facts = self.understand(incoming, notes)
            agency = self.find(facts, incoming.external_id) or Agency(status=Agency.Status.DRAFT)
            is_new = agency.pk is None
            if agency.status == Agency.Status.WITHDRAWN:
                raise Refused(
                    gettext("This agency was withdrawn from the directory and is not brought back.")
                )
            is_changed = self.save_agency(agency, facts, incoming, notes)
            is_changed |= self.save_texts(agency, incoming.descriptions, notes)
            what = {"where": incoming.where, "name": agency.legal_name}
            outcome = (
                self.report.created
                if is_new
                else self.report.updated
                if is_changed
                else self.report.unchanged
            )
            outcome(AGENCY, **what)
            for note in notes:
                self.report.note(AGENCY, **what, sentence=note)
            for offer in incoming.services:
                self.take_service(agency, offer, incoming.where)
            for place in incoming.locations:
                self.take_location(agency, place, incoming.where)
            self.remember(agency)

    # -- Which agency ---------------------------------------------------------------------------------------------

    def find(self, facts: dict, external_id: str | None) -> Agency | None:
        """The agency this is, by code, identifier at the source, or name in the same division."""
        code = facts.get("uscc")
        if code and (agency := Agency.objects.filter(uscc=code).first()):
            return agency
        if external_id and (agency := Agency.objects.filter(external_id=external_id).first()):
            return agency
        division = facts.get("division")
        for pk, known_division, known_code in self.named[same_name(facts["legal_name"])]:
            is_elsewhere = division and known_division and division.pk != known_division
            is_another = code and known_code and code != known_code
            if not is_elsewhere and not is_another:
                return Agency.objects.filter(pk=pk).first()
        return None

    def remember(self, agency: Agency) -> None:
        """So that a later row of the same file finds it by its name."""
        entry = (agency.pk, agency.division_id, agency.uscc)
        for name in {same_name(agency.legal_name), same_name(agency.name_en)} - {""}:
            self.named[name] = [known for known in self.named[name] if known[0] != agency.pk] + [entry]

    # -- What it says ---------------------------------------------------------------------------------------------

    def understand(self, incoming: Incoming, notes: list[str]) -> dict:
        """The words as values of our fields. What cannot be understood is left out with a note."""
        words = incoming.facts
        facts = {
            name: words[name]
            for name in ("legal_name", "short_name", "name_en", "address", "public_email", "public_phone")
            if words.get(name)
        }
        if language_of(facts["legal_name"]) == ENGLISH:
            facts.setdefault("name_en", facts["legal_name"])
        if words.get("website"):
            website = words["website"]
            facts["website"] = website if "://" in website else f"https://{website}"
        if words.get("uscc"):
            verdict = uscc.check(words["uscc"])
            if verdict.answer == uscc.Answer.MALFORMED:
                notes.append(
                    gettext("Imported without its code “%(code)s”. %(reason)s")
                    % {"code": words["uscc"], "reason": verdict.sentence}
                )
            else:
                facts["uscc"] = verdict.code
                if verdict.answer == uscc.Answer.DOUBTFUL:
                    notes.append(
                        gettext("The code %(code)s is doubtful. %(reason)s")
                        % {"code": verdict.code, "reason": verdict.sentence}
                    )
                self.note_division(verdict.code, notes)
        for name, meanings in (("migrant_focus", FOCUS), ("status", STATUS)):
            if words.get(name):
                facts[name] = meanings.get(plain(words[name]))
                if facts[name] is None:
                    del facts[name]
                    notes.append(not_understood(name, words[name]))
        if words.get("founded_on"):
            facts["founded_on"] = as_date(words["founded_on"])
            if facts["founded_on"] is None:
                del facts["founded_on"]
                notes.append(not_understood("founded_on", words["founded_on"]))
        if words.get("division"):
            found = self.divisions.get(plain(words["division"]), set())
            if len(found) == 1:
                facts["division"] = Division.objects.get(pk=next(iter(found)))
            else:
                notes.append(
                    gettext("“%(words)s” is the name of several districts. Write the province or the code.")
                    % {"words": words["division"]}
                    if found
                    else not_understood("division", words["division"])
                )
        if words.get("org_type"):
            topic = self.topics[Topic.Scheme.ORGANISATION].get(plain(words["org_type"]))
            if topic:
                facts["org_type"] = topic
            else:
                notes.append(not_understood("org_type", words["org_type"]))
        return facts

    def note_division(self, code: str, notes: list[str]) -> None:
        """Say when the division in the code is no more, or never was. A hint: the code stays as good as it is."""
        division = uscc.division_code(code)
        years = self.code_divisions.get(division)
        if not self.code_divisions or division == "100000":
            return
        if years is None:
            notes.append(
                gettext("The division %(division)s in the code is in no list of divisions.")
                % {"division": division}
            )
        elif None not in years:
            notes.append(
                gettext("The division %(division)s in the code was dissolved after %(year)d.")
                % {"division": division, "year": max(years)}
            )

    # -- Writing --------------------------------------------------------------------------------------------------

    def save_agency(self, agency: Agency, facts: dict, incoming: Incoming, notes: list[str]) -> bool:
        """Write what differs, and say whether anything did."""
        is_new = agency.pk is None
        status = facts.pop("status", None)
        if is_new:
            agency.status = self.first_status(status, notes)
            agency.slug = free_slug(facts.get("short_name") or facts["legal_name"])
            if "org_type" not in facts:
                facts["org_type"] = self.guess_type(facts)
        elif status == Agency.Status.WITHDRAWN:
            facts["status"] = status
        if incoming.external_id and not agency.external_id:
            facts["external_id"] = incoming.external_id
        changed = change(agency, facts)
        if changed:
            leave_out_what_is_wrong(agency, changed, notes, needed={"legal_name", "org_type", "external_id"})
            agency.save()
        return bool(changed)

    def first_status(self, status: str | None, notes: list[str]) -> str:
        if status == Agency.Status.WITHDRAWN or self.list_new:
            return status or Agency.Status.LISTED
        if status == Agency.Status.LISTED:
            notes.append(gettext("It waits to be listed. To list new agencies at once, import with --list."))
        return Agency.Status.DRAFT

    def guess_type(self, facts: dict) -> Topic:
        """The type that the registering department stands for; the name tells a social-work agency."""
        code = facts.get("uscc", "")
        guess = TYPES_BY_CODE.get(code[:2]) or TYPES_BY_CODE.get(code[:1], "org:sso")
        if guess == "org:sso" and re.search(r"社工|社会工作", facts["legal_name"]):
            guess = "org:msw"
        return self.topics[Topic.Scheme.ORGANISATION][guess]

    def save_texts(self, agency: Agency, descriptions: dict[str, str], notes: list[str]) -> bool:
        """The agency's prose. Words longer than a mission go to the description, their beginning to the mission."""
        has_changed = False
        for language, words in descriptions.items():
            text = agency.texts.filter(language=language).first() or AgencyText(
                agency=agency, language=language
            )
            mission = beginning(words, AgencyText._meta.get_field("mission").max_length)
            facts = {"mission": mission}
            if mission != words:
                limit = AgencyText._meta.get_field("description").max_length
                facts["description"] = beginning(words, limit)
                if len(words) > limit:
                    notes.append(
                        gettext("The description was cut to %(limit)d characters.") % {"limit": limit}
                    )
            if change(text, facts):
                text.save()
                has_changed = True
        return has_changed

    def take_service(self, agency: Agency, offer: Offer, where: str) -> None:
        with self.report.row(SERVICE, where=where, name=offer.name):
            if not offer.name:
                raise Refused(gettext("The service has no name."))
            known = None
            if offer.external_id:
                known = agency.services.filter(external_id=offer.external_id).first()
            known = known or self.same_named(agency.services.all(), offer)
            service = known or Service(agency=agency)
            facts = {name_field(offer.name): offer.name, "is_offered": offer.is_offered}
            if offer.summary:
                facts["summary"] = beginning(offer.summary, Service._meta.get_field("summary").max_length)
            if offer.external_id:
                facts["external_id"] = offer.external_id
            what = {"where": where, "name": offer.name}
            changed = change(service, facts)
            if changed:
                service.full_clean()
                service.save()
            has_changed = bool(changed)
            for relation, scheme, words in (
                (service.types, Topic.Scheme.SERVICE, offer.types),
                (service.populations, Topic.Scheme.POPULATION, offer.populations),
            ):
                topics = [
                    self.topics[scheme][plain(word)] for word in words if plain(word) in self.topics[scheme]
                ]
                before = set(relation.all())
                if topics and before != set(topics):
                    relation.set(topics)
                    has_changed = True
                for word in words:
                    if plain(word) not in self.topics[scheme]:
                        self.report.note(
                            SERVICE,
                            **what,
                            sentence=gettext("“%(word)s” is not in our vocabulary.") % {"word": word},
                        )
            outcome = (
                self.report.created
                if not known
                else self.report.updated
                if has_changed
                else self.report.unchanged
            )
            outcome(SERVICE, **what)
            if changed and not offer.is_offered:
                self.report.note(
                    SERVICE, **what, sentence=gettext("It is not offered now, so it is kept but not shown.")
                )

    def take_location(self, agency: Agency, place: Place, where: str) -> None:
        with self.report.row(LOCATION, where=where, name=place.name):
            if not place.name:
                raise Refused(gettext("The location has no name."))
            known = None
            if place.external_id:
                known = agency.locations.filter(external_id=place.external_id).first()
            known = known or self.same_named(agency.locations.all(), place)
            location = known or Location(agency=agency)
            facts = {name_field(place.name): place.name}
            facts |= {
                name: value for name in ("address", "phone", "external_id") if (value := getattr(place, name))
            }
            notes = []
            if place.latitude is not None and place.longitude is not None:
                if abs(place.latitude) <= 90 and abs(place.longitude) <= 180:
                    facts |= {"latitude": place.latitude, "longitude": place.longitude}
                else:
                    notes.append(
                        gettext(
                            "Imported without its coordinates %(latitude)s, %(longitude)s: there is no such place on earth."
                        )
                        % {"latitude": place.latitude, "longitude": place.longitude}
                    )
            changed = change(location, facts)
            if changed:
                leave_out_what_is_wrong(location, changed, notes, needed={"name_zh", "name_en"})
                location.save()
            what = {"where": where, "name": place.name}
            outcome = (
                self.report.created
                if not known
                else self.report.updated
                if changed
                else self.report.unchanged
            )
            outcome(LOCATION, **what)
            for note in notes:
                self.report.note(LOCATION, **what, sentence=note)

    @staticmethod
    def same_named(rows, coming: Offer | Place):
        """The row of this agency with that name, unless both have identifiers, which then would differ."""
        for row in rows:
            if same_name(coming.name) in (same_name(row.name_zh), same_name(row.name_en)) and not (
                row.external_id and coming.external_id
            ):
                return row
        return None


# -- Words ------------------------------------------------------------------------------------------------------------


def plain(words: str) -> str:
    """Words for comparing: half width, lower case, without spaces."""
    return "".join(unicodedata.normalize("NFKC", words).casefold().split())


def same_name(name: str) -> str:
    """A name for finding the same agency again: without spaces, brackets and points; 社会工作 and 社工 are one word."""
    return re.sub(r"[\W_]+", "", plain(name)).replace("社会工作", "社工")


def split_list(words: str) -> list[str]:
    return [word.strip() for word in re.split(r"[、,，/]+", words) if word.strip()]


def name_field(name: str) -> str:
    return "name_zh" if language_of(name) == CHINESE else "name_en"


def beginning(words: str, limit: int) -> str:
    """The first whole sentences within `limit` characters; the first characters where not one fits."""
    if len(words) <= limit:
        return words
    ends = [match.end() for match in re.finditer(r"[。!?！？\n]|[.](?=\s)", words[:limit])]
    return words[: ends[-1]].strip() if ends else words[: limit - 1] + "…"


def as_date(words: str) -> date | None:
    """2010-06-18, 2010/6/18, 2010年6月18日, 2010.6, 2010, January 01, 1970; the first day where one is not told."""
    words = unicodedata.normalize("NFKC", words).strip()
    if match := re.fullmatch(
        r"(\d{4})(?:[-/.年](\d{1,2})(?:[-/.月](\d{1,2})日?|月)?|年)?(?:[ T][\d:.]+Z?)?", words
    ):
        year, month, day = (int(part or 1) for part in match.groups())
    elif (match := re.fullmatch(r"([A-Za-z]+) (\d{1,2}),? (\d{4})", words)) and match[1].lower() in MONTHS:
        year, month, day = int(match[3]), MONTHS.index(match[1].lower()) + 1, int(match[2])
    else:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


def not_understood(column: str, words: str) -> str:
    return gettext("“%(words)s” was not understood as “%(column)s” and left out.") % {
        "words": words,
        "column": COLUMNS[column][0],
    }


def topics_by_word() -> dict[str, dict[str, Topic]]:
    """The terms of each vocabulary by code, by name in both languages, and by each part of a name like 甲 / 乙（丙）."""
    words = defaultdict(dict)
    for topic in Topic.objects.filter(is_active=True):
        known = words[topic.scheme]
        bare = re.sub(r"[（(].*?[）)]", "", topic.name_zh)
        for word in (*bare.split("/"), bare):
            known.setdefault(plain(word), topic)
    for topic in Topic.objects.filter(is_active=True):  # the exact names win
        for word in (topic.code.partition(":")[2], topic.name_zh, topic.name_en, topic.code):
            words[topic.scheme][plain(word)] = topic
    return words


def divisions_by_word() -> dict[str, set[int]]:
    """The divisions in force by code and by name, alone and after those above it. A name can stand for several."""
    words = defaultdict(set)
    divisions = {division.pk: division for division in Division.objects.current()}
    for division in divisions.values():
        names = {division.name_zh}
        above = divisions.get(division.parent_id)
        while above:
            names |= {above.name_zh + name for name in names}
            above = divisions.get(above.parent_id)
        for word in {division.code, division.name_en, *names}:
            words[plain(word)].add(division.pk)
    return words


# -- Fields -----------------------------------------------------------------------------------------------------------


def change(row: models.Model, facts: dict) -> dict:
    """Set what differs and return it as {field: value before}."""
    before = {}
    for name, value in facts.items():
        if getattr(row, name, None) != value:
            before[name] = getattr(row, name, None) if row.pk else row._meta.get_field(name).get_default()
            setattr(row, name, value)
    return before


def leave_out_what_is_wrong(row: models.Model, before: dict, notes: list[str], *, needed: set[str]) -> None:
    """Put back each changed field that its model refuses, with a note. Raises ValidationError for the needed ones."""
    try:
        row.clean_fields(exclude={field.name for field in row._meta.fields} - set(before))
    except ValidationError as error:
        if needed & set(error.error_dict):
            raise
        for name, messages in error.message_dict.items():
            notes.append(
                gettext("“%(value)s” was left out. %(field)s: %(reason)s")
                % {
                    "value": str(getattr(row, name))[:80],
                    "field": row._meta.get_field(name).verbose_name,
                    "reason": " ".join(messages),
                }
            )
            setattr(row, name, before[name])

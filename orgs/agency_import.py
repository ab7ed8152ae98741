"""Bringing agencies in from outside: the same rules for a table of ours and for HSDS.

An agency is found again by its unified social credit code, else by its identifier at the source, else by its name in the
same division; what is found is brought up to date, never doubled. An empty cell changes nothing. What is wrong in one
field is left out with a note; only an agency without a usable name, or one that was withdrawn, is refused.
"""

import re
from collections import defaultdict
from contextlib import nullcontext, suppress
from uuid import UUID

from django.utils.translation import gettext

from orgs import history, uscc, verification
from orgs.agency_table import COLUMNS
from orgs.applying import free_slug
from orgs.import_fields import change, leave_out_what_is_wrong
from orgs.incoming import AGENCY, Incoming
from orgs.models import Agency, AgencyText, Division
from orgs.open_data.organization import as_uri
from orgs.service_import import DivisionFinder, ServiceImport, is_own, tell
from orgs.wording import as_date, beginning, divisions_by_word, plain, same_name, topics_by_word
from portal.bilingual import ENGLISH, language_of
from portal.importing import Refused, Report
from portal.models import Topic

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
SAID_AS_WRITTEN = (
    *("legal_name", "short_name", "name_en", "address", "public_email", "public_phone", "hotline"),
    *("wechat_account", "supervising_unit", "staff_band", "rating"),
)
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


class AgencyImport:
    """Takes one agency after another and tells the report. New ones are drafts, or listed with `list_new`."""

    def __init__(self, report: Report, *, list_new: bool = False):
        self.report = report
        self.list_new = list_new
        self.topics = topics_by_word()
        self.divisions = DivisionFinder(divisions_by_word())
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
            if agency.status == Agency.Status.MERGED:
                raise Refused(
                    gettext("This entry was joined with that of %(agency)s. Import that one instead.")
                    % {"agency": agency.merged_into}
                )
            with history.recorded(agency, by=None) if agency.pk else nullcontext():
                is_changed = self.save_agency(agency, facts, incoming, notes)
                is_changed |= self.save_texts(agency, incoming, notes)
                is_changed |= self.save_funding(agency, incoming.funding)
                what = {"where": incoming.where, "name": agency.legal_name}
                tell(self.report, AGENCY, is_new=is_new, has_changed=is_changed, **what)
                for note in notes:
                    self.report.note(AGENCY, **what, sentence=note)
                below = ServiceImport(self.report, self.topics, self.divisions)
                is_changed |= below.take(agency, incoming.services, incoming.locations, incoming.where)
                if is_changed and not is_new:
                    agency.save(update_fields=["updated_at"])  # the directory shows all of it
            self.remember(agency)

    # -- Which agency ---------------------------------------------------------------------------------------------

    def find(self, facts: dict, external_id: str | None) -> Agency | None:
        """The agency this is, by code, identifier at the source, or name in the same division."""
        code = facts.get("uscc")
        not_merged = Agency.objects.exclude(status=Agency.Status.MERGED)
        if code and (agency := not_merged.filter(uscc=code).first()):
            return agency
        if external_id and (agency := self.by_identifier(external_id)):
            return agency
        division = facts.get("division")
        for pk, known_division, known_code in self.named[same_name(facts["legal_name"])]:
            is_elsewhere = division and known_division and division.pk != known_division
            is_another = code and known_code and code != known_code
            if not is_elsewhere and not is_another:
                return Agency.objects.filter(pk=pk).first()
        return None

    def by_identifier(self, external_id: str) -> Agency | None:
        """The agency that came in with this identifier, or that went out with it in our own open data."""
        own = external_id.removeprefix("hsds:")
        ours = Agency.objects.none()
        with suppress(ValueError):
            ours = Agency.objects.filter(public_id=UUID(own))
        return Agency.objects.filter(external_id=external_id).first() or ours.first()

    def remember(self, agency: Agency) -> None:
        """So that a later row of the same file finds it by its name."""
        entry = (agency.pk, agency.division_id, agency.uscc)
        for name in {same_name(agency.legal_name), same_name(agency.name_en)} - {""}:
            self.named[name] = [known for known in self.named[name] if known[0] != agency.pk] + [entry]

    # -- What it says ---------------------------------------------------------------------------------------------

    def understand(self, incoming: Incoming, notes: list[str]) -> dict:
        """The words as values of our fields. What cannot be understood is left out with a note."""
        words = incoming.facts
        facts = {name: words[name] for name in SAID_AS_WRITTEN if words.get(name)}
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
        if words.get("rating_year", "").isdecimal():
            facts["rating_year"] = int(words["rating_year"][:5])
        if incoming.former_names:
            facts["former_names"] = incoming.former_names
        if words.get("division"):
            division, is_several = self.divisions.find(words["division"])
            if division:
                facts["division"] = division
            else:
                notes.append(
                    gettext("“%(words)s” is the name of several districts. Write the province or the code.")
                    % {"words": words["division"]}
                    if is_several
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
        if agency.website and facts.get("website") == as_uri(agency.website):
            del facts["website"]  # the same address, written as open data writes it
        if incoming.external_id and not agency.external_id and not is_own(agency, incoming.external_id):
            facts["external_id"] = incoming.external_id
        changed = change(agency, facts)
        if changed:
            leave_out_what_is_wrong(agency, changed, notes, needed={"legal_name", "org_type", "external_id"})
            agency.save()
            verification.drop(agency)
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

    def save_texts(self, agency: Agency, incoming: Incoming, notes: list[str]) -> bool:
        """The agency's prose, as it was told apart or else by its length: see `apart`."""
        prose = {language: apart(words, notes) for language, words in incoming.descriptions.items()}
        has_changed = False
        for language, facts in (prose | incoming.prose).items():
            text = agency.texts.filter(language=language).first() or AgencyText(
                agency=agency, language=language
            )
            limits = {name: AgencyText._meta.get_field(name).max_length for name in facts}
            if change(text, {name: beginning(words, limits[name]) for name, words in facts.items()}):
                text.save()
                has_changed = True
        return has_changed

    def save_funding(self, agency: Agency, words: list[str]) -> bool:
        known = self.topics[Topic.Scheme.FUNDING]
        topics = [known[plain(word)] for word in words if plain(word) in known]
        if not topics or set(agency.funding.all()) == set(topics):
            return False
        agency.funding.set(topics)
        return True


def apart(words: str, notes: list[str]) -> dict[str, str]:
    """Words longer than a mission go to the description, their beginning to the mission."""
    mission = beginning(words, AgencyText._meta.get_field("mission").max_length)
    if mission == words:
        return {"mission": words}
    limit = AgencyText._meta.get_field("description").max_length
    if len(words) > limit:
        notes.append(gettext("The description was cut to %(limit)d characters.") % {"limit": limit})
    return {"mission": mission, "description": words}


def not_understood(column: str, words: str) -> str:
    return gettext("“%(words)s” was not understood as “%(column)s” and left out.") % {
        "words": words,
        "column": COLUMNS[column][0],
    }

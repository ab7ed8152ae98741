"""Whether a case study gives somebody away: what is found in all of its words and files, and what was decided about it.

Certain findings must go before the text is submitted, and again before it is published. Doubtful ones need a decision,
which holds as long as the same words stand there.
"""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from django.db import transaction
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from casestudies import deidentify, rich_text
from casestudies.deidentify import Finding, Known, Pseudonyms
from casestudies.files.file_text import Unreadable, text_of
from casestudies.models import CaseStudy, DeidentificationDecision, DeidentificationStatement
from orgs import visibility
from orgs.models import Agency, User

#: Fields of plain words, beside the sections, which are HTML.
PLAIN = (
    "title",
    "title_en",
    "title_zh",
    "abstract",
    "abstract_en",
    "abstract_zh",
    "keywords",
    "evidence_basis",
    "participation_note",
    "funding_note",
    "consent_note",
    "ethics_statement",
    "ethics_approval",
)
FIELDS = (*PLAIN, *CaseStudy.SECTIONS)


class Identifiable(Exception):
    """Somebody could be recognised in the text; the argument is the sentence that says what to do."""


class DecisionRefused(Exception):
    """A decision that cannot be taken, with a sentence for people."""


@dataclass
class Passage:
    """The same words wherever they stand in a case, what is suggested for them and what was decided."""

    fingerprint: str
    findings: list[Finding] = field(default_factory=list)
    decision: DeidentificationDecision | None = None

    @property
    def first(self) -> Finding:
        return self.findings[0]

    @property
    def is_certain(self) -> bool:
        return any(one.certain for one in self.findings)

    @property
    def is_open(self) -> bool:
        return self.is_certain or self.decision is None

    @property
    def can_be_replaced(self) -> bool:
        """Whether we can write into all its places: not into files, nor what is said of them."""
        return all(one.field in FIELDS for one in self.findings)


@dataclass
class Check:
    """Everything the check saw: passages, files that could not be read, pictures that people must look at."""

    passages: list[Passage]
    unreadable: list[tuple[str, str]]
    pictures: list[str]

    @property
    def certain(self) -> list[Passage]:
        return [one for one in self.passages if one.is_certain]

    @property
    def undecided(self) -> list[Passage]:
        return [one for one in self.passages if not one.is_certain and one.decision is None]

    @property
    def kept(self) -> list[Passage]:
        return [one for one in self.passages if not one.is_open]

    @property
    def is_passed(self) -> bool:
        return not (self.certain or self.undecided or self.unreadable)


def texts_of(draft: CaseStudy) -> dict[str, str]:
    """The words of a text by field, and of what it says about its files."""
    texts = {}
    for name in PLAIN:
        value = getattr(draft, name)
        texts[name] = "\n".join(map(str, value)) if isinstance(value, list) else value or ""
    for name in CaseStudy.SECTIONS:
        texts[name] = rich_text.to_plain(getattr(draft, name))
    for file in draft.attachments.all():
        texts[f"about {file.key}"] = "\n".join(
            filter(None, [file.title, file.alt_text, file.caption, file.name])
        )
    return {name: text for name, text in texts.items() if text}


def known_of(draft: CaseStudy) -> Known:
    """What is public about a case anyway: its authors and agencies, and how their profiles say they are reached."""
    agencies = [draft.agency, *(partner.agency for partner in draft.partners.all() if partner.agency_id)]
    names = {author.name for author in draft.authors.all()} | {
        author.name_en for author in draft.authors.all()
    }
    contacts: set[str] = set()
    for agency in agencies:
        names |= {agency.legal_name, agency.name_en, agency.short_name}
        contacts |= contacts_of(agency)
    return Known(names=frozenset(filter(None, names)), contacts=frozenset(filter(None, contacts)))


def contacts_of(agency: Agency) -> set[str]:
    shown = visibility.public(agency)
    return {str(shown.public_phone or ""), str(shown.public_email or "")}


def check(draft: CaseStudy) -> Check:
    """Read all words of this text and its files. Two queries for decisions and files; the files themselves are opened."""
    texts, files, unreadable, pictures = texts_of(draft), {}, [], []
    for file in draft.attachments.all():
        if file.is_image:
            pictures.append(file.title)
            continue
        try:
            files[f"file {file.key}"] = text_of(file.file)
        except (Unreadable, OSError) as reason:
            unreadable.append((file.title, str(reason)))
    known = known_of(draft)
    masks = Pseudonyms("\n".join([*texts.values(), *files.values()]))
    passages: dict[str, Passage] = {}
    for group in (texts, *({name: text} for name, text in files.items())):
        for one in found_in(group, known, masks):
            mark = fingerprint(draft, one)
            passages.setdefault(mark, Passage(mark)).findings.append(one)
    for decision in DeidentificationDecision.objects.filter(
        case_id=draft.pk, fingerprint__in=passages
    ).order_by("pk"):
        is_kept = decision.decision == DeidentificationDecision.Decision.KEEP
        passages[decision.fingerprint].decision = decision if is_kept else None
    return Check(list(passages.values()), unreadable, pictures)


def found_in(texts: dict[str, str], known: Known, masks: Pseudonyms) -> list[Finding]:
    """The findings of several fields read as one text: a pseudonym explained in the background holds in the reflection."""
    starts, whole = [], ""
    for text in texts.values():
        starts.append(len(whole))
        whole += f"{text}\n\n"
    names = list(texts)
    return [
        replace(one, field=names[bisect_right(starts, one.start) - 1])
        for one in deidentify.findings(whole, known=known, pseudonyms=masks)
    ]


def open_findings(draft: CaseStudy) -> list[Finding]:
    """What still stands in the way of handing this text in."""
    return [one for passage in check(draft).passages if passage.is_open for one in passage.findings]


def fingerprint(case: CaseStudy, found: Finding) -> str:
    """Tells whether the same words stand in the same case, without telling the words."""
    value = f"{case.pk}\n{found.kind}\n{found.text}"
    return salted_hmac("casestudies.deidentification", value, algorithm="sha256").hexdigest()


@transaction.atomic
def keep(case: CaseStudy, passage: Passage, *, by: User, reason: str) -> DeidentificationDecision:
    """Leave doubtful words as they are. Raises DecisionRefused for certain ones, and without a reason."""
    reason = " ".join(reason.replace("\x00", "").split())[:200]
    if passage.is_certain:
        raise DecisionRefused(_("This gives somebody away for certain. Replace it, or edit the text."))
    if not reason:
        raise DecisionRefused(_("Say why these words may stay."))
    if passage.first.text in reason:
        raise DecisionRefused(_("Give the reason without repeating the words: the log keeps no names."))
    return log(case, passage, "keep", by=by, reason=reason)


def log(
    case: CaseStudy, passage: Passage, decision: str, *, by: User, reason: str = ""
) -> DeidentificationDecision:
    return DeidentificationDecision.objects.create(
        case=case,
        fingerprint=passage.fingerprint,
        kind=passage.first.kind.value,
        decision=decision,
        reason=reason,
        by=by,
    )


def statement() -> str:
    """What whoever hands a case in says with it."""
    return _(
        "I have read the text and its files. Nobody who was served can be recognised in them: names are masked; numbers, addresses, schools, employers and birth dates are taken out; people in pictures have agreed or cannot be recognised."
    )


def sign(draft: CaseStudy, *, by: User) -> DeidentificationStatement:
    """Let this person stand up for the text. Raises Identifiable while something is found and not decided."""
    seen = check(draft)
    if not seen.is_passed:
        raise Identifiable(sentence(seen))
    return DeidentificationStatement.objects.create(
        case_id=draft.pk,
        revision_id=draft.latest_revision_id or 0,
        words=statement(),
        kept=len(seen.kept),
        signed_by=by,
    )


def sentence(seen: Check) -> str:
    count = len(seen.certain) + len(seen.undecided) + len(seen.unreadable)
    return ngettext(
        "One passage might give somebody away. Look at it before you submit.",
        "%(count)s passages might give somebody away. Look at them before you submit.",
        count,
    ) % {"count": count}


def refuse_to_publish(sender, draft: CaseStudy, **kwargs) -> None:
    """Receiver of `about_to_publish`: what gives somebody away for certain is published by nobody."""
    seen = check(draft)
    if seen.certain or seen.unreadable:
        raise Identifiable(
            _("Not published: the text or a file still holds %(kinds)s. Ask the authors to take it out.")
            % {"kinds": kinds_in_words(seen.certain) or _("a file that cannot be checked")}
        )


def kinds_in_words(passages: Iterable[Passage]) -> str:
    from casestudies.deidentify.words import KINDS

    return ", ".join(dict.fromkeys(str(KINDS[one.first.kind]) for one in passages))

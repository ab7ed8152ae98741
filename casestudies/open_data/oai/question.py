"""What a harvester asks: the arguments of each verb, and everything that can be wrong with them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

#: Verb: arguments it needs, arguments it takes besides, and whether a list of it can go on with a resumption token.
VERBS: dict[str, tuple[set[str], set[str], bool]] = {
    "Identify": (set(), set(), False),
    "ListMetadataFormats": (set(), {"identifier"}, False),
    "ListSets": (set(), set(), True),
    "GetRecord": ({"identifier", "metadataPrefix"}, set(), False),
    "ListIdentifiers": ({"metadataPrefix"}, {"from", "until", "set"}, True),
    "ListRecords": ({"metadataPrefix"}, {"from", "until", "set"}, True),
}
DAY = re.compile(r"\d{4}-\d\d-\d\d")
SECOND = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
#: The forms that the schema of the protocol gives these arguments; nothing else is repeated in an answer.
FORMS = {
    "metadataPrefix": re.compile(r"[A-Za-z0-9\-_.!~*'()]{1,100}"),
    "set": re.compile(r"[A-Za-z0-9\-_.!~*'()]+(:[A-Za-z0-9\-_.!~*'()]+)*"),
    "identifier": re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:[!-~]+"),
    "resumptionToken": re.compile(r"[!-~]+"),
}
LONGEST = 2000


class Refused(Exception):
    """An error of the protocol: its `code`, and a sentence."""

    def __init__(self, code: str, sentence: str):
        super().__init__(sentence)
        self.code = code


@dataclass(frozen=True)
class Question:
    """A question in good order. `arguments` are as they were sent, to be repeated in the answer.

    `since` is the first moment that counts, `before` the first that no longer does.
    """

    verb: str
    arguments: dict[str, str] = field(default_factory=dict)
    since: datetime | None = None
    before: datetime | None = None

    @property
    def token(self) -> str:
        return self.arguments.get("resumptionToken", "")


def read(pairs: Iterable[tuple[str, str]]) -> Question:
    """The question in these pairs of name and value. Raises Refused (badVerb, badArgument)."""
    arguments: dict[str, str] = {}
    repeated = set()
    for name, value in pairs:
        (repeated.add if name in arguments else lambda _name: None)(name)
        arguments[name] = value
    verb = arguments.pop("verb", None)
    if verb is None or verb not in VERBS or "verb" in repeated:
        raise Refused("badVerb", f"Ask with one verb of: {', '.join(VERBS)}.")
    needed, taken, goes_on = VERBS[verb]
    if repeated:
        raise Refused("badArgument", "An argument is repeated.")
    if goes_on and "resumptionToken" in arguments:
        needed, taken = {"resumptionToken"}, set()
    if unknown := set(arguments) - needed - taken:
        words = ", ".join(sorted(name for name in unknown if re.fullmatch(r"[A-Za-z]{1,40}", name)))
        raise Refused("badArgument", f"{verb} does not take here: {words or 'an argument that was sent'}.")
    if missing := needed - set(arguments):
        raise Refused("badArgument", f"{verb} needs: {', '.join(sorted(missing))}.")
    for name, value in arguments.items():
        if name in FORMS and (len(value) > LONGEST or not FORMS[name].fullmatch(value)):
            code = "badResumptionToken" if name == "resumptionToken" else "badArgument"
            raise Refused(code, f"{name} has a form that is not allowed.")
    since, before = span(arguments.get("from"), arguments.get("until"))
    return Question(verb, arguments, since, before)


def span(since: str | None, until: str | None) -> tuple[datetime | None, datetime | None]:
    """The moments from and before which records count. Both ends are inside, to their day or second."""
    start, start_unit = moment("from", since)
    last, last_unit = moment("until", until)
    if since and until:
        if start_unit != last_unit:
            raise Refused("badArgument", "from and until must be both days or both seconds.")
        if start and last and start > last:
            raise Refused("badArgument", "from is later than until.")
    try:
        return start, last + last_unit if last and last_unit else None
    except OverflowError:
        return start, None


def moment(name: str, words: str | None) -> tuple[datetime | None, timedelta | None]:
    """The moment that these words say, and how long it lasts."""
    if words is None:
        return None, None
    for form, pattern, unit in (
        (DAY, "%Y-%m-%d", timedelta(days=1)),
        (SECOND, "%Y-%m-%dT%H:%M:%SZ", timedelta(seconds=1)),
    ):
        if form.fullmatch(words) and words.isascii():
            try:
                return datetime.strptime(words, pattern).replace(tzinfo=UTC), unit
            except ValueError:
                break
    raise Refused("badArgument", f"{name} is no date such as 2026-11-28 or 2026-11-28T08:00:00Z.")

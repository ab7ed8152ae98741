"""What a record looks like to a search engine, and which kinds of record there are.

Adding a kind is one file: `<app>/search.py` with a RECORD, found by name through settings.RECORD_APPS.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from hashlib import blake2b
from importlib import import_module
from zlib import crc32

from django.conf import settings
from django.db.models import Model, QuerySet

from portal.bilingual import Text
from portal.search import analysis

#: What hits can be ordered by instead of by how well they match.
ORDERS = ("newest", "evidence", "read", "adapted")


@dataclass(frozen=True)
class Document:
    """One public record, in words. What is not public has no document."""

    kind: str
    pk: int
    #: The names of the record in every language that it has; the first is its own.
    titles: tuple[Text, ...]
    #: What it says, part by part; passages are taken from here, so each part must be fit to be read.
    texts: tuple[Text, ...] = ()
    #: Further words that find it but are not shown: topics, keywords, names.
    keywords: tuple[str, ...] = ()
    #: Codes of the vocabularies. A narrower code (svc:education.2) is found by its broader one too.
    topics: tuple[str, ...] = ()
    #: Code of the administrative division (GB/T 2260).
    division: str = ""
    year: int | None = None
    #: Slugs of the agencies that it belongs to, and their names, which find it too.
    agencies: tuple[str, ...] = ()
    agency_names: tuple[str, ...] = ()
    #: The one language of the interface in which it is shown; empty for every language.
    only_in: str = ""
    #: What further filters ask for, by the name of the filter: {"evidence": ("2",)}.
    marks: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    #: Where it stands in each of ORDERS that it knows, the highest first; below 2 ** 63.
    orders: Mapping[str, int] = field(default_factory=dict)

    @property
    def id(self) -> str:
        return f"{self.kind}:{self.pk}"

    @property
    def number(self) -> int:
        """Decides between hits that weigh the same: the same on every machine, and higher for the newer of a kind."""
        return number_of_kind(self.kind) | self.pk

    @property
    def fingerprint(self) -> int:
        """Another one when anything of the document is another; below 2 ** 63."""
        languages = [text.language for text in (*self.titles, *self.texts)]
        said = f"{self!r}{languages}".encode("utf-8", "replace")
        return int.from_bytes(blake2b(said, digest_size=7).digest())

    @property
    def language(self) -> str:
        return self.titles[0].language

    @property
    def fields(self) -> dict[str, str]:
        """The words of each text field of the index."""
        names = [
            name for name in self.agency_names if name not in self.titles
        ]  # an agency is not named twice
        return {
            "title": "\n".join(self.titles),
            "text": "\n".join((*self.titles, *self.texts, *self.keywords, *names)),
            "agency": "\n".join((*self.agency_names, *self.agencies)),
        }

    @property
    def tokens(self) -> dict[str, str]:
        """What stands in each text field of the index, as tokens with spaces between them."""
        fields = {name: analysis.written(words) for name, words in self.fields.items()}
        return {name: tokens for name, (tokens, _singles) in fields.items()} | {
            "single": fields["text"][1],
            "whole": " ".join(filter(None, map(analysis.whole, self.titles))),
            "pinyin": " ".join(
                sorted({each for name in self.agency_names for each in analysis.pinyin(name)})
            ),
        }

    @property
    def words(self) -> str:
        """What its names, topics and agencies are written with, each once and with spaces between."""
        named = "\n".join((*self.titles, *self.keywords, *self.agency_names))
        return " ".join(dict.fromkeys(analysis.words(named)))

    @property
    def tags(self) -> set[str]:
        """What filters ask for, as "name:value"."""
        codes = {code for topic in self.topics for code in (topic, topic.partition(".")[0])}
        tags = {f"topics:{code}" for code in codes}
        tags |= {f"division:{place}" for place in places_of(self.division)}
        tags |= codes  # svc:education asks the vocabulary "svc", so that each is a filter of its own
        tags |= {f"{name}:{value}" for name, values in self.marks.items() for value in values}
        tags |= {f"agency:{slug}" for slug in self.agencies}
        tags |= {f"language:{self.language}", f"only_in:{self.only_in}"}
        return tags | ({f"year:{self.year}"} if self.year else set())


def places_of(division: str) -> list[str]:
    """The codes of a division and of all that it is in, the widest first."""
    return [division[:length] for length in (2, 4, 6, 9, 12) if len(division) >= length]


#: Records read at once, some 9 MB; SQLite refuses a question about more than 1,000 places or agencies.
CHUNK = 900
#: The lower half of a document's number is the key of its record.
KEY = 0xFFFF_FFFF


def number_of_kind(kind: str) -> int:
    """What the numbers of a kind of record have in common; the lower 32 bits are the key."""
    return (crc32(kind.encode()) & 0x7FFF_FFFF) << 32


def records_of(numbers: Iterable[int]) -> list[tuple[str | None, int]]:
    """Kind and key of the record behind each number of a document; no kind where no app knows it any more."""
    kinds = {number_of_kind(kind): kind for kind in records()}
    return [(kinds.get(number & ~KEY), number & KEY) for number in numbers]


@dataclass(frozen=True)
class Record:
    """One kind of record: which are public, what is said of them, how a found one is shown."""

    kind: str
    model: type[Model]
    #: The records that everybody may read, with what `document` and the template need, in a constant number of queries.
    public: Callable[[], QuerySet]
    document: Callable[[Model], Document]
    #: Shows one found record; gets `record` and `passage`.
    template: str
    #: Other models whose change changes the document: the keys of the records concerned.
    parts: dict[type[Model], Callable[[Model], Iterable[int]]] = field(default_factory=dict)
    #: The field that says when the page of a record last changed.
    changed_at: str = "updated_at"
    #: What else follows when records may have changed; gets their keys after commit, and may be called twice.
    follow: Callable[[list[int]], None] | None = None

    def documents(self, pks: Iterable[int] | None = None) -> Iterable[Document]:
        """The documents of the public records, or of those among `pks` that are public."""
        if pks is None:
            records = _each_once(self.public())
        else:
            records = self.public().filter(pk__in=list(pks))
        return map(self.document, records.order_by("pk").iterator(chunk_size=CHUNK))


def _each_once(records: QuerySet) -> QuerySet:
    """The same records, but what many of them point at (an agency, a place) is read once for each chunk, not with each.

    A query more for each such field, and a fifth less time where thousands are read; few records are quicker joined.
    """
    joined = records.query.select_related
    paths = list(_paths(joined)) if isinstance(joined, dict) else []
    return records.select_related(None).prefetch_related(*paths)


def _paths(joined: dict[str, dict], before: str = "") -> Iterator[str]:
    """The names of joined fields as Django writes them: {"division": {"parent": {}}} is division and division__parent."""
    for name, further in joined.items():
        yield before + name
        yield from _paths(further, f"{before}{name}__")


@cache
def records() -> dict[str, Record]:
    """Every kind of record by its name, in the order of the tabs."""
    modules = [f"{app}.search" for app in settings.RECORD_APPS] + ["portal.search.pages"]
    return {record.kind: record for record in (import_module(module).RECORD for module in modules)}


def documents() -> Iterable[Document]:
    """All that can be found."""
    for record in records().values():
        yield from record.documents()


def how_many() -> int:
    """The number of all that can be found, for progress."""
    return sum(record.public().count() for record in records().values())

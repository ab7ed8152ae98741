"""What a record looks like to a search engine, and which kinds of record there are.

Adding a kind is one file: `<app>/search.py` with a RECORD, found by name through settings.RECORD_APPS.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module

from django.conf import settings
from django.db.models import Model, QuerySet

from portal.bilingual import Text


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

    @property
    def id(self) -> str:
        return f"{self.kind}:{self.pk}"

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
    def tags(self) -> set[str]:
        """What filters ask for, as "name:value"."""
        codes = {code for topic in self.topics for code in (topic, topic.partition(".")[0])}
        places = {self.division[:length] for length in (2, 4, 6, 9, 12) if len(self.division) >= length}
        tags = {f"topics:{code}" for code in codes} | {f"division:{place}" for place in places}
        tags |= {f"agency:{slug}" for slug in self.agencies}
        tags |= {f"language:{self.language}", f"only_in:{self.only_in}"}
        return tags | ({f"year:{self.year}"} if self.year else set())


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
        records = self.public() if pks is None else self.public().filter(pk__in=list(pks))
        return map(self.document, records.order_by("pk").iterator(chunk_size=500))


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

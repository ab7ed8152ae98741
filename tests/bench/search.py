"""How fast the embedded engine is on N generated Chinese cases, in one run with the database search that Wagtail brings.

A question counts as answered with its first twenty hits, their passages, the number by kind and five facets. Wagtail's
own search has only the hits and their number to give, and gets at most STOCK_DOCUMENTS of the cases, so that with more of
them the ratio is what it is at least. What is generated follows from SEED. One `name value unit` a line.

N=100000 .venv/bin/python -m tests.bench.search
"""

import os
import random
import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from itertools import accumulate, islice
from multiprocessing import get_context
from pathlib import Path
from statistics import median, quantiles

from tests.bench.apart import apart

if __name__ == "__main__":  # the process that searches gets all of this from ours
    SCRATCH = tempfile.TemporaryDirectory(prefix="tongxing-search-")
    own = apart(SCRATCH.name, DJANGO_SETTINGS_MODULE="portal.settings")
    os.environ.clear()
    os.environ |= own

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.test.utils import override_settings  # noqa: E402
from django_tasks_db.models import DBTaskResult  # noqa: E402
from modelsearch.backends import get_search_backend  # noqa: E402

from casestudies.models import CaseStudy  # noqa: E402
from portal import search, setup  # noqa: E402
from portal.bilingual import Text  # noqa: E402
from portal.search.document import Document  # noqa: E402
from portal.search.embedded import Embedded  # noqa: E402
from portal.search.thesaurus import read  # noqa: E402
from tests import factories  # noqa: E402

SEED, QUESTIONS, PUBLISHED = 7, 300, 20
STOCK_QUESTIONS = 30  # each takes it a good part of a second
#: What a common word takes it grows with the square of the documents: a second with 1,000, a minute with 10,000.
STOCK_DOCUMENTS = 5_000
CHARACTERS = 860  # of a document; so many had the cases of public journals, shortened
FACETS = {"topics": "svc:", "division": "", "year": "", "agency": "", "language": ""}
STOCK = {"default": {"BACKEND": "modelsearch.backends.database"}}
JOINTS = "的了在和与对从把被给到里上下中为是有没也就都还很更最各每其这那此本该等们后前时"


class Vocabulary:
    """The words of the field and invented ones, each as often as its rank says (Zipf)."""

    def __init__(self):
        chance = random.Random(SEED)
        characters = [chr(code) for code in range(0x4E00, 0x4E00 + 2500)]
        known = [word for group in read().values() for word in group.equivalents if not word.isascii()]
        invented = (
            "".join(chance.choices(characters, k=chance.choice((2, 2, 2, 3, 4)))) for _ in range(20_000)
        )
        self.words = [*known, *invented]
        chance.shuffle(self.words)
        self.weights = list(accumulate(1 / (rank + 10) for rank in range(len(self.words))))
        self.ends = ["", "", "，", "。", *JOINTS[:2]]

    def text(self, chance: random.Random, length: int) -> str:
        words = chance.choices(self.words, cum_weights=self.weights, k=length // 3)
        ends = chance.choices(self.ends, k=len(words))
        return "".join(word + end for word, end in zip(words, ends, strict=True))[:length]

    def documents(self, number: int) -> Iterator[Document]:
        for pk in range(number):
            yield self.document(pk)

    def document(self, pk: int) -> Document:
        chance = random.Random(SEED * 1_000_003 + pk)
        return Document(
            kind=chance.choice(("case", "case", "event", "agency")),
            pk=pk,
            titles=(Text(self.text(chance, 18), "zh-hans"),),
            texts=tuple(Text(self.text(chance, CHARACTERS // 4), "zh-hans") for _ in range(4)),
            topics=(f"svc:{chance.choice('abcdefgh')}", f"pop:{chance.choice('abcdefgh')}"),
            division=chance.choice(("441900", "440307", "110115", "510107")),
            year=chance.randint(2015, 2026),
            agencies=(f"agency-{chance.randint(1, 200)}",),
        )

    def questions(self) -> list[str]:
        """One to three words that occur, and some sentences."""
        chance = random.Random(SEED)
        questions = []
        for _ in range(QUESTIONS):
            words = chance.choices(self.words, cum_weights=self.weights, k=chance.choice((1, 1, 2, 3)))
            is_sentence = chance.random() < 0.1
            questions.append(f"怎么用{words[0]}帮助我们的{words[-1]}？" if is_sentence else " ".join(words))
        return questions


def timed(ask: Callable[[str], object], questions: list[str]) -> list[float]:
    """Milliseconds of each question, after a few that count for nothing."""
    for question in questions[:10]:
        ask(question)
    took = []
    for question in questions:
        begun = time.perf_counter()
        ask(question)
        took.append((time.perf_counter() - begun) * 1000)
    return took


def asked_of(folder: Path) -> tuple[list[float], float]:
    """In a process of its own: what each question took, and the megabytes that searching brought."""
    with override_settings(SEARCH_URL=f"tantivy://{folder}"):
        questions = Vocabulary().questions()
        before = resident()

        def ask(question: str) -> None:
            for hit in search.search(question, limit=20, facets=FACETS).hits:
                hit.passage  # noqa: B018  worked out when it is looked at

        return timed(ask, questions), resident() - before


def resident() -> float:
    """Megabytes that this process holds now, the pages of the index that it has read among them."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() / 1_000_000


def build(folder: Path, number: int, vocabulary: Vocabulary) -> float:
    """Build an index, and return the documents a second; making them up does not count."""
    making = 0.0

    def documents() -> Iterator[Document]:
        nonlocal making
        each = vocabulary.documents(number)
        while True:
            begun = time.perf_counter()
            some = list(islice(each, 500))
            making += time.perf_counter() - begun
            if not some:
                return
            yield from some

    begun = time.perf_counter()
    Embedded(folder).rebuild(documents)
    return number / (time.perf_counter() - begun - making)


def published(lead) -> float:
    """The milliseconds from saving one case until it can be found."""
    begun = time.perf_counter()
    case = factories.case(lead=lead, title="锦鲤")
    for job in DBTaskResult.objects.filter(backend_name="outbox"):
        job.task.call(*job.task_result.args, **job.task_result.kwargs)
        job.delete()
    took = (time.perf_counter() - begun) * 1000
    if f"case:{case.pk}" not in {hit.id for hit in search.search("title:锦鲤", limit=100).hits}:
        raise RuntimeError("what was published is not found")
    return took


def stock(number: int, vocabulary: Vocabulary, lead) -> list[float]:
    """What the questions take Wagtail's database search, over as many case studies with the same words."""
    with override_settings(WAGTAILSEARCH_BACKENDS=STOCK):
        backend = get_search_backend()
        documents = vocabulary.documents(number)
        while some := list(islice(documents, 2000)):
            cases = CaseStudy.objects.bulk_create(
                CaseStudy(agency=lead, title=each.titles[0], abstract="".join(each.texts), live=True)
                for each in some
            )
            backend.get_index_for_model(CaseStudy).add_items(CaseStudy, cases)

        def ask(question: str) -> None:
            found = backend.search(question, CaseStudy.objects.filter(live=True), operator="or")
            found.count()
            list(found[:20])

        return timed(ask, vocabulary.questions()[:STOCK_QUESTIONS])


def main() -> None:
    number = int(os.environ.get("N", "10000"))
    call_command("migrate", verbosity=0)  # whoever searches looks whether staff edited the synonyms
    setup.run()
    vocabulary = Vocabulary()
    folders = {size: Path(SCRATCH.name) / f"index-of-{size}" for size in (max(100, number // 10), number)}
    medians = []
    for folder in folders.items():
        rate = build(folder[1], folder[0], vocabulary)
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as another:
            took, megabytes = another.submit(asked_of, folder[1]).result()
        medians.append(median(took))
    size = sum(file.stat().st_size for file in folders[number].rglob("*") if file.is_file())
    print(f"search_documents {number} documents")
    print(f"search_index_docs_per_second {rate:.0f} docs/s")
    print(f"search_index_bytes_per_document {size / number:.0f} bytes")
    print(f"search_p50_ms {medians[-1]:.2f} ms")
    print(f"search_p95_ms {quantiles(took, n=20)[18]:.2f} ms")
    print(f"search_growth {medians[-1] / medians[0]:.2f} times")
    print(f"search_memory_mb {megabytes:.0f} MB", flush=True)

    settings.SEARCH_URL = f"tantivy://{folders[number]}"
    lead = factories.agency()
    DBTaskResult.objects.all().delete()
    print(f"publish_ms_at_n {median(published(lead) for _ in range(PUBLISHED)):.1f} ms", flush=True)
    stock_number = min(number, STOCK_DOCUMENTS)
    theirs = median(stock(stock_number, vocabulary, lead))
    print(f"search_stock_documents {stock_number} documents")
    print(f"search_stock_p50_ms {theirs:.2f} ms")
    print(f"search_vs_stock_ratio {theirs / medians[-1]:.1f} times")


if __name__ == "__main__":
    main()

"""How good the answers are, on a retrieval set: DATA names a folder with corpus.jsonl (_id, title, text), queries.jsonl
(_id, text) and qrels.tsv (query, document, grade). Three engines answer the same questions: ours embedded, ours on
OpenSearch, and the database search that Wagtail brings. One `name value unit` a line.

DATA=folder .venv/bin/python -m tests.bench.relevance
"""

import json
import math
import os
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from tests.bench.apart import apart

SCRATCH = tempfile.TemporaryDirectory(prefix="tongxing-relevance-")
own = apart(
    SCRATCH.name, DJANGO_SETTINGS_MODULE="portal.settings"
)  # the stock search has a database of its own
os.environ.clear()
os.environ |= own

import django  # noqa: E402

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import DatabaseError  # noqa: E402
from django.test.utils import override_settings  # noqa: E402
from modelsearch.backends import get_search_backend  # noqa: E402

from casestudies.models import CaseStudy  # noqa: E402
from portal import setup  # noqa: E402
from portal.bilingual import Text, language_of  # noqa: E402
from portal.search.document import Document  # noqa: E402
from portal.search.elastic import Elastic  # noqa: E402
from portal.search.embedded import Embedded  # noqa: E402
from portal.search.engine import Engine  # noqa: E402
from portal.search.query import understand  # noqa: E402
from portal.search.servers import address  # noqa: E402
from tests import factories  # noqa: E402
from tests.machine import Missing, opensearch  # noqa: E402

DEEP, SHALLOW = 100, 10
STOCK = {"default": {"BACKEND": "modelsearch.backends.database"}}

#: The question in, the keys of the best DEEP documents out.
Ask = Callable[[str], list[str]]


class Judged:
    """A retrieval set. Raises SystemExit with a sentence when it cannot be read."""

    def __init__(self, folder: Path):
        try:
            self.corpus = _lines(folder / "corpus.jsonl")
            questions = {line["_id"]: line["text"] for line in _lines(folder / "queries.jsonl")}
            self.grades: dict[str, dict[str, int]] = defaultdict(dict)
            for line in (folder / "qrels.tsv").read_text(encoding="utf-8").splitlines():
                question, document, grade = line.split("\t")[:3] if "\t" in line else line.split()[:3]
                if grade.lstrip("-").isdigit() and int(grade) > 0:  # a first line may hold names of columns
                    self.grades[question][document] = int(grade)
        except (OSError, ValueError, KeyError) as error:
            sys.exit(f"DATA={folder} is no retrieval set: {error!r}")
        self.questions = {id: text for id, text in questions.items() if self.grades.get(id)}


def _lines(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def measures(found: list[str], grades: dict[str, int]) -> dict[str, float]:
    """nDCG at 10 (gain 2^grade - 1), recall at 10 and at 100, and the reciprocal rank within 10, of one answer."""

    def gained(order: list[int]) -> float:
        return sum((2**grade - 1) / math.log2(rank + 2) for rank, grade in enumerate(order[:SHALLOW]))

    relevant = [id for id in found if id in grades]
    first = next((rank for rank, id in enumerate(found[:SHALLOW]) if id in grades), None)
    return {
        "ndcg_at_10": gained([grades.get(id, 0) for id in found])
        / gained(sorted(grades.values(), reverse=True)),
        "recall_at_10": len(set(relevant) & set(found[:SHALLOW])) / len(grades),
        "recall_at_100": len(set(relevant)) / len(grades),
        "mrr_at_10": 0.0 if first is None else 1 / (first + 1),
    }


def documents(judged: Judged) -> Iterator[Document]:
    for pk, line in enumerate(judged.corpus):
        title, text = line.get("title") or "", line.get("text") or ""
        language = language_of(title or text)
        yield Document(
            kind="case", pk=pk, titles=(Text(title, language),), texts=(Text(text, language_of(text)),)
        )


def ours(engine: Engine, judged: Judged) -> Ask:
    engine.rebuild(lambda: documents(judged))
    ids = [line["_id"] for line in judged.corpus]

    def ask(text: str) -> list[str]:
        return [ids[hit.pk] for hit in engine.search(understand(text), kinds=None, limit=DEEP, offset=0).hits]

    return ask


@contextmanager
def embedded(judged: Judged) -> Iterator[Ask]:
    with tempfile.TemporaryDirectory() as folder:
        yield ours(Embedded(Path(folder) / "search"), judged)


@contextmanager
def on_opensearch(judged: Judged) -> Iterator[Ask]:
    with opensearch() as url:
        yield ours(Elastic(replace(address(url()), prefix=f"relevance-{os.getpid()}"), patience=30), judged)


@contextmanager
def stock(judged: Judged) -> Iterator[Ask]:
    """Wagtail's database search over case studies, as it is without anything of ours."""
    if "portal.search.admin" in sys.modules:
        raise RuntimeError("the stock search was changed already")
    with override_settings(WAGTAILSEARCH_BACKENDS=STOCK):
        call_command("migrate", verbosity=0)
        setup.run()
        agency = factories.agency()
        cases = CaseStudy.objects.bulk_create(
            CaseStudy(
                agency=agency, title=line.get("title") or "", abstract=line.get("text") or "", live=True
            )
            for line in judged.corpus
        )
        ids = {case.pk: line["_id"] for case, line in zip(cases, judged.corpus, strict=True)}
        backend = get_search_backend()
        backend.get_index_for_model(CaseStudy).add_items(CaseStudy, cases)

        def ask(text: str) -> list[str]:
            found = backend.search(text, CaseStudy.objects.only("pk"), operator="or")
            try:
                return [ids[case.pk] for case in found[:DEEP]]
            except DatabaseError:  # it stumbles over some quotation marks
                return []

        yield ask


ENGINES = {"stock": stock, "embedded": embedded, "opensearch": on_opensearch}


def main() -> int:
    if not (folder := os.environ.get("DATA")):
        sys.exit("Write DATA= and a folder with corpus.jsonl, queries.jsonl and qrels.tsv.")
    judged = Judged(Path(folder))
    print(f"relevance_documents {len(judged.corpus)} documents")
    print(f"relevance_questions {len(judged.questions)} questions")
    missing = 0
    for name, opened in ENGINES.items():
        try:
            with opened(judged) as ask:
                begun = time.perf_counter()
                sums: dict[str, float] = defaultdict(float)
                for id, text in judged.questions.items():
                    for measure, value in measures(ask(text), judged.grades[id]).items():
                        sums[measure] += value
                took = (time.perf_counter() - begun) / len(judged.questions)
        except Missing as error:
            print(f"could not run {name}: {error}", file=sys.stderr)
            missing += 1
            continue
        for measure, value in sums.items():
            print(f"relevance_{name}_{measure} {value / len(judged.questions):.4f} ratio")
        print(f"relevance_{name}_ms {took * 1000:.2f} ms", flush=True)
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())

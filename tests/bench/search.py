"""How fast the embedded engine is: 5,000 generated Chinese case documents (N= changes it), one `name value unit` a line.

N=5000 .venv/bin/python -m tests.bench.search
"""

import os
import random
import tempfile
import time
from pathlib import Path
from statistics import quantiles

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
django.setup()

from portal.bilingual import Text  # noqa: E402
from portal.search.document import Document  # noqa: E402
from portal.search.embedded import Embedded  # noqa: E402
from portal.search.passages import passage  # noqa: E402
from portal.search.query import understand  # noqa: E402
from portal.search.thesaurus import read  # noqa: E402

SEED, CHARACTERS, QUESTIONS = 7, 860, 400
JOINTS = "的了在和与对从把被给到里上下中为是有没也就都还很更最各每其这那此本该等们后前时"


def words() -> list[str]:
    """The words of the field, and invented ones with the frequencies of a real vocabulary."""
    chance = random.Random(SEED)
    characters = [chr(code) for code in range(0x4E00, 0x4E00 + 2500)]
    known = [word for group in read().values() for word in group.equivalents if not word.isascii()]
    return known + [
        "".join(chance.choices(characters, k=chance.choice((2, 2, 2, 3, 4)))) for _ in range(8000)
    ]


def document(pk: int, vocabulary: list[str]) -> Document:
    chance = random.Random(SEED * 1_000_003 + pk)

    def text(length: int) -> str:
        parts, size = [], 0
        while size < length:
            word = vocabulary[int(chance.paretovariate(0.6)) % len(vocabulary)]
            parts.append(word + chance.choice(("", "", chance.choice(JOINTS), "，", "。")))
            size += len(parts[-1])
        return "".join(parts)

    return Document(
        kind=chance.choice(("case", "case", "event", "agency")),
        pk=pk,
        titles=(Text(text(18), "zh-hans"),),
        texts=tuple(Text(text(CHARACTERS // 4), "zh-hans") for _ in range(4)),
        topics=(f"svc:{chance.choice('abcdefgh')}", f"pop:{chance.choice('abcdefgh')}"),
        division=chance.choice(("441900", "440307", "110115", "510107")),
        year=chance.randint(2015, 2026),
    )


def main() -> None:
    number = int(os.environ.get("N", "5000"))
    vocabulary = words()
    documents = [document(pk, vocabulary) for pk in range(number)]
    chance = random.Random(SEED)
    known = [word for word in vocabulary if word]
    questions = [" ".join(chance.choices(known, k=chance.choice((1, 1, 2, 3)))) for _ in range(QUESTIONS)]
    with tempfile.TemporaryDirectory() as folder:
        engine = Embedded(Path(folder))
        begun = time.perf_counter()
        engine.rebuild(lambda: documents)
        print(f"search_index_docs_per_second {number / (time.perf_counter() - begun):.0f} docs/s")
        size = sum(file.stat().st_size for file in Path(folder).rglob("*") if file.is_file())
        print(f"search_index_bytes_per_document {size / number:.0f} bytes")

        def ask(question: str) -> float:
            begun = time.perf_counter()
            asked = understand(question)
            for hit in engine.search(asked, kinds=None, limit=20, offset=0).hits:
                passage(hit.texts, asked)
            return (time.perf_counter() - begun) * 1000

        for question in questions[:20]:
            ask(question)
        took = quantiles([ask(question) for question in questions], n=100)
        print(f"search_p50_ms {took[49]:.2f} ms")
        print(f"search_p95_ms {took[94]:.2f} ms")

        begun = time.perf_counter()
        for each in documents[:50]:
            with engine.writer() as writer:
                writer.add(each)
        print(f"search_write_one_ms {(time.perf_counter() - begun) / 50 * 1000:.2f} ms")


if __name__ == "__main__":
    main()

"""Small documents that tests write into an engine, and what it answers."""

from portal.bilingual import Text
from portal.search.document import Document
from portal.search.query import understand


def document(pk: int, title: str, text: str = "", *, kind="case", language="zh-hans", **fields) -> Document:
    return Document(
        kind=kind,
        pk=pk,
        titles=(Text(title, language),),
        texts=(Text(text, language),) if text else (),
        **fields,
    )


def add(engine, *documents: Document) -> None:
    with engine.writer() as writer:
        for each in documents:
            writer.add(each)


def remove(engine, id: str) -> None:
    with engine.writer() as writer:
        writer.remove(id)


def ids(
    engine, text: str, *, kinds=None, limit=10, offset=0, order="", is_open=False, **filters
) -> list[str]:
    asked = understand(text, filters, is_open=is_open)
    found = engine.search(asked, kinds=kinds, limit=limit, offset=offset, order=order)
    return [hit.id for hit in found.hits]

"""The paper of a case study as PDF: tagged for screen readers (PDF/UA-1) and for archives (PDF/A-2a)."""

import json
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

from django.core.cache import cache

from casestudies.paper.words import Paper
from portal import typesetting

TEMPLATE = Path(__file__).parent / "case.typ"
STANDARDS = ["a-2a", "ua-1"]
KEPT_FOR = timedelta(hours=1).total_seconds()
KEPT_AT_MOST = 5 * 1024 * 1024  # bytes of one PDF in the cache


def pdf(paper: Paper) -> bytes:
    """The PDF. The same paper gives the same bytes. Raises typesetting.CannotBeSet."""
    key = f"paper.{fingerprint(paper)}"
    content = cache.get(key)
    if content is None:
        content = typesetting.make(
            TEMPLATE,
            paper.words,
            at=paper.at,
            standards=STANDARDS,
            files=paper.pictures,
            replaces_unknown=True,
        )
        if len(content) <= KEPT_AT_MOST:
            cache.set(key, content, KEPT_FOR)
    return content


def fingerprint(paper: Paper) -> str:
    """Another one as soon as the paper would be another: it says what to keep, and never what is secret."""
    said = json.dumps(paper.words, ensure_ascii=False, sort_keys=True)
    names = sorted(paper.pictures)  # a name stands for one upload, which never changes
    return sha256(
        "\n".join([said, *names, paper.at.isoformat(), typesetting.fingerprint(TEMPLATE)]).encode()
    ).hexdigest()

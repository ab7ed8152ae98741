"""The lists of synonyms that portal staff write, taken over by every process within seconds of a change."""

import time

from django.apps import apps

from portal.search import thesaurus

ASKED_EVERY = 2.0  # seconds

_asked_at = float("-inf")
_taken_over: tuple = ()


def follow() -> None:
    """Use what staff wrote last. One small query, at most every ASKED_EVERY seconds; another when it changed."""
    global _asked_at, _taken_over
    if time.monotonic() - _asked_at < ASKED_EVERY:
        return
    lists = apps.get_model("portal", "SynonymList").objects
    stamp = tuple(lists.values_list("pk", "language", "changed_at"))
    if stamp != _taken_over:
        thesaurus.edited = dict(lists.values_list("language", "text"))
        _taken_over = stamp
    _asked_at = time.monotonic()

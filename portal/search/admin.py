"""Wagtail's own search made to find Chinese, for the editors' explorer, listings and choosers.

Both databases cut words at spaces, so a run of Chinese characters would be one long word. Here every run is written as
its pairs (流动人口: 流动 动人 人口), and the words of a query are cut the same way and must stand side by side. So any
two consecutive characters find a title, and characters that only stand in it apart do not.
"""

import re
import unicodedata
from functools import reduce
from operator import and_, or_

from django.db import connection
from django.db.models import FloatField, Value
from django.db.models.functions import Cast, Greatest, Length
from django.utils.encoding import force_str
from modelsearch.query import Phrase, PlainText
from modelsearch.utils import get_content_type_pk

if connection.vendor == "postgresql":
    from django.contrib.postgres.search import SearchQuery
    from modelsearch.backends.database.postgres import postgres as engine
else:
    from modelsearch.backends.database.sqlite import sqlite as engine

HAN = r"々〇㐀-䶿一-鿿豈-﫿𠀀-𳑿ぁ-ヿ"  # with kana, which is not cut by spaces either
PARTS = re.compile(rf"[{HAN}]+|[^{HAN}]+")
IS_HAN = re.compile(rf"[{HAN}]")
NO_WORD = re.compile(r"[\x00-\x1f\"']")
TYPICAL_TITLE = 12  # words, or pairs of characters


def parts(text: str) -> list[str]:
    """The text in the pieces that are indexed: a run of Chinese as its pairs, anything else as it stands."""
    pieces = []
    for part in PARTS.findall(unicodedata.normalize("NFKC", text)):
        if IS_HAN.match(part) and len(part) > 1:
            pieces += [part[i : i + 2] for i in range(len(part) - 1)]
        else:
            pieces.append(part)
    return pieces


def split(text: str) -> str:
    """The text as it is written to the index. Splitting it again changes nothing."""
    return " ".join(piece.strip() for piece in parts(text))


def lexeme(word: str, *, is_prefix: bool):
    """One word of a query as pieces that must stand side by side: both databases read “流动,动人” so.

    A lone character on the edge is in the index only as half of a pair, so it counts as the beginning of one at the
    end of a word (2024年 finds 2024年会), and is left out at the start of one.
    """
    pieces = parts(word)
    if len(pieces) > 1 and len(pieces[0]) == 1 and IS_HAN.match(pieces[0]):
        del pieces[0]
    is_prefix = is_prefix or (len(pieces) > 1 and len(pieces[-1]) == 1 and bool(IS_HAN.match(pieces[-1])))
    return engine.Lexeme(",".join(pieces), prefix=is_prefix)


class Indexer(engine.ObjectIndexer):
    def prepare_value(self, value):
        return split(super().prepare_value(value))


engine.ObjectIndexer = Indexer  # the index names its reader by module: this is the only door


class Index(engine.SearchBackend.index_class):
    def add_items(self, model, objs):
        super().add_items(model, objs)
        self.weigh(
            self.entries.filter(
                content_type_id=get_content_type_pk(model),
                object_id__in=[force_str(item.pk) for item in objs],
            )
        )

    def _refresh_title_norms(self, full=False):
        """Only for all at once. Modelsearch would read the whole index after each save to learn the average title."""
        if full:
            self.weigh(self.entries)

    @staticmethod
    def weigh(entries) -> None:
        """A short title that matches counts more than a long one, measured against a typical title."""
        length = Cast(Greatest(Length("title"), Value(1)), FloatField())
        entries.update(title_norm=TYPICAL_TITLE / length)


class Chinese:
    """Cuts the words of a query as the index cut those of the text."""

    def combined(self, query: PlainText):
        words = [
            word
            for word in re.split(r"[\s\-]+", NO_WORD.sub(" ", query.query_string))
            if re.search(r"\w", word)
        ]
        lexemes = [
            lexeme(word, is_prefix=self.LAST_TERM_IS_PREFIX and word is words[-1]) for word in words
        ] or [engine.Lexeme(",")]  # finds nothing
        return reduce(and_ if query.operator == "and" else or_, lexemes)


if connection.vendor == "postgresql":

    class Cutting(Chinese):
        def build_tsquery_content(self, query, config=None, invert=False):
            if isinstance(query, PlainText):
                words = SearchQuery(self.combined(query), search_type="raw", config=config)
                return ~words if invert else words
            if isinstance(query, Phrase):
                query = Phrase(split(query.query_string))
            return super().build_tsquery_content(query, config=config, invert=invert)

else:

    class Cutting(Chinese):
        def build_search_query_content(self, query, config=None):
            if isinstance(query, PlainText):
                return engine.SearchQueryExpression(self.combined(query), config=config)
            if isinstance(query, Phrase):
                query = Phrase(split(NO_WORD.sub(" ", query.query_string)))
            return super().build_search_query_content(query, config=config)


class Search(Cutting, engine.SearchBackend.query_compiler_class):
    pass


class Autocomplete(Cutting, engine.SearchBackend.autocomplete_query_compiler_class):
    pass


class SearchBackend(engine.SearchBackend):
    index_class = Index
    query_compiler_class = Search
    autocomplete_query_compiler_class = Autocomplete

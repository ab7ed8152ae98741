"""The fields of the embedded index, and how tantivy keeps each."""

from tantivy import SchemaBuilder

from portal.search.document import ORDERS
from portal.search.query import FILTERS

KIND = "kind"


def _schema():
    builder = SchemaBuilder()
    builder.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field(KIND, fast=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("tags", tokenizer_name="raw", index_option="basic")
    for name in FILTERS:  # counting a column of its own is five times as fast as picking out of all tags
        builder.add_text_field(f"by_{name}", fast=True, tokenizer_name="raw", index_option="basic")
    # Tokens come from portal.search.analysis, with spaces between them.
    builder.add_text_field("title", tokenizer_name="whitespace")
    builder.add_text_field("text", tokenizer_name="whitespace")
    builder.add_text_field("agency", tokenizer_name="whitespace")
    for name in ("single", "whole", "pinyin"):
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="freq")
    builder.add_text_field("words", fast=True, tokenizer_name="whitespace", index_option="basic")
    builder.add_unsigned_field("number", fast=True)
    builder.add_unsigned_field("fingerprint", fast=True)
    for order in ORDERS:
        builder.add_unsigned_field(order, fast=True)
    builder.add_bytes_field("shown", stored=True)
    return builder.build()


SCHEMA = _schema()

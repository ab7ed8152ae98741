"""Words in two languages: which text a reader gets, and in which language it is."""

import re

from django.utils.translation import get_language

CHINESE, ENGLISH = "zh-hans", "en"
HAN = re.compile(r"[㐀-䶿一-鿿豈-﫿𠀀-𳑿]")


class Text(str):
    """A text that knows its language, so that a page can say so in a `lang` attribute."""

    __slots__ = ("language",)
    language: str

    def __new__(cls, value: str, language: str):
        text = super().__new__(cls, value)
        text.language = language
        return text


def pick(*, zh: str, en: str) -> Text:
    """The text in the reader's language where it exists, else in the other."""
    wants_english = (get_language() or CHINESE).startswith(ENGLISH)
    if (wants_english and en) or not zh:
        return Text(en, ENGLISH)
    return Text(zh, CHINESE)


def original(value: str, language: str, *, en: str = "") -> Text:
    """A text in its own language, or its English version for a reader of English."""
    if en and (get_language() or "").startswith(ENGLISH):
        return Text(en, ENGLISH)
    return Text(value, language)


def language_of(text: str) -> str:
    """The language that a text without a label is in: Chinese as soon as it has a Chinese character."""
    return CHINESE if HAN.search(text) else ENGLISH

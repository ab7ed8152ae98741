"""Papers as PDF, set by Typst: the fonts, the standards, and what happens when a character has no glyph.

PDF/A on purpose: that standard refuses a document in which a character has no glyph, embeds every font, and lets text be
copied out. What people wrote reaches a template as JSON only, so that no words of theirs are read as Typst. The same
words and the same moment give the same bytes.
"""

import json
import re
from collections.abc import Mapping
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from typing import Any

import typst
from django.utils.translation import gettext as _

#: Families of which one must be there, and those that hold characters of names which it lacks (CJK extensions B to F).
CHINESE_FONTS = ("Noto Serif CJK SC", "Source Han Serif SC")
RARE_FONTS = ("HanaMinA", "HanaMinB")
#: Stands for a character that no installed font has, as printers have long done.
GETA = "〓"
MOST_UNKNOWN = (
    50  # kinds of characters without a glyph that are looked for, each at the cost of setting it again
)
WITHOUT_GLYPH = re.compile(r'(?:the text|the codepoint) `"(.+?)"`', re.S)
#: A compiler works on one document at a time.
alone = Lock()


class CannotBeSet(Exception):
    """The paper cannot be made on this server. Its text is a sentence for people."""


def make(
    template: Path,
    words: Mapping[str, Any],
    *,
    at: datetime,
    standards: list[str],
    files: Mapping[str, bytes] | None = None,
    replaces_unknown: bool = False,
) -> bytes:
    """The PDF that `template` makes of `words`, which it reads as JSON from `sys.inputs.data`.

    `at` is the only time in it. `files` are pictures by the name under which the template reads them. A character
    without a glyph is refused, or shown as 〓 where `replaces_unknown`. Raises CannotBeSet.
    """
    if not has_chinese_font():
        raise CannotBeSet(
            _(
                "This server has no Chinese font, so no PDF can be made now. Nothing is lost: "
                "please tell the portal's staff, and come back later."
            )
        )
    with beside(template, files or {}) as path:
        for _attempt in range(MOST_UNKNOWN):
            try:
                with alone:
                    return compiler().compile(
                        str(path),
                        root=str(path.parent),
                        format="pdf",
                        sys_inputs={"data": json.dumps(words, ensure_ascii=False)},
                        pdf_standards=standards,
                        timestamp=at.replace(microsecond=0),
                    )
            except typst.TypstError as problem:
                unknown = unknown_in(problem.message) if replaces_unknown else set()
                if not unknown:
                    raise CannotBeSet(no_glyph()) from problem
                words = without(words, unknown)
    raise CannotBeSet(no_glyph())


def no_glyph() -> str:
    return _(
        "This server has no font for one of the characters. Nothing is lost: "
        "please tell the portal's staff, and come back later."
    )


@contextmanager
def beside(template: Path, files: Mapping[str, bytes]):
    """The template where it finds these files beside it, and nothing else of this machine."""
    if not files:
        yield template
        return
    with TemporaryDirectory(prefix="typesetting-") as folder:
        for name, content in files.items():
            (Path(folder) / name).write_bytes(content)
        copy = Path(folder) / template.name
        copy.write_bytes(template.read_bytes())
        yield copy


def unknown_in(message: str) -> set[str]:
    """The characters that Typst says it could not show. It writes some as \\u{1f642}."""
    told = WITHOUT_GLYPH.search(message)
    if not told:
        return set()
    plain = re.sub(r"\\u\{([0-9a-fA-F]+)\}", lambda match: chr(int(match[1], 16)), told[1])
    return {character for character in plain if not (character.isascii() and character.isprintable())}


def without(words: Any, unknown: set[str]) -> Any:
    """The same words with 〓 for these characters."""
    if isinstance(words, str):
        return "".join(GETA if character in unknown else character for character in words)
    if isinstance(words, Mapping):
        return {name: without(value, unknown) for name, value in words.items()}
    return [without(one, unknown) for one in words] if isinstance(words, list | tuple) else words


@cache
def compiler() -> typst.Compiler:
    """One for the process: it reads the fonts once."""
    return typst.Compiler(font_paths=fonts())


@cache
def fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=True)


def has_chinese_font() -> bool:
    return not set(CHINESE_FONTS).isdisjoint(fonts().families())


def has_rare_characters() -> bool:
    return set(RARE_FONTS) <= set(fonts().families())


@cache
def fingerprint(template: Path) -> str:
    """Another one when the template changes, so that no old PDF is served."""
    return sha256(template.read_bytes()).hexdigest()[:12]

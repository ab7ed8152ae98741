"""Office documents are ZIP packages of XML parts. Here one is opened within limits, and its parts are read without traps.

zipfile never gives more than a part declares and then checks its sum, so what the directory declares can be relied on.
"""

import zipfile
from collections.abc import Iterator
from io import BytesIO
from typing import Any

from django.utils.translation import gettext as _
from lxml import etree

MOST_PARTS = 5000
MOST_UNPACKED = 200 * 1024 * 1024  # bytes
#: A package of ordinary text shrinks to a tenth. Small ones are let be: 10 MB of blanks fill no memory.
MOST_RATIO = 200
HARMLESS = 10 * 1024 * 1024
ENCRYPTED = 0x1  # in the flags of a part


class PackageRefused(Exception):
    """The package is not opened; the argument is a sentence for people."""


class PasswordNeeded(PackageRefused):
    def __init__(self):
        super().__init__(_("This file is protected by a password. Save it without one and try again."))


class UnpacksTooFar(PackageRefused):
    def __init__(self):
        super().__init__(_("This file unpacks to far more than it should. It was not opened."))


def open_package(content: bytes) -> zipfile.ZipFile:
    """The package, when it is whole and of a size that can be read. Raises PackageRefused."""
    damaged = PackageRefused(_("This file is damaged. Open it, save it again and try again."))
    try:
        package = zipfile.ZipFile(BytesIO(content))
        parts = package.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError, UnicodeError) as error:
        raise damaged from error
    if any(part.flag_bits & ENCRYPTED for part in parts):
        raise PasswordNeeded
    unpacked = sum(part.file_size for part in parts)
    if len(parts) > MOST_PARTS or unpacked > MOST_UNPACKED:
        raise UnpacksTooFar
    if unpacked > HARMLESS and unpacked > MOST_RATIO * len(content):
        raise UnpacksTooFar
    if len({part.filename for part in parts}) < len(parts):
        raise damaged  # one program would read the first of two twins, another the second
    return package


def walk(package: zipfile.ZipFile, name: str, events=("end",)) -> Iterator[tuple[str, Any]]:
    """The events and elements of an XML part as it is read, without entities and without the network."""
    with package.open(name) as part:
        yield from etree.iterparse(
            part, events=events, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
        )


def local(element) -> str:
    """The name of an element without its namespace. Comments and instructions have none."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def forget(element) -> None:
    """Let go of an element that was read, and of those before it."""
    element.clear()
    while element.getprevious() is not None:
        del element.getparent()[0]

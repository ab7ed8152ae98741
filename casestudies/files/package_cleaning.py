"""Taking out of Word, Excel and PowerPoint files what they say about their makers (ECMA-376).

Properties, names of people, comments of a Word file, older states in tracked changes, paths of an office's server and
the metadata of photographs go. What cannot be taken out surely is told to the author; what acts when the file is opened
is refused. The same file gives the same bytes.
"""

import re
import zipfile
from io import BytesIO

from django.utils.translation import gettext as _
from lxml import etree

from casestudies.report import word_changes
from portal.packages import PackageRefused, UnpacksTooFar, local, open_package
from portal.pictures import without_extras

MOST_PART = 40 * 1024 * 1024  # bytes of a part that is read as a whole
DEEPEST = 2  # documents within documents
DAWN = (1980, 1, 1, 0, 0, 0)  # the time of every part
STORIES = re.compile(r"word/(glossary/)?(document|header\d*|footer\d*|footnotes|endnotes)\.xml$")
#: Parts that are left out, with the relations that lead to them.
DROPPED = re.compile(
    r"word/(glossary/)?(comments\w*|people)\.xml$|docProps/(thumbnail\.\w+|custom\.xml)$|xl/revisions/"
)
EMPTY_CORE = (
    b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<cp:coreProperties '
    b'xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties"/>'
)
EMPTY_APP = (
    b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<Properties '
    b'xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"/>'
)
#: Elements that name people, machines or paths.
SETTINGS = {"rsids", "attachedTemplate", "docVars", "mailMerge", "trackRevisions", "writeProtection"}
PROGRAMS = re.compile(r"(vbaproject\.bin|\.(exe|bat|cmd|com|js|vbs|scr|msi|ps1|jar|lnk|hta))$|activex/", re.I)
DOCUMENT = re.compile(r"\.(docx|xlsx|pptx)$", re.I)


def clean(content: bytes, deep: int = DEEPEST) -> tuple[bytes, list[str]]:
    """The package without what describes its makers, and sentences for the author. Raises PackageRefused."""
    package = open_package(content)
    names = package.namelist()
    check_is_still(package, names)
    notes = notes_on(package, names)
    made = BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for name in names:
            if name.endswith("/") or DROPPED.match(name):
                continue
            part = package.read(name)
            if DOCUMENT.search(name):
                if deep == 0:
                    raise PackageRefused(
                        _("This file holds documents within documents. Send them one by one.")
                    )
                part, _notes = clean(part, deep - 1)
            else:
                part = cleaned_part(name, part, notes)
            new.writestr(zipfile.ZipInfo(name, DAWN), part, zipfile.ZIP_DEFLATED)
    return made.getvalue(), list(dict.fromkeys(notes))


def check_is_still(package: zipfile.ZipFile, names: list[str]) -> None:
    """Refuse what acts, or what nobody can look into. Raises PackageRefused."""
    if any(PROGRAMS.search(name) for name in names) or b"macroEnabled" in package.read("[Content_Types].xml"):
        raise PackageRefused(_("This file contains macros or a program. Save it without and try again."))
    if any("/embeddings/" in name and name.endswith(".bin") for name in names):
        raise PackageRefused(
            _(
                "This file contains an object of another program that cannot be checked. Put a picture in its place."
            )
        )


def cleaned_part(name: str, part: bytes, notes: list[str]) -> bytes:
    """One part without names. Adds to `notes` what its author should know."""
    if name == "docProps/core.xml":
        return EMPTY_CORE
    if name == "docProps/app.xml":
        return EMPTY_APP
    if re.search(r"/media/[^/]+\.(jpe?g|png)$", name, re.I):
        return without_extras(part)
    if not needs_reading(name):
        return part
    if len(part) > MOST_PART:
        raise UnpacksTooFar
    root = parsed(part)
    if name == "[Content_Types].xml":
        drop(root, lambda node: DROPPED.match((node.get("PartName") or "").lstrip("/")))
    elif name.endswith(".rels"):
        clean_relations(name, root)
    elif STORIES.match(name):
        changes = word_changes.accept(root)
        if changes.tracked:
            notes.append(_("Tracked changes were accepted, so that no earlier wording can be read."))
        if changes.comments:
            notes.append(_("Comments were left out."))
    else:
        clean_names(root)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


def needs_reading(name: str) -> bool:
    return bool(
        name.endswith((".rels", "[Content_Types].xml"))
        or STORIES.match(name)
        or re.match(
            r"word/(glossary/)?settings\.xml$|xl/(workbook|comments\d*|comments/\w+|persons/\w+)\.xml$", name
        )
        or re.match(r"ppt/(commentAuthors|authors)\.xml$", name)
    )


def parsed(part: bytes):
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    return etree.fromstring(part, parser)


def drop(root, is_unwanted) -> None:
    for node in [node for node in root.iter() if isinstance(node.tag, str) and is_unwanted(node)]:
        if node.getparent() is not None:
            node.getparent().remove(node)


def clean_relations(name: str, root) -> None:
    """Take out relations to what is left out, and to templates and data on somebody's machine."""
    folder = "" if name == "_rels/.rels" else name.replace("_rels/", "").rpartition("/")[0] + "/"

    def is_unwanted(node) -> bool:
        target = node.get("Target") or ""
        kind = (node.get("Type") or "").rpartition("/")[2]
        is_outside = node.get("TargetMode") == "External"
        path = target.lstrip("/") if target.startswith("/") else resolved(folder, target)
        return bool((not is_outside and DROPPED.match(path)) or (is_outside and "settings.xml" in name)) or (
            is_outside and kind in ("attachedTemplate", "mailMergeSource", "mailMergeHeaderSource")
        )

    drop(root, is_unwanted)


def resolved(folder: str, target: str) -> str:
    """The path of a part within the package."""
    parts = folder.rstrip("/").split("/") if folder else []
    for step in target.split("/"):
        parts = parts[:-1] if step == ".." else [*parts, step]
    return "/".join(parts)


def clean_names(root) -> None:
    """Settings, workbooks and lists of authors without people, paths and the marks of single sessions."""
    drop(root, lambda node: local(node) in SETTINGS or local(node) in ("absPath", "fileSharing"))
    for node in root.iter():
        match local(node):
            case "author" if node.text:
                node.text = ""
            case "cmAuthor" | "author" | "person":
                for key in ("name", "displayName", "initials", "userId", "providerId"):
                    if key in node.attrib:
                        node.set(key, "-")


def notes_on(package: zipfile.ZipFile, names: list[str]) -> list[str]:
    """What is in the file that its author may have forgotten, as sentences."""
    notes = []
    if "xl/workbook.xml" in names:
        book = parsed(package.read("xl/workbook.xml"))
        hidden = [
            node.get("name") or ""
            for node in book.iter()
            if local(node) == "sheet" and node.get("state") in ("hidden", "veryHidden")
        ]
        if hidden:
            notes.append(
                _("There are hidden sheets that every reader can open: %(sheets)s.")
                % {"sheets": "、".join(hidden)}
            )
        if any(re.match(r"xl/(comments|threadedComments)", name) for name in names):
            notes.append(
                _("There are comments on cells. They stay, without the names of those who wrote them.")
            )
        if any(name.startswith("xl/externalLinks/") for name in names):
            notes.append(_("The table refers to other tables. Their paths can be read in it."))
    if any(name.startswith("ppt/notesSlides/") for name in names):
        notes.append(_("There are speaker’s notes under the slides. Every reader can see them."))
    if any(DOCUMENT.search(name) for name in names):
        notes.append(_("There is a table or a document behind a chart or picture. Every reader can open it."))
    if any(re.search(r"/media/[^/]+\.(tiff?|heic|wdp)$", name, re.I) for name in names):
        notes.append(_("There are pictures in it whose metadata could not be taken out (TIFF, HEIC)."))
    return notes

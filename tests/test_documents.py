"""What the documents, and the comments in the code, say is somewhere, is there: files move, and their names stay behind."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = [ROOT / "README.md", ROOT / "ARCHITECTURE.md", *sorted((ROOT / "docs").glob("*.md"))]
FOLDERS = ("portal", "orgs", "events", "casestudies", "templates", "tests", "deploy", "docs")
#: A path in backticks, without the test that may be named after it.
PATH = re.compile(rf"`((?:{'|'.join(FOLDERS)})/[\w./-]*)(?:::\w+)?`")
#: A link or picture of a document that leads to a file beside it.
LINK = re.compile(r"\]\((?!https?:|#)([^)#]+)")


def is_there(path: str) -> bool:
    """A template is called by its name below templates/."""
    return (ROOT / path).exists() or (ROOT / "templates" / path).exists()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda file: file.name)
def test_every_path_that_a_document_names_is_there(document):
    text = document.read_text(encoding="utf-8")
    assert [path for path in PATH.findall(text) if not is_there(path)] == []
    assert [path for path in LINK.findall(text) if not (document.parent / path).exists()] == []


@pytest.mark.parametrize("folder", [name for name in FOLDERS if name != "docs"])
def test_every_path_that_the_code_names_is_there(folder):
    texts = {file: file.read_text(encoding="utf-8") for file in (ROOT / folder).rglob("*.py")}
    dead = [
        (str(file.relative_to(ROOT)), path)
        for file, text in texts.items()
        for path in PATH.findall(text)
        if not is_there(path)
    ]
    assert dead == []


def test_a_path_that_is_not_there_is_found():
    gone = "events" + "/registration.py"
    assert PATH.findall(f"in `{gone}` and `{gone}::test_it`, not `/{gone}` nor `/events/<id>/`") == [
        gone,
        gone,
    ]
    assert not is_there(gone)

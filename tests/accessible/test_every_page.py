"""Every page of the portal, for everybody who sees it: nothing keeps anybody out of it.

The pages are those of the URL configuration in the world with one of everything. They are made by the test client and shown to
a browser and to the HTML checker from memory, whenever one has a kind of element that its template had not shown before. What is looked for is in `looking.py`: axe-core's rules, width
at 320 pixels (which is a zoom of 400 %), room for spaced letters, a focus that is marked and not covered, forced colours,
less motion, and refusals that are told where the focus is.
"""

import json
import subprocess

import pytest

from portal.search import rebuild
from tests.accessible.looking import look_at
from tests.accessible.shown import pages_of
from tests.machine import ROOT, jars, java

#: The addresses are dealt out, not the people: so no page is looked at in two processes.
SHARES = 4

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("share", range(SHARES))
def test_nothing_keeps_anybody_out_of_a_page(world, tmp_path, share):
    rebuild()
    pages = list(pages_of(world, share, SHARES))
    assert html_errors(pages, tmp_path) == []
    assert look_at(pages) == {}


def html_errors(pages: list, folder) -> list[str]:
    """What the Nu HTML checker objects to; one start of it reads all pages."""
    command = [java(), "-Xss8m", "-XX:TieredStopAtLevel=1", "-cp"]
    command += [jars(ROOT / "tests/accessible/pom.xml", "The HTML checker")]
    command += ["nu.validator.client.SimpleCommandLineValidator", "--errors-only", "--format", "json"]
    names = {}
    for number, page in enumerate(pages):
        path = folder / f"{number}.html"
        path.write_text(page.html, encoding="utf-8")
        names[path.as_uri().removeprefix("file://")] = page
    said = subprocess.run([*command, *names], capture_output=True, text=True, check=False).stderr
    return [
        f"{names[error['url'].removeprefix('file:')]}: {error['message']} {error.get('extract', '')}"
        for error in json.loads(said)["messages"]
    ]

"""Which pages are looked at: one that has a fault in one state only is not passed over because the other states were seen."""

import pytest

from tests.accessible.shown import Page

SEEN = """<html lang="en"><title>Sign in</title><main><h1>Sign in</h1><form>
<label for="id_1">E-mail</label><input id="id_1" name="login" aria-describedby="id_1_help"><p id="id_1_help">As at work.</p>
<label>Stay <input type="checkbox" name="stay"></label><img src="/a.png" alt="A map"><h2>Then</h2><a href="/x/">On</a>
<table><tr><th scope="col">Day</th></tr></table><button aria-controls="id_1">Send</button></form></main></html>"""
#: What one state of the template lacks, where the others have it.
FAULTS = {
    "a label": ('<label for="id_1">E-mail</label>', ""),
    "a label that is for this field": ('for="id_1"', 'for="id_2"'),
    "a label around a box": ('<label>Stay <input type="checkbox" name="stay"></label>', '<input type="checkbox" name="stay">'),
    "the words of a picture": (' alt="A map"', ""),
    "what a link says": (">On</a>", "></a>"),
    "what a button says": (">Send</button>", "> </button>"),
    "what a column is": (">Day</th>", "></th>"),
    "the sentence that a field points to": ('<p id="id_1_help">As at work.</p>', ""),
    "what a button opens": ('aria-controls="id_1"', 'aria-controls="id_3"'),
    "a level of headings": ("<h2>Then</h2>", "<h3>Then</h3>"),
}  # fmt: skip


def is_chosen(html: str, known: dict) -> bool:
    return Page("/accounts/login/", "anonymous", html, "account/login.html").shows_something_new(known)


@pytest.mark.parametrize("lacked", FAULTS)
def test_a_page_that_lacks_what_its_template_had_is_looked_at(lacked):
    there, instead = FAULTS[lacked]
    assert there in SEEN
    known: dict = {}
    assert is_chosen(SEEN, known)
    assert is_chosen(SEEN.replace(there, instead), known)
    assert not is_chosen(SEEN.replace(there, instead), known)  # once is enough


def test_a_page_that_differs_by_words_and_numbers_alone_is_not():
    known: dict = {}
    assert is_chosen(SEEN, known)
    assert not is_chosen(SEEN.replace("id_1", "id_17").replace("E-mail", "Telephone"), known)

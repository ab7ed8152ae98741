"""The buttons that keep a case, in lists that are made once for everybody.

Such a list has a button beside every case; each reader gets those that fit them. All buttons of a page send one form.
"""

import re

from django.template.loader import render_to_string

from casestudies.keeping import reading_list

#: A button with the number of its case, as `casestudies/_keep_button.html` marks it. No text of anybody's holds a comment.
_BUTTON = re.compile(r"<!--keep (\d+)-->(<div[^>]*>).*?</div><!--/keep-->", re.DOTALL)


def for_reader(html: str, user) -> str:
    """The list with the buttons as this person needs them: none for visitors, a word where the case is kept. One query."""
    if not user.is_authenticated:
        return _BUTTON.sub("", html)
    kept = reading_list.kept_by(user, [int(pk) for pk, _start in _BUTTON.findall(html)])
    if not kept:
        return html
    words = render_to_string("casestudies/_is_kept.html").strip()
    return _BUTTON.sub(
        lambda found: f"{found[2]}{words}</div>" if int(found[1]) in kept else found[0],
        html,
    )

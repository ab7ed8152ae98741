"""The ten lines by which a case study is reviewed, each from 0 to 3, with a plain explanation (the library's design)."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Line:
    """One line: its code in the database, its words, and what to look at."""

    code: str
    title: str
    asks: str


LINES = (
    Line("real", _("Truthfulness"), _("Did this happen as told? Are time, place, numbers and roles consistent with one another?")),
    Line("professional", _("Professional quality"), _("Do assessment, aims and actions fit together, and do they follow from a theory or a method?")),
    Line("ethics", _("Ethics and privacy"), _("Did people agree, is nobody recognisable, and are dilemmas named rather than passed over?")),
    Line("needs", _("Needs"), _("Does it show whose need this was, and how the agency found out?")),
    Line("participation", _("Participation"), _("Did the people served have a say in what was done and in judging it?")),
    Line("evidence", _("Evidence of outcomes"), _("Is what came of it shown by records or measurement, with its limits? “No effect” can earn a 3.")),
    Line("new", _("Novelty"), _("Does a colleague learn something here that is not in every report?")),
    Line("transferable", _("Transferability"), _("Could another agency repeat it: are conditions, costs and the core named?")),
    Line("sustainable", _("Sustainability"), _("Is it said what goes on after the funding, and what it depends on?")),
    Line("readable", _("Readability"), _("Can a busy practitioner read it in one sitting and know what to do?")),
)  # fmt: skip
CODES = tuple(line.code for line in LINES)
SCALE = (
    (0, _("missing")),
    (1, _("weak")),
    (2, _("good")),
    (3, _("exemplary")),
)
#: What a form sends where the reviewer cannot judge a line; kept as null.
CANNOT_JUDGE = "x"


def cleaned(scores: dict) -> dict[str, int | None]:
    """The known lines with a score from 0 to 3, or None for "I cannot judge this"; whatever else is left out."""
    known = {}
    for code in CODES:
        value = scores.get(code)
        if value is None and code in scores:
            known[code] = None
        elif isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 3:
            known[code] = value
    return known

"""What stands beside each section of the form: what belongs there, and how others began."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Guidance:
    """`asks` says what belongs into a section; `example` shows a beginning, two or three sentences long."""

    asks: str
    example: str


GUIDANCE = {
    "background": Guidance(
        _(
            "Who are the people, where do they live and work, and what brought you to them? Mask names and places below the district."
        ),
        _(
            "The village has 900 residents with local papers and 21,000 without. In March a mother asked whether her son could do his homework in our office, because the night shift begins at seven."
        ),
    ),
    "needs_assessment": Guidance(
        _(
            "How did you find out what people need, whom did you ask, and what did they say? Say what you did not learn."
        ),
        _(
            "We visited 34 families in the evening and asked each the same six questions. Lessons came fourth; what parents named first was a place that is open after seven."
        ),
    ),
    "theory": Guidance(
        _("Which ideas guided you, in your own words, and what did they make you do differently?"),
        _(
            "We worked from strengths: instead of asking what a child cannot do, we asked who in the building had helped before."
        ),
    ),
    "aims": Guidance(
        _("What should be different at the end, for whom, and how would you notice? One line for each aim."),
        _(
            "By July, 20 of 30 children hand in homework on four days of five. Each family knows at least one neighbour it can call."
        ),
    ),
    "process": Guidance(
        _(
            "What did you do, step by step, so that a colleague elsewhere could repeat it? Who, how often, with what, at what cost? What changed on the way?"
        ),
        _(
            "Weeks 1–3: two social workers and four volunteers knocked on doors between seven and nine. Nobody came to the first meeting; we moved it to the courtyard."
        ),
    ),
    "outcomes": Guidance(
        _(
            "What was different afterwards, by which measure, for how many of how many? “No effect” is a result worth publishing."
        ),
        _(
            "Of 30 children, 22 stayed until July. Homework handed in rose from 41 to 68 of 100; we have no group to compare with, so part of this may be the new teacher."
        ),
    ),
    "reflection": Guidance(
        _(
            "What do you understand now that you did not before? Which dilemma did you meet, and how did you decide?"
        ),
        _(
            "We meant to help children and found that the mothers needed each other. Closing at nine suited us, not them."
        ),
    ),
    "what_did_not_work": Guidance(
        _(
            "What failed, was dropped or harmed someone? This section is read most. If nothing did, write how you looked."
        ),
        _("The online group died after three weeks: phones are shared at home. We had not asked."),
    ),
    "transferability": Guidance(
        _(
            "What would another agency need: people, money, partners, policy? What must not be left out, what can be changed?"
        ),
        _(
            "Two people who can work evenings, a room on the ground floor, and the landlord's yes. Without the landlord it did not start anywhere."
        ),
    ),
    "further_text": Guidance(
        _(
            "Anything else: sources, thanks, materials. Text of an imported report that fits no section is kept here; move it up or delete it."
        ),
        "",
    ),
}

#: What each level of evidence means, in words for authors.
EVIDENCE = (
    _("You describe what happened. Honest, and where most good work begins."),
    _("You wrote down how it should work and kept records of what was done."),
    _("You measured the same people before and after. Other causes cannot be ruled out."),
    _("You compared with people or places that did not take part."),
    _("Others repeated it elsewhere and found the same."),
)

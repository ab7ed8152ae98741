"""The forms of a review: what a reviewer fills in, and what editors say of a reviewer."""

from django import forms
from django.utils.translation import gettext_lazy as _

from casestudies.forms.fields import BroadTopicsField
from casestudies.models import CaseStudy, Review, Reviewer, ReviewerRole
from casestudies.review import rubric


class ReviewForm(forms.Form):
    """Marks, comments by section, recommendation. Everything may stay empty: a draft is saved as often as one likes."""

    evidence_level = forms.TypedChoiceField(
        label=_("Evidence as you see it"),
        choices=[("", "—"), *CaseStudy.Evidence.choices],
        coerce=int,
        empty_value=None,
        required=False,
    )
    recommendation = forms.ChoiceField(
        label=_("What you recommend"),
        choices=Review.Recommendation.choices,
        widget=forms.RadioSelect,
        required=False,
    )
    reasons = forms.CharField(
        label=_("Your reasons"),
        help_text=_(
            "The authors read this, without your name. Say first what is good, then what must change and why."
        ),
        widget=forms.Textarea({"rows": 8}),
        max_length=Review.TEXT_AT_MOST,
        required=False,
    )
    note_to_editor = forms.CharField(
        label=_("Confidential note to the editors"),
        help_text=_("Only the editors ever read this."),
        widget=forms.Textarea({"rows": 4}),
        max_length=Review.TEXT_AT_MOST,
        required=False,
    )

    def __init__(self, *args, review: Review, text: CaseStudy, **kwargs):
        super().__init__(*args, **kwargs)
        self.text = text
        marks = [*rubric.SCALE, (rubric.CANNOT_JUDGE, _("I cannot judge this"))]
        for line in rubric.LINES:
            self.fields[f"line_{line.code}"] = forms.ChoiceField(
                label=line.title,
                help_text=line.asks,
                choices=[(str(value), f"{value} · {words}" if value != rubric.CANNOT_JUDGE else words) for value, words in marks],
                widget=forms.RadioSelect,
                required=False,
            )  # fmt: skip
            if line.code in review.scores:
                score = review.scores[line.code]
                self.initial[f"line_{line.code}"] = rubric.CANNOT_JUDGE if score is None else str(score)
        said = {comment.section: comment.text for comment in review.comments.all()} if review.pk else {}
        for name in CaseStudy.SECTIONS:
            self.fields[f"comment_{name}"] = forms.CharField(
                label=CaseStudy.section_title(name),
                widget=forms.Textarea({"rows": 3}),
                max_length=Review.TEXT_AT_MOST,
                required=False,
            )
            self.initial[f"comment_{name}"] = said.get(name, "")
        for name in ("evidence_level", "recommendation", "reasons", "note_to_editor"):
            self.initial[name] = getattr(review, name)
        for name in ("recommendation", "reasons", *(f"line_{code}" for code in rubric.CODES)):
            self.fields[name].is_needed_later = True  # a draft goes without; what is handed in does not

    @property
    def lines(self) -> list:
        return [self[f"line_{line.code}"] for line in rubric.LINES]

    @property
    def sections(self) -> list[dict]:
        """The sections that were written, each with its text and the field for a comment."""
        return [{**section, "field": self[f"comment_{section['name']}"]} for section in self.text.sections]

    def changes(self) -> dict:
        """What the rule `reviewing.save` takes."""
        given = self.cleaned_data
        marks = {line.code: given[f"line_{line.code}"] for line in rubric.LINES if given[f"line_{line.code}"]}
        return {
            "scores": {
                code: None if mark == rubric.CANNOT_JUDGE else int(mark) for code, mark in marks.items()
            },
            "comments": {name: given[f"comment_{name}"] for name in CaseStudy.SECTIONS},
            "evidence_level": given["evidence_level"],
            "recommendation": given["recommendation"],
            "reasons": given["reasons"],
            "note_to_editor": given["note_to_editor"],
        }


class ReviewerForm(forms.Form):
    """A person on the list of reviewers."""

    email = forms.EmailField(label=_("E-mail address"), help_text=_("Of somebody who has an account here."))
    role = forms.ChoiceField(label=_("Reviews as"), choices=ReviewerRole.choices, widget=forms.RadioSelect)
    topics = BroadTopicsField(label=_("Knows about"))
    is_available = forms.BooleanField(label=_("Can be asked now"), initial=True, required=False)

    def __init__(self, *args, reviewer: Reviewer | None = None, **kwargs):
        super().__init__(*args, **kwargs)
        if reviewer:
            del self.fields["email"]
            self.initial = {
                "role": reviewer.role,
                "is_available": reviewer.is_available,
                "topics": reviewer.topics.all(),
            }

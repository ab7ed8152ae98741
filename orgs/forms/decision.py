"""How the portal's staff answer: yes with what was checked, or no with a reason."""

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orgs import verification
from orgs.forms.evidence import EvidenceField
from orgs.models import Agency, Application, Evidence, Verification

Level = Verification.Level


class AcceptForm(forms.Form):
    """Yes, and the level that was checked on the way; needed where verification is what was asked for."""

    level = forms.TypedChoiceField(
        label=gettext_lazy("Level that you checked"), coerce=int, empty_value=None, required=False
    )
    method = forms.CharField(
        label=gettext_lazy("How you checked it"),
        max_length=300,
        required=False,
        help_text=gettext_lazy(
            "Everybody reads this, such as: called the public number, the director answered. No names of persons."
        ),
    )
    department = forms.CharField(
        label=gettext_lazy("Department that vouches for it"),
        max_length=120,
        required=False,
        help_text=gettext_lazy("For level 4 without two recommendations."),
    )
    registry = EvidenceField(
        label=gettext_lazy("Picture of the public registry's page"),
        help_text=gettext_lazy("Needed for level 3. Only its hash is kept after 90 days."),
    )
    note = forms.CharField(
        label=gettext_lazy("Note for the staff"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args, asked: Application, **kwargs):
        super().__init__(*args, **kwargs)
        self.asked = asked
        reachable = verification.reachable(asked.agency)
        choices = [(value, words) for value, words in Level.choices if value in reachable]
        is_verification = asked.kind == Application.Kind.VERIFICATION
        if is_verification:
            self.fields["level"].required = self.fields["method"].required = True
            self.fields["level"].initial = asked.level
        else:
            choices.insert(0, ("", _("No level now")))
        self.fields["level"].choices = choices

    def clean(self):
        said = super().clean()
        level = said.get("level")
        if level and not said.get("method") and "method" not in self.errors:
            self.add_error("method", _("Please write how you checked it: the agency and visitors read it."))
        has_picture = said.get("registry") or self.has_picture_already()
        if level == Level.REGISTRY and "registry" not in self.errors and not has_picture:
            self.add_error("registry", _("Please add a picture of the registry's page."))
        return said

    def has_picture_already(self) -> bool:
        pictures = Evidence.objects.filter(kind=Evidence.Kind.REGISTRY, deleted_at=None)
        return self.asked.pk is not None and pictures.filter(application=self.asked).exists()


class VerifyForm(AcceptForm):
    """What the staff checked about an agency that did not ask, and until when it counts."""

    expires_on = forms.DateField(
        label=gettext_lazy("Counts until"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=gettext_lazy(
            "A year from today when you leave it empty. An earlier day where the paper ends before."
        ),
    )
    field_order = ["level", "method", "department", "registry", "expires_on", "note"]

    def __init__(self, *args, agency: Agency, **kwargs):
        super().__init__(
            *args, asked=Application(agency=agency, kind=Application.Kind.VERIFICATION), **kwargs
        )

    def clean_expires_on(self):
        day = self.cleaned_data["expires_on"]
        today = timezone.localdate()
        if day and not today < day <= verification.a_year_after(today):
            raise forms.ValidationError(_("It counts until a later day, and for a year at most."))
        return day


class DeclineForm(forms.Form):
    """No, with a reason that the applicant reads."""

    reason = forms.CharField(
        label=gettext_lazy("Reason or question, which they will read"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("They can answer and ask again."),
    )


class RevokeForm(forms.Form):
    """Why a badge is taken away."""

    reason = forms.CharField(label=gettext_lazy("Reason, which the agency will read"), max_length=300)

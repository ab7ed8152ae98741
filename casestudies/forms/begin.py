"""The two ways to begin: a title, or a report that is there already."""

from django import forms
from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from casestudies.models import CaseStudy
from casestudies.report import reading


class StartForm(forms.ModelForm):
    """The two things needed to begin."""

    class Meta:
        model = CaseStudy
        fields = ["title", "kind", "language"]


class ReportForm(forms.Form):
    """A report to take apart. `cleaned_data["report"]` is the Report that was read from it."""

    file = forms.FileField(
        label=gettext_lazy("Your report"),
        max_length=200,
        widget=forms.ClearableFileInput(attrs={"accept": ".docx,.md,.txt"}),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["file"].help_text = _(
            "A Word file (.docx), Markdown or plain text of at most %(size)s."
        ) % {"size": filesizeformat(settings.UPLOAD_MAX_BYTES)}

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > settings.UPLOAD_MAX_BYTES:
            raise forms.ValidationError(
                _("This file is larger than %(size)s. Take the pictures out and try again.")
                % {"size": filesizeformat(settings.UPLOAD_MAX_BYTES)}
            )
        try:
            self.cleaned_data["report"] = reading.read(file.name, file.read())
        except reading.Unreadable as refusal:
            raise forms.ValidationError(str(refusal)) from refusal
        return file

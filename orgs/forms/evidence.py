"""Files that prove something, in a form."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orgs import evidence


class FilesInput(forms.FileInput):
    """Several files at once; a phone offers its camera too."""

    template_name = "orgs/widgets/files.html"
    allow_multiple_selected = True

    def __init__(self, attrs=None):
        super().__init__({"accept": ".pdf,.jpg,.jpeg,.png,.webp", "multiple": True, **(attrs or {})})


class EvidenceField(forms.FileField):
    """Files that were examined: a list of `orgs.evidence.Scan`."""

    widget = FilesInput

    def __init__(self, **kwargs):
        kwargs.setdefault("required", False)
        kwargs.setdefault("label", gettext_lazy("Certificate or letter"))
        kwargs.setdefault(
            "help_text",
            gettext_lazy(
                "PDF or photo (JPEG, PNG, WebP), at most 5 files of 10 MB each. Only the portal's staff and your "
                "agency's managers see them; they are deleted 90 days after the decision."
            ),
        )
        super().__init__(**kwargs)

    def clean(self, data, initial=None):
        files = data if isinstance(data, (list, tuple)) else [data] if data else []
        if not files and self.required:
            raise forms.ValidationError(self.error_messages["required"], code="required")
        if len(files) > evidence.MOST_FILES:
            raise forms.ValidationError(_("Choose at most %(count)d files.") % {"count": evidence.MOST_FILES})
        scans, refusals = [], []
        for file in files:
            try:
                scans.append(evidence.examine(file))
            except evidence.EvidenceError as refusal:
                refusals.append(str(refusal))
        if refusals:
            raise forms.ValidationError(refusals)
        return scans

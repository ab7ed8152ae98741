"""Files that go with a case study, in forms."""

from django import forms
from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from casestudies.files import attachment, upload
from casestudies.models import Attachment, CaseStudy

AT_ONCE = 10


class FilesInput(forms.FileInput):
    """Several files at once; a phone offers its camera too."""

    allow_multiple_selected = True


class UploadsField(forms.FileField):
    """Files that were examined and cleaned: a list of `casestudies.files.upload.Upload`. Those that are refused say why."""

    widget = FilesInput

    def clean(self, data, initial=None):
        files = data if isinstance(data, (list, tuple)) else [data] if data else []
        if not files:
            raise forms.ValidationError(self.error_messages["required"], code="required")
        if len(files) > AT_ONCE:
            raise forms.ValidationError(_("Choose at most %(count)d files at once.") % {"count": AT_ONCE})
        uploads, refusals = [], []
        for file in files:
            try:
                uploads.append(upload.examine(file, file.name))
            except upload.UploadRefused as refusal:
                refusals.append(str(refusal))
        if refusals:
            raise forms.ValidationError(refusals)
        return uploads


def places(case: CaseStudy) -> list[tuple[str, str]]:
    """Where a picture can stand: in a section, or after the text."""
    return [
        ("", _("After the text")),
        *((name, str(CaseStudy._meta.get_field(name).verbose_name)) for name in CaseStudy.SECTIONS),
    ]


class AddForm(forms.Form):
    """New files. What each of them is called and shows is said afterwards, one by one."""

    files = UploadsField(
        label=gettext_lazy("Files"),
        widget=FilesInput(attrs={"accept": ",".join([*upload.ENDINGS.values(), ".jpeg", ".webp", ".gif"])}),
    )
    section = forms.ChoiceField(label=gettext_lazy("Pictures stand in"), required=False, choices=[("", "")])
    licence = forms.ChoiceField(
        label=gettext_lazy("Licence"), choices=Attachment.Licence.choices, required=False
    )

    def __init__(self, *args, case: CaseStudy, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["section"].choices = places(case)
        self.fields["files"].help_text = _(
            "Pictures (JPG, PNG, WebP), PDF, Word, PowerPoint, Excel (docx, pptx, xlsx), CSV, JSON or text; at most "
            "%(size)s each. Names of makers, places and devices are taken out of them."
        ) % {"size": filesizeformat(settings.UPLOAD_MAX_BYTES)}


class DescribeForm(forms.ModelForm):
    """What is said about one file."""

    section = forms.ChoiceField(label=gettext_lazy("Stands in"), required=False, choices=[("", "")])
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), required=False, choices=[("", "")])

    class Meta:
        model = Attachment
        fields = ["title", "alt_text", "caption", "section", "kind", "licence"]
        help_texts = {
            "alt_text": gettext_lazy(
                "For readers who cannot see it, in one or two sentences. No names of people in the picture."
            ),
            "caption": gettext_lazy("What readers should notice, and who made it."),
        }

    def __init__(self, *args, instance: Attachment, case: CaseStudy, **kwargs):
        super().__init__(*args, instance=instance, auto_id=f"{instance.key}-%s", **kwargs)
        if instance.is_image:
            self.fields["section"].choices = places(case)
        else:
            del self.fields["alt_text"], self.fields["section"]
        if instance.content_type in attachment.DATASETS:
            self.fields["kind"].choices = [
                choice for choice in Attachment.Kind.choices if choice[0] != Attachment.Kind.IMAGE
            ]
        else:
            del self.fields["kind"]

    def _get_validation_exclusions(self):
        return super()._get_validation_exclusions() | {"case", "key"}

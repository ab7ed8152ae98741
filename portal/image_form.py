"""Wagtail's own form for pictures, with a field that reads the whole picture first: its first bytes say little."""

from django.conf import settings
from django.core.exceptions import ValidationError
from wagtail.images.fields import WagtailImageField
from wagtail.images.forms import BaseImageForm

from portal import pictures

LONGEST = 8000  # pixels on a side; only looked at, what is kept is what was sent


class WholePictureField(WagtailImageField):
    """A picture that can be drawn to its last line. Of a broken one Wagtail's field ends in an error."""

    def to_python(self, data):
        if data and data.size <= settings.WAGTAILIMAGES_MAX_UPLOAD_SIZE:
            try:
                pictures.redraw(data.read(), longest=LONGEST)
            except pictures.PictureRefused as refusal:
                raise ValidationError(str(refusal)) from refusal
            data.seek(0)
        return super().to_python(data)


class ImageForm(BaseImageForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if sent := self.fields.get("file"):
            self.fields["file"] = WholePictureField(
                label=sent.label, required=sent.required, widget=sent.widget
            )

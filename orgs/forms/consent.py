"""Agreeing to the privacy page, at sign-up and when it changed."""

from django import forms
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orgs import consent
from portal.templatetags.portal import place


class AgreeField(forms.BooleanField):
    """A box that nobody ticks for the person. Its words lead to the page in the reader's language."""

    def __init__(self):
        super().__init__(
            label=gettext_lazy("I am at least 14 years old and agree to the privacy page"),
            error_messages={
                "required": gettext_lazy(
                    "Without this there is no account. Whoever is younger than 14 takes part with their guardians, without an account."
                )
            },
        )

    def point_at_the_page(self) -> None:
        """Say where the words are; an address needs the language of the request."""
        self.help_text = format_html(
            '<a href="{}" target="_blank" rel="noopener">{}</a> · <a href="{}" target="_blank" rel="noopener">{}</a>',
            place("privacy"),
            _("Privacy page, version of %(day)s") % {"day": consent.CURRENT["privacy"]},
            reverse("how_long_kept"),
            _("How long we keep what"),
        )


class AgreeForm(forms.Form):
    """Asked again because the words changed."""

    agrees = AgreeField()

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["agrees"].point_at_the_page()

"""The address under which somebody without an account asks what is held about them."""

from django import forms
from django.utils.translation import gettext_lazy as _


class AddressForm(forms.Form):
    address = forms.EmailField(label=_("Your e-mail address"), max_length=254)

"""How a choice of several looks."""

from django import forms


class Choices(forms.CheckboxSelectMultiple):
    """Check boxes side by side."""

    def __init__(self, attrs=None):
        super().__init__({"class": "choices", **(attrs or {})})

"""Naming a district in a form: people write it as they say it, and are asked back when it could mean two places."""

import re

from django import forms
from django.db.models import F, Q, Value
from django.db.models.functions import Concat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orgs.divisions import successors_of
from orgs.models import Division

ASKED_BACK = 6


def find(words: str, *, ended: bool = False) -> list[Division]:
    """The districts in force that the words can mean: a code, 东莞市, 东莞, 广东省东莞市, Dongguan, or Dongguan, Guangdong.

    `ended`: those that are no more instead.
    """
    words = " ".join(words.split())
    close = words.replace(" ", "")
    divisions = Division.objects.filter(last_year__isnull=not ended).select_related("parent__parent")
    if re.fullmatch(r"[0-9]{6}|[0-9]{9}|[0-9]{12}", close, re.ASCII):
        return list(divisions.filter(code=close))
    spoken = divisions.annotate(
        two=Concat(F("parent__name_zh"), F("name_zh")),
        three=Concat(F("parent__parent__name_zh"), F("parent__name_zh"), F("name_zh")),
        english=Concat(F("name_en"), Value(", "), F("parent__name_en")),
    )
    exact = (
        Q(name_zh=close) | Q(two=close) | Q(three=close) | Q(name_en__iexact=words) | Q(english__iexact=words)
    )
    return list(spoken.filter(exact)[:50]) or (
        list(spoken.filter(Q(name_zh__startswith=close) | Q(two__startswith=close))[:50])
        if len(close) > 1
        else []
    )


def offer_successors(words: str) -> None:
    """Raise ValidationError with what a district of this name became, when it is one that is no more."""
    for division in sorted(find(words, ended=True), key=lambda division: -division.last_year):
        if successors := successors_of(division):
            raise forms.ValidationError(
                _("%(was)s has not existed since %(year)d. Today it is %(now)s. Please write that."),
                params={
                    "was": division.full_name,
                    "year": division.last_year + 1,
                    "now": _(" or ").join(str(each.full_name) for each in successors),
                },
            )


def find_one(words: str) -> Division:
    """The one district that the words mean. Raises ValidationError with what else they could mean."""
    found = find(words)
    if not found:
        offer_successors(words)
        raise forms.ValidationError(
            _(
                "No district is called “%(words)s”. Write it as in 东莞市, 深圳市宝安区, or as a six-digit code."
            ),
            params={"words": words},
        )
    widest = [
        division
        for division in found
        if division.level in (Division.Level.PROVINCE, Division.Level.PREFECTURE)
    ]
    if len(found) > 1 and len(widest) != 1:
        raise forms.ValidationError(
            _("“%(words)s” can mean several places: %(places)s. Please write the longer name."),
            params={
                "words": words,
                "places": _(", ").join(division.full_name for division in found[:ASKED_BACK]),
            },
        )
    return widest[0] if len(found) > 1 else found[0]


class DivisionField(forms.CharField):
    """One district, as text. Its value is a Division or None."""

    default_error_messages = {"required": gettext_lazy("Please name a district.")}

    def __init__(self, **kwargs):
        kwargs.setdefault("max_length", 60)
        super().__init__(**kwargs)

    def prepare_value(self, value):
        return value.full_name if isinstance(value, Division) else value

    def clean(self, value):
        words = super().clean(value)
        return find_one(words) if words else None


class DivisionsField(forms.CharField):
    """Several districts, one a line. Its value is a list of divisions."""

    widget = forms.Textarea(attrs={"rows": 3})

    def __init__(self, **kwargs):
        kwargs.setdefault("max_length", 2000)
        super().__init__(**kwargs)

    def prepare_value(self, value):
        if isinstance(value, (list, tuple)):
            return "\n".join(division.full_name for division in value)
        return value

    def clean(self, value):
        words = super().clean(value)
        lines = [line.strip() for line in re.split(r"[\n;；、，]+", words) if line.strip()]
        divisions = [find_one(line) for line in lines]
        return list({division.pk: division for division in divisions}.values())

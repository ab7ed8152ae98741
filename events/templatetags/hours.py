"""Hours in templates."""

from django import template

from events.hours import words as hours_words

register = template.Library()
register.filter("in_hours", hours_words.in_hours)

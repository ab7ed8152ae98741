"""Keeping a case from wherever it is listed."""

from django import template
from django.middleware.csrf import get_token

from casestudies.keeping import reading_list

register = template.Library()


@register.inclusion_tag("casestudies/_found_keep.html", takes_context=True)
def keep_button(context, case):
    """The button beside a case in a list that is not ours, as the search of the portal. One question for the whole page."""
    request = context.request
    if is_first := not hasattr(request, "kept_cases"):
        request.kept_cases = reading_list.kept_by(request.user)
    shown = {"case": case, "kept_cases": request.kept_cases, "request": request}
    if is_first and request.user.is_authenticated:  # nobody gets a cookie for what they are not offered
        shown |= {"user": request.user, "csrf_token": get_token(request)}
    return shown

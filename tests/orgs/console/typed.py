"""Addresses of a console, and what its profile form sends."""

from django.urls import reverse

from tests import factories

FACTS = {"legal_name": "东城同心", "org_type": "", "migrant_focus": "primary", "mission_zh": "陪伴务工人员。"}


def address(name, agency, *more):
    return reverse(name, args=[agency.slug, *more])


def facts(**answers):
    return {**FACTS, "org_type": factories.topic("org:msw").pk, **answers}

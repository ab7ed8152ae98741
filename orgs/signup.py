"""Placeholder."""

from allauth.account.forms import SignupForm as Base


class SignupForm(Base):
    pass

"""Placeholder."""


def context(query, user) -> dict:
    return {}

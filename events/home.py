"""What the home page shows of this app."""


def context(user) -> dict:
    return {}

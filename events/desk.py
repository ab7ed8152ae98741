"""What needs a person today: the lines of "my desk"."""


def context(user) -> dict:
    return {}

"""Fails."""


def run(at):
    raise ValueError("I fail")

"""Remembers when it was asked."""

asked = []


def run(at):
    asked.append(at)
    return ["done"]

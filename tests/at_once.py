"""Doing several things at the same moment, each on a connection of its own: how the tests run a race for real."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from django.db import connection


def at_once(actions, *, refusals=()):
    """Do all of them at the same moment. Returns what each returned, or the refusal that it raised; other errors rise."""
    start = Barrier(len(actions))

    def run(action):
        try:
            start.wait()
            return action()
        except refusals as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(actions)) as threads:
        return list(threads.map(run, actions))

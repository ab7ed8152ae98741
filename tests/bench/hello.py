"""The settings of the portal with one address more, for `tests.bench.pages`."""

from portal.settings import *  # noqa: F403  these are settings

ROOT_URLCONF = "tests.bench.hello_urls"

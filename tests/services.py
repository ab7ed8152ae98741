"""`make services`: a PostgreSQL and an OpenSearch of our own for an afternoon of tests, until Ctrl-C.

It prints what to set, so that each run of pytest uses them instead of starting its own.
"""

import signal
from contextlib import suppress

from tests.machine import opensearch, postgres


def main() -> None:
    with suppress(KeyboardInterrupt), opensearch() as search_url, postgres() as database_url:
        print(f"export TEST_DATABASE_URL={database_url}")
        print(f"export SEARCH_TEST_URL={search_url()}", flush=True)
        signal.pause()


if __name__ == "__main__":
    main()

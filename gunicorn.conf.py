"""The web server in production: `gunicorn portal.wsgi` reads this. Two processes of four threads suit a small machine."""

import os
import sys

from portal.secret_addresses import Masked

bind = os.environ.get("BIND", "127.0.0.1:8000")
workers = int(os.environ.get("WEB_PROCESSES", "2"))
threads = int(os.environ.get("WEB_THREADS", "4"))
worker_class = "gthread"
preload_app = True
max_requests, max_requests_jitter = 20_000, 2_000  # a slow leak never becomes a night call
accesslog = None  # the proxy in front writes one; ours would hold secret addresses


def on_starting(server):
    """Where gunicorn tells of a request that went wrong, it leaves the secret of the address out."""
    server.log.error_log.addFilter(Masked())


def post_fork(server, worker):
    """Let a request keep the interpreter until it waits for something: threads that take turns every 5 ms all get slower."""
    sys.setswitchinterval(0.05)

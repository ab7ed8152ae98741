"""The web server in production: `gunicorn portal.wsgi` reads this. Two processes of three threads suit a small machine."""

import gc
import os
import shutil
import sys
import tempfile

# Each process counts what it answered in a file of its own here; it must be said before anything is counted.
os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", tempfile.mkdtemp(prefix="tongxing-metrics-"))

from portal.log_lines import JsonLine
from portal.secret_addresses import Masked

bind = os.environ.get("BIND", "127.0.0.1:8000")
workers = int(os.environ.get("WEB_PROCESSES", "2"))
threads = int(os.environ.get("WEB_THREADS", "3"))
worker_class = "gthread"
preload_app = True
max_requests, max_requests_jitter = 20_000, 2_000  # a slow leak never becomes a night call
control_socket_disable = True  # systemd and compose steer it by signals
accesslog = None  # the proxy in front writes one; ours would hold secret addresses


def on_starting(server):
    """Where gunicorn tells of a request that went wrong, it leaves the secret of the address out; its lines are ours."""
    server.log.error_log.addFilter(Masked())
    if os.environ.get("LOG_FORMAT", "json") == "json":
        for handler in server.log.error_log.handlers:
            handler.setFormatter(JsonLine())


def when_ready(server):
    """What was loaded before the processes part is never collected: it stays shared memory, and no time goes into it."""
    from portal.warming_up import warm_up

    warm_up()
    gc.collect()
    gc.freeze()


def post_fork(server, worker):
    """Let a request keep the interpreter until it waits for something: threads that take turns every 5 ms all get slower.

    What a request leaves behind is mostly freed when its last name goes; cycles are looked for after some requests, not
    several times in each.
    """
    sys.setswitchinterval(0.05)
    gc.set_threshold(20_000, 20, 20)


def child_exit(server, worker):
    """What a process counted is kept when it ends; what it only measured at that moment is not."""
    from prometheus_client import multiprocess

    multiprocess.mark_process_dead(worker.pid)


def on_exit(server):
    """The next start counts from zero, as monitoring expects."""
    shutil.rmtree(os.environ["PROMETHEUS_MULTIPROC_DIR"], ignore_errors=True)

"""An upgrade: the web service starts anew while people come."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import urllib.request

import pytest
from django.conf import settings as portal_settings

from tests.portal.test_worker import PATIENCE, database_url

#: What systemd does before a service that has a socket: the socket is file 3, and the process is told that it is for it.
AS_SYSTEMD = (
    "import os, sys; os.environ |= {'LISTEN_PID': str(os.getpid()), 'LISTEN_FDS': '1'};"
    "os.execv(sys.executable, [sys.executable, '-m', 'gunicorn', 'portal.wsgi'])"
)


class Service:
    """`tongxing-web` with the socket of `tongxing-web.socket`, which stays when the service ends.

    Returns as `systemctl start` does: when the service has said that it is ready (`Type=notify`).
    """

    def __init__(self, listener: socket.socket, told: socket.socket, folder):
        self.process = subprocess.Popen(
            [sys.executable, "-c", AS_SYSTEMD],
            cwd=portal_settings.BASE_DIR,
            env={
                **os.environ,
                "DATABASE_URL": database_url(),
                "VAR_DIR": str(folder),
                "NOTIFY_SOCKET": told.getsockname(),
            },
            preexec_fn=lambda: os.dup2(listener.fileno(), 3),
            pass_fds=(3, listener.fileno()),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        assert told.recv(1000).startswith(b"READY=1")

    def end(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=PATIENCE)


class Visitor(threading.Thread):
    """Asks for one page after the other, each on a connection of its own."""

    def __init__(self, port: int):
        super().__init__(daemon=True)
        self.address = f"http://127.0.0.1:{port}/robots.txt"
        self.answers: list[int | str] = []
        self.is_leaving = threading.Event()

    def run(self) -> None:
        while not self.is_leaving.is_set():
            try:
                with urllib.request.urlopen(self.address, timeout=PATIENCE) as answer:
                    self.answers.append(answer.status)
            except OSError as fault:
                self.answers.append(str(fault))

    def reads(self, more: int) -> None:
        """Wait until this visitor has read so many more answers."""
        wanted = len(self.answers) + more
        for _tenth in range(PATIENCE * 10):
            if len(self.answers) >= wanted:
                return
            signal.sigtimedwait([], 0.1)
        raise AssertionError("nobody answered")


@pytest.fixture
def listener():
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listener:
        yield listener


@pytest.fixture
def told():
    """Where systemd hears from its services."""
    with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as told:
        told.bind(f"{folder}/notify")  # a short path: no longer one is allowed
        told.settimeout(PATIENCE)
        yield told


def test_who_comes_while_the_web_service_starts_anew_waits_and_is_answered(
    django_db_setup, django_db_blocker, listener, told, tmp_path
):
    with django_db_blocker.unblock():
        services = [Service(listener, told, tmp_path)]
        visitors = [Visitor(listener.getsockname()[1]) for _n in range(4)]
        try:
            for visitor in visitors:
                visitor.start()
            visitors[0].reads(5)
            services[0].end()
            services.append(Service(listener, told, tmp_path))
            for visitor in visitors:
                visitor.reads(2)  # one may have been on its way
            for visitor in visitors:
                visitor.is_leaving.set()
                visitor.join(timeout=PATIENCE)
        finally:
            for service in services:
                service.end()

    assert {answer for visitor in visitors for answer in visitor.answers} == {200}

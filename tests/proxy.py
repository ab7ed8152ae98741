"""The proxy as we hand it out (deploy/nginx.conf), on free ports of this machine and with folders of a test."""

import http.client
import os
import re
import shutil
import socket
import ssl
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

CONF = Path(__file__).resolve().parent.parent / "deploy" / "nginx.conf"
NAME = "portal.example.org"


def find() -> str:
    """The path of nginx; without it, or openssl, the test is skipped."""
    nginx = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if not (nginx and shutil.which("openssl")):
        pytest.skip("nginx is not installed here")
    return nginx


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return free.getsockname()[1]


def settings_in(folder: Path, *, upstream: int, secure: int = 0, plain: int = 0) -> Path:
    """Our settings with a certificate, files and ports of this machine."""
    nginx, files = find(), {"-keyout": folder / "privkey.pem", "-out": folder / "fullchain.pem"}
    named = [str(word) for pair in files.items() for word in pair]
    subject = ["-subj", f"/CN={NAME}", "-days", "2", "-nodes"]
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", *subject, *named], check=True, capture_output=True
    )
    text = CONF.read_text()
    for ours, here in {
        "/etc/tongxing/tls": str(folder),
        "/var/cache/nginx/tongxing": str(folder / "kept"),
        "/srv/tongxing/var": str(folder),
        "/dev/stdout": str(folder / "access.log"),
        "web:8000": f"127.0.0.1:{upstream}",
        "worker_processes auto;": "worker_processes 1;",
    }.items():
        assert ours in text
        text = text.replace(ours, here)
    if secure:
        text = text.replace("listen 443", f"listen 127.0.0.1:{secure}").replace(
            "listen 80", f"listen 127.0.0.1:{plain}"
        )
    version = subprocess.run([nginx, "-v"], capture_output=True, text=True, check=True).stderr
    if tuple(map(int, re.search(r"nginx/(\d+)\.(\d+)", version).groups())) < (1, 25):
        text = text.replace("http2 on;", "")
    parts = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    places = "\n".join(f"{part}_temp_path {folder}/{part};" for part in parts)
    text = text.replace("http {", f"http {{\n{places}", 1)
    account = "user root;" if os.geteuid() == 0 else ""  # folders of a test are closed to other accounts
    (folder / "nginx.conf").write_text(
        f"{account} daemon off; pid {folder}/pid; error_log {folder}/log;\n{text}"
    )
    return folder / "nginx.conf"


class Answer:
    def __init__(self, given: http.client.HTTPResponse):
        self.status, self.headers, self.body = given.status, given.headers, given.read()

    def __getitem__(self, name: str) -> str | None:
        return self.headers[name]


class Proxy:
    def __init__(self, secure: int, plain: int):
        self.secure, self.plain = secure, plain

    def get(self, path: str, **headers: str) -> Answer:
        trusting = ssl._create_unverified_context()
        return answer(http.client.HTTPSConnection("127.0.0.1", self.secure, context=trusting), path, headers)

    def get_plainly(self, path: str, **headers: str) -> Answer:
        return answer(http.client.HTTPConnection("127.0.0.1", self.plain), path, headers)


def answer(connection, path: str, headers: dict[str, str]) -> Answer:
    connection.request("GET", path, headers={"Host": NAME, **headers})
    given = Answer(connection.getresponse())
    connection.close()
    return given


@contextmanager
def running(folder: Path, *, upstream: int):
    """Our proxy before the server at that port."""
    ports = {"secure": free_port(), "plain": free_port()}
    file = settings_in(folder, upstream=upstream, **ports)
    process = subprocess.Popen([find(), "-c", str(file)], stderr=subprocess.PIPE)
    try:
        for _tenth in range(100):
            assert process.poll() is None, process.stderr.read()
            try:
                socket.create_connection(("127.0.0.1", ports["secure"]), timeout=1).close()
                break
            except OSError:
                time.sleep(0.1)
        yield Proxy(**ports)
    finally:
        process.terminate()
        process.wait(timeout=20)

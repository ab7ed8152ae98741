"""A mail server of our own on a free port: takes mail, refuses it, or stops in the middle of it."""

import socketserver
from contextlib import contextmanager
from email import message_from_bytes
from threading import Event, Thread


class MailServer(socketserver.ThreadingTCPServer):
    """`mails`: what was accepted. `hold_at`: "greeting" or "answer", where the next connection stops for ever.

    `is_held` is set as soon as one stopped there. `refuses`: say 451 to every recipient.
    `unknown`: addresses to which it says 550.
    """

    allow_reuse_address = daemon_threads = True

    def __init__(self):
        self.mails, self.hold_at, self.is_held, self.refuses = [], "", Event(), False
        self.unknown: set[str] = set()
        super().__init__(("127.0.0.1", 0), Conversation)

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.server_address[1]}"

    def holds(self, place: str) -> bool:
        if self.hold_at != place:
            return False
        self.hold_at = ""
        self.is_held.set()
        return True


class Conversation(socketserver.StreamRequestHandler):
    """As much of RFC 5321 as a client needs to hand over a mail."""

    def handle(self):
        if self.server.holds("greeting"):
            self.rfile.read()  # until the client is gone
            return
        self.say("220 ready")
        while line := self.rfile.readline():
            word = line[:4].upper().strip()
            if word == b"DATA":
                self.say("354 go on")
                self.server.mails.append(message_from_bytes(self.text()))
                if self.server.holds("answer"):
                    self.rfile.read()
                    return
                self.say("250 accepted")
            elif word == b"QUIT":
                self.say("221 bye")
                return
            elif word == b"RCPT" and self.server.refuses:
                self.say("451 not now")
            elif word == b"RCPT" and any(address.encode() in line for address in self.server.unknown):
                self.say(f"550 no such user: {line.decode().strip()}")
            else:
                self.say("250 yes")

    def text(self) -> bytes:
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line[1:] if line.startswith(b"..") else line)
        return b"".join(lines)

    def say(self, line: str):
        self.wfile.write(f"{line}\r\n".encode())


@contextmanager
def mail_server():
    with MailServer() as server:
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        yield server
        server.shutdown()

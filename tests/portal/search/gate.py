"""A door before a real server that can be shut: what lies between a portal and its search engine on a bad day."""

import socket
import threading
import time
from contextlib import suppress

HOW = ("open", "closed", "slow", "unwell", "garbled", "drops")


class Gate:
    """Listens on loopback and passes on to `port`. `how` may change at any time.

    closed: refuses. slow: answers after ten seconds. unwell: answers 503. garbled: answers something else than HTTP.
    drops: answers a byte every now and then, so that it is never silent for long.
    """

    def __init__(self, port: int):
        self.to = ("127.0.0.1", port)
        self.how = "open"
        self._open: set[socket.socket] = set()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=200)
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def set(self, how: str) -> None:
        assert how in HOW
        if self.how == "closed" and how != "closed":
            self._listener = socket.create_server(("127.0.0.1", self.port), backlog=200)
            threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()
        self.how = how
        if how == "closed":
            _shut(self._listener)
        for each in list(self._open):
            _shut(each)

    def end(self) -> None:
        self.set("closed")

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                visitor, _ = listener.accept()
            except OSError:
                return
            self._open.add(visitor)
            threading.Thread(target=self._serve, args=(visitor,), daemon=True).start()

    def _serve(self, visitor: socket.socket) -> None:
        try:
            if self.how == "open":
                with socket.create_connection(self.to) as server:
                    self._open.add(server)
                    threading.Thread(target=_copy, args=(server, visitor), daemon=True).start()
                    _copy(visitor, server)
            elif self.how == "slow":
                visitor.recv(65536)
                time.sleep(10)
            elif self.how == "drops":
                visitor.recv(65536)
                visitor.sendall(
                    b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 40\r\n\r\n"
                )
                for _ in range(40):
                    visitor.sendall(b" ")
                    time.sleep(0.25)
            else:
                answer = ANSWERS[self.how]  # a gate that opens meanwhile keeps its word to who is inside
                while visitor.recv(65536):
                    visitor.sendall(answer)
        except OSError:
            pass
        finally:
            _shut(visitor)


ANSWERS = {
    "unwell": b"HTTP/1.1 503 Service Unavailable\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}",
    "garbled": b"SSH-2.0-OpenSSH_9.2\r\n",
}


def _copy(one: socket.socket, other: socket.socket) -> None:
    try:
        while data := one.recv(65536):
            other.sendall(data)
    except OSError:
        pass
    finally:
        _shut(one)
        _shut(other)


def _shut(each: socket.socket) -> None:
    with suppress(OSError):
        each.shutdown(socket.SHUT_RDWR)
    each.close()

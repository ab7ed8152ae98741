"""OpenSearch dressed as Elasticsearch, for the Elasticsearch client to talk to: no Elasticsearch can be started here.

It asks for version 8 by media type, as the client must to be understood by servers 8 and 9, and answers with the header
without which the client refuses to go on. What lies between is the same in both: the requests of portal.search.elastic.
"""

import http.client
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

ASKS_FOR_8 = "compatible-with=8"


class Disguise(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    port: int
    #: What the client said that it accepts.
    accepted: set[str]

    def _pass_on(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        self.accepted.add(self.headers.get("accept", ""))
        kind = (
            "application/x-ndjson" if "ndjson" in self.headers.get("content-type", "") else "application/json"
        )
        server = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        server.request(
            self.command, self.path, body or None, {"content-type": kind, "accept": "application/json"}
        )
        answer = server.getresponse()
        said = answer.read()
        server.close()
        self.send_response(answer.status)
        self.send_header("x-elastic-product", "Elasticsearch")
        self.send_header("content-type", f"application/vnd.elasticsearch+json;{ASKS_FOR_8}")
        self.send_header("content-length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    do_GET = do_POST = do_PUT = do_DELETE = _pass_on  # noqa: N815  the names that the server looks for

    def log_message(self, *_arguments) -> None:
        pass


def disguised(port: int) -> tuple[ThreadingHTTPServer, type[Disguise]]:
    """A server on loopback before the OpenSearch at `port`; whoever asks for it shuts it down."""
    handler = type("Disguise", (Disguise,), {"port": port, "accepted": set()})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server, handler

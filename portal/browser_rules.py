"""What a browser may send here at all, and what it is told not to allow our pages: no place, no payment, no microphone."""

from portal import errors

POLICY = "camera=(self), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()"


#: TRACE would give a script what the browser keeps from it; the rest nobody of ours sends.
METHODS = {"GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE"}


class BrowserRules:
    """Middleware: methods for debugging are refused, and `Permissions-Policy` stands on every answer, files and errors too."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        is_known = request.method in METHODS
        response = self.get_response(request) if is_known else errors.not_this_way(request)
        response.setdefault("Permissions-Policy", POLICY)
        return response

"""The addresses of the portal and one that says hello: what the server can do at most."""

from django.http import HttpResponse
from django.urls import path

from portal.urls import handler400, handler403, handler404, handler500  # noqa: F401  Django reads them here
from portal.urls import urlpatterns as portal


def hello(request):
    return HttpResponse("hello", headers={"Cache-Control": "no-store"})


urlpatterns = [path("hello/", hello), *portal]

"""The addresses of this app. All are inside the language prefix."""

urlpatterns: list = []

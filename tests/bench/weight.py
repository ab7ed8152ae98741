"""What a page costs on the wire: kilobytes transferred and requests, in a real browser with an empty cache."""

from tests.pages import public_pages
from tests.world import chromium, portal


def main() -> None:
    with portal() as address, chromium() as browser:
        for name, path in public_pages(address).items():
            page = browser.new_page()
            session = browser.new_cdp_session(page)
            session.send("Network.enable")
            session.send("Network.setCacheDisabled", {"cacheDisabled": True})
            sizes: list[float] = []
            foreign: list[str] = []
            session.on(
                "Network.loadingFinished", lambda event, sizes=sizes: sizes.append(event["encodedDataLength"])
            )
            page.on(
                "request",
                lambda request, foreign=foreign: (
                    foreign.append(request.url) if not request.url.startswith((address, "data:")) else None
                ),
            )
            page.goto(address + path, wait_until="networkidle")
            print(f"page_{name}_kb {sum(sizes) / 1000:.1f} kB")
            print(f"page_{name}_requests {len(sizes)} requests")
            print(f"page_{name}_foreign_requests {len(foreign)} requests")
            page.close()


if __name__ == "__main__":
    main()

"""Where a form was sent from: the second wall behind the CSRF token."""

from urllib.parse import urlsplit

from flask import Request


def comes_from_our_pages(request: Request, public_url: str) -> bool:
    """True unless the browser says that another site sent this request.

    Browsers that tell nothing are left to the CSRF token.
    """
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        return False
    origin = request.headers.get("Origin")
    # The host decides, not the scheme: a proxy in front may have taken the TLS off, or the name.
    ours = (request.host, urlsplit(public_url).netloc)
    return origin is None or urlsplit(origin).netloc in ours

"""What an id looks like."""

import re

_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def is_id(text: str) -> bool:
    """True for a UUID in lower case; nothing else was ever given to a thing of ours."""
    return _ID.fullmatch(text) is not None

"""Places where tests let a process die. Production has none: Settings refuse to arm one there."""

import os
from collections.abc import Callable

Reach = Callable[[str], None]
DEATH = 9


def unarmed(_: str) -> None:
    """Go on: no failpoint is armed."""


def armed(failpoint: str | None) -> Reach:
    """A function to call at named places; `"post_commit:3"` dies at the third `post_commit`."""
    if failpoint is None:
        return unarmed
    name, _, number = failpoint.partition(":")
    left = int(number or 1)

    def reach(place: str) -> None:
        nonlocal left
        if place == name:
            left -= 1
            if left == 0:
                os._exit(DEATH)  # as in a crash: no cleaning up

    return reach

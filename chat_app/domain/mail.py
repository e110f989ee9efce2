"""E-mail as the product sends it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Mail:
    """A plain-text letter to one or more addresses."""

    to: tuple[str, ...]
    subject: str
    body: str

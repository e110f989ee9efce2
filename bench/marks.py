"""Parts of a document that are made anew from kept figures: `<!-- KIND: NAME -->` … `<!-- /KIND -->`."""

import re
from collections.abc import Mapping


def filled(document: str, kind: str, parts: Mapping[str, str]) -> str:
    """A document with the parts of one kind replaced; KeyError names a part that nobody makes."""
    part = re.compile(rf"(<!-- {kind}: (\w+) -->\n).*?(<!-- /{kind} -->)", re.DOTALL)
    return part.sub(lambda found: f"{found[1]}{parts[found[2]]}\n{found[3]}", document)

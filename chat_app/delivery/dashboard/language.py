"""The dashboard's words in the reader's language."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from flask import Request

from chat_app.delivery.dashboard.cookies import LANGUAGE_COOKIE

LANGUAGES: Final = ("en", "zh-CN")
LANGUAGE_NAMES: Final = {"en": "English", "zh-CN": "简体中文"}
# By the first part of a tag: every kind of Chinese is better served in Chinese than in English.
_SPOKEN: Final = {"en": "en", "zh": "zh-CN"}
_FOLDERS: Final = (
    Path(__file__).parents[1] / "browser" / "words",
    Path(__file__).parent / "words",
    Path(__file__).parent / "settings" / "words",
)
_PLACE: Final = re.compile(r"\{(\w+)\}")


class Words:
    """One language: a key and its values in, a sentence out."""

    def __init__(self, language: str, texts: Mapping[str, str]) -> None:
        self.language = language
        self._texts = texts

    def __call__(self, key: str, **values: object) -> str:
        """Return the text of `key`, its `{places}` filled in; the key itself if it has no text."""
        text = self._texts.get(key, key)
        return _PLACE.sub(lambda place: str(values.get(place[1], place[0])), text)

    def beginning(self, starts: tuple[str, ...]) -> Mapping[str, str]:
        """The texts whose keys begin with one of `starts`, for a script."""
        return {key: text for key, text in self._texts.items() if key.startswith(starts)}


def load_words() -> dict[str, Words]:
    """Read the words of every language, those shared with the widget first, by language tag.

    Those of the settings are a file of their own: the inbox has no use for them.
    """
    words = {}
    for language in LANGUAGES:
        texts: dict[str, str] = {}
        for folder in _FOLDERS:
            texts |= json.loads((folder / f"{language}.json").read_text(encoding="utf-8"))
        words[language] = Words(language, texts)
    return words


def chosen_language(request: Request) -> str:
    """The language kept in the cookie, else the best one the browser accepts, else English."""
    kept = request.cookies.get(LANGUAGE_COOKIE)
    if kept in LANGUAGES:
        return kept
    for tag, quality in request.accept_languages:
        spoken = _SPOKEN.get(tag.lower().replace("_", "-").partition("-")[0])
        if spoken and quality > 0:
            return spoken
    return "en"

"""The widget's words, and which language a visitor gets."""

import json
from pathlib import Path
from typing import Final

LOCALES: Final = ("en", "zh-CN")
_SHARED: Final = Path(__file__).parents[1] / "browser" / "words"
_CHAT: Final = Path(__file__).parent / "words"
_DEMO: Final = _CHAT / "demo"


def chat_words() -> dict[str, dict[str, str]]:
    """The words of the chat frame by locale, with those it shares with the dashboard."""
    return {locale: _read(_SHARED, locale) | _read(_CHAT, locale) for locale in LOCALES}


def demo_words() -> dict[str, dict[str, str]]:
    """The words of the demo shop by locale."""
    return {locale: _read(_DEMO, locale) for locale in LOCALES}


def choose_locale(*wishes: str | None) -> str:
    """The first wish we can fulfil, like "zh-TW" or "en_GB"; "auto" and others are passed over."""
    for wish in wishes:
        language = (wish or "").lower().replace("_", "-").split("-")[0]
        if language == "zh":
            return "zh-CN"
        if language == "en":
            return "en"
    return "en"


def _read(folder: Path, locale: str) -> dict[str, str]:
    words: dict[str, str] = json.loads((folder / f"{locale}.json").read_text(encoding="utf-8"))
    return words

"""What every request passes: the cookie of forms, and JSON."""

import json
from datetime import UTC, datetime
from typing import Any
from unittest import mock

import orjson
import pytest
from flask import Flask, jsonify, session
from flask.json.provider import DefaultJSONProvider
from flask.sessions import SecureCookieSessionInterface

from chat_app.delivery.application import ChatFlask, FormCookies, QuickJson
from tests.delivery.installation import Installation


def remembering(kind: type[Flask]) -> Flask:
    """An application of one kind that writes and reads its session."""
    app = kind("remembering")
    app.config.update(SECRET_KEY="only for tests", SESSION_COOKIE_NAME="form")
    app.add_url_rule("/idle", "idle", lambda: "nothing")
    app.add_url_rule("/read", "read", lambda: session.get("word", "none"))
    app.add_url_rule("/forget", "forget", lambda: str(session.pop("word")))
    app.add_url_rule("/write/<word>", "write", lambda word: str(session.setdefault("word", word)))
    return app


class TestFormCookies:
    WAYS = ("/idle", "/read", "/write/a", "/read", "/idle", "/forget", "/write/b", "/read")

    @pytest.mark.parametrize(
        "cookie", ["", "form=", "form=forged.x.y", "other=1", "xform=1; formx=2", "=;;", "FORM=1"]
    )
    def test_everything_is_as_flask_has_it(self, cookie: str) -> None:
        seen: list[list[Any]] = []
        for kind in (Flask, ChatFlask):
            client = remembering(kind).test_client(use_cookies=False)
            answers = [client.get(way, headers={"Cookie": cookie}) for way in self.WAYS]
            seen.append([(one.text, one.status_code, sorted(one.vary)) for one in answers])
        assert seen[0] == seen[1]

    def test_a_browser_keeps_what_was_written(self) -> None:
        for kind in (Flask, ChatFlask):
            client = remembering(kind).test_client()
            texts = [client.get(way).text for way in self.WAYS]
            assert texts == ["nothing", "none", "a", "a", "nothing", "a", "b", "b"]

    def test_who_has_no_cookie_pays_for_no_signer(self) -> None:
        client = remembering(ChatFlask).test_client()
        with mock.patch.object(FormCookies, "get_signing_serializer", side_effect=LookupError):
            assert client.get("/idle", headers={"Cookie": "other=1"}).text == "nothing"

    def test_the_application_has_them(self, installation: Installation) -> None:
        assert type(installation.app.session_interface) is FormCookies
        assert issubclass(FormCookies, SecureCookieSessionInterface)


class TestQuickJson:
    @pytest.mark.parametrize(
        "value",
        [
            {"b": [1, 2.5, None, True], "a": {"x": "你好", "y": 'quo"te\n\u2028'}}, [], "", 2**53, -(2**63),
            2**70, "half \ud800", {"at": datetime(2026, 1, 2, tzinfo=UTC)}, {1: "a number as a key"},
        ],
    )  # fmt: skip
    def test_it_says_what_flask_says(self, value: Any) -> None:
        told = []
        for provider in (DefaultJSONProvider, QuickJson):
            app = Flask("json")
            app.json = provider(app)
            with app.test_request_context():
                response = jsonify(value)
            assert response.mimetype == "application/json"
            told.append(json.loads(response.data))
        assert told[0] == told[1]

    def test_words_are_not_escaped(self, installation: Installation) -> None:
        with installation.app.test_request_context():
            assert jsonify(word="退款").data == '{"word":"退款"}'.encode()

    def test_the_library_is_asked_once(self, installation: Installation) -> None:
        with (
            installation.app.test_request_context(),
            mock.patch.object(json, "dumps", side_effect=LookupError),
        ):
            assert orjson.loads(jsonify(1, 2).data) == [1, 2]

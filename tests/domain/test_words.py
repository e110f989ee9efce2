"""What the system says by itself, in English and in Chinese."""

from datetime import datetime
from typing import get_args

import pytest

from chat_app.domain.missed_mail import missed_mail
from chat_app.domain.system_lines import SystemLine, is_chinese, system_line, weekday_and_time
from tests.builders import make_message, make_session, make_visitor

URL = "https://chat.example.com/dashboard/sessions/1"


@pytest.mark.parametrize("locale", ["zh", "zh-CN", "zh_Hans", "ZH-tw", "zh-Hant-HK"])
def test_every_variant_of_chinese_is_chinese(locale: str) -> None:
    assert is_chinese(locale)


@pytest.mark.parametrize("locale", [None, "", "en", "en-GB", "de", "ja", "auto"])
def test_everything_else_is_answered_in_english(locale: str | None) -> None:
    assert not is_chinese(locale)


@pytest.mark.parametrize("line", get_args(SystemLine))
def test_every_line_is_there_in_both_languages(line: SystemLine) -> None:
    english, chinese = system_line(line, "en", "Wang"), system_line(line, "zh-CN", "Wang")
    assert english.isascii()
    assert any("\u4e00" <= character <= "\u9fff" for character in chinese)
    assert "{" not in english + chinese


@pytest.mark.parametrize("name", ["小王", "{name}", "{0}", "%s", "<b>"])
def test_a_name_is_only_a_name(name: str) -> None:
    assert system_line("assigned", "zh-CN", name) == f"{name} 加入了会话"
    assert system_line("assigned", None, name) == f"{name} joined the conversation"


@pytest.mark.parametrize(
    ("moment", "english", "chinese"),
    [
        ("2026-11-23T09:00+08:00", "Monday 09:00 (UTC+8)", "周一 09:00（UTC+8）"),
        ("2026-11-29T23:59-03:30", "Sunday 23:59 (UTC-3:30)", "周日 23:59（UTC-3:30）"),
        ("2026-11-25T00:00+00:00", "Wednesday 00:00 (UTC)", "周三 00:00（UTC）"),
        ("2026-11-25T08:30+12:45", "Wednesday 08:30 (UTC+12:45)", "周三 08:30（UTC+12:45）"),
    ],
)
def test_a_time_of_the_week_names_its_zone(moment: str, english: str, chinese: str) -> None:
    assert weekday_and_time(datetime.fromisoformat(moment), "en") == english
    assert weekday_and_time(datetime.fromisoformat(moment), "zh-CN") == chinese


def test_the_letter_in_english() -> None:
    session = make_session(locale="en")
    said = [make_message(session, body="Is it in stock?"), make_message(session, body="Hello?")]
    mail = missed_mail(("a@example.com",), session, make_visitor(name="Ann"), said, URL)

    assert mail.to == ("a@example.com",)
    assert mail.subject == "Ann is waiting for an answer"
    assert mail.body == (
        "No agent is online. The visitor wrote:\n\nIs it in stock?\n\nHello?\n\n"
        f"Answer in the dashboard: {URL}"
    )


def test_the_letter_in_chinese() -> None:
    session = make_session(locale="zh-CN")
    said = [make_message(session, body="有货吗？")]
    mail = missed_mail(("a@example.com",), session, make_visitor(name="小红"), said, URL)

    assert mail.subject == "小红 正在等待回复"
    assert mail.body == (f"当前没有客服在线，访客发来消息：\n\n有货吗？\n\n前往工作台回复： {URL}")


@pytest.mark.parametrize(
    ("labels", "locale", "called"),
    [
        ({"name": "Ann", "email": "ann@example.com"}, "en", "Ann"),
        ({"email": "ann@example.com"}, "en", "ann@example.com"),
        ({}, "en", "A visitor"),
        ({}, "zh", "访客"),
        ({"name": "Ann\r\nBcc: everybody@example.com"}, "en", "Ann Bcc: everybody@example.com"),
    ],
)
def test_the_subject_names_the_visitor_on_one_line(
    labels: dict[str, str], locale: str, called: str
) -> None:
    session = make_session(locale=locale)
    mail = missed_mail((), session, make_visitor(None, **labels), [make_message(session)], URL)
    assert mail.subject.startswith(f"{called} ")
    assert len(mail.subject.splitlines()) == 1

"""The letter about a visitor whom nobody answered, in both languages of the product."""

from collections.abc import Sequence

from chat_app.domain.mail import Mail
from chat_app.domain.message import Message
from chat_app.domain.session import Session
from chat_app.domain.system_lines import is_chinese
from chat_app.domain.visitor import Visitor


def missed_mail(
    to: tuple[str, ...], session: Session, visitor: Visitor, said: Sequence[Message], url: str
) -> Mail:
    """What `said` contains, who said it and where to answer."""
    chinese = is_chinese(session.locale)
    nobody = "访客" if chinese else "A visitor"
    name = " ".join((visitor.name or visitor.email or nobody).split())
    lines = [message.body for message in said]
    if chinese:
        subject = f"{name} 正在等待回复"
        intro, answer = "当前没有客服在线，访客发来消息：", "前往工作台回复："
    else:
        subject = f"{name} is waiting for an answer"
        intro, answer = "No agent is online. The visitor wrote:", "Answer in the dashboard:"
    return Mail(to=to, subject=subject, body="\n\n".join([intro, *lines, f"{answer} {url}"]))

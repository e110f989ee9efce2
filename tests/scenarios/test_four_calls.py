"""The four calls as people tell them, in English and in Chinese: the same steps for both."""

import re

from pytest_bdd import given, parsers, scenarios, then, when

from tests.scenarios.conftest import World

scenarios("four_calls.feature", "four_calls_zh.feature")


def quoted(text: str) -> list[str]:
    """The words between quotation marks, in their order."""
    return re.findall(r"\"([^\"]*)\"", text)


def re_step(pattern: str) -> parsers.re:
    """A step whose whole sentence is the pattern."""
    return parsers.re(rf"^{pattern}$")


TEXT = r"\"(?P<text>[^\"]*)\""
NAME = r"\"(?P<name>[^\"]*)\""
ID = r"\"(?P<key>[^\"]*)\""
SEVERAL = r"(?P<words>\".*\")"


@given(re_step(rf"the shop {NAME}"))
@given(re_step(rf"店铺{NAME}"))
def _shop(world: World, name: str) -> None:
    assert world.installation.services.sites.public().name == name


@given(re_step(rf"the agent {NAME}"))
@given(re_step(rf"客服{NAME}"))
def _agent(world: World, name: str) -> None:
    world.agent = world.installation.make_agent(name=name)


@given(re_step(rf"an open conversation of {NAME}"))
@given(re_step(rf"{NAME}有一个未结束的会话"))
@when(re_step(rf"the visitor opens a conversation as {NAME}"))
@when(re_step(rf"访客以{NAME}的名字发起会话"))
def _open(world: World, name: str) -> None:
    world.open(name=name)


@when("the visitor opens a conversation again")
@when("访客再次发起会话")
def _open_again(world: World) -> None:
    world.open(world.visitor)


@when(re_step(rf"a visitor opens a conversation in the shop {NAME}"))
@when(re_step(rf"访客在店铺{NAME}发起会话"))
def _open_in(world: World, name: str) -> None:
    world.open(site_key=name)


@when(re_step(rf"the visitor says {TEXT}"))
@when(re_step(rf"访客说{TEXT}"))
def _visitor_says(world: World, text: str) -> None:
    world.say(world.visitor, text)


@when(re_step(r"the visitor says (?P<count>\d+) characters"))
def _visitor_says_much(world: World, count: str) -> None:
    world.say(world.visitor, "x" * int(count))


@given(re_step(rf"the visitor has said {TEXT} with the id {ID}"))
@when(re_step(rf"the visitor says {TEXT} with the id {ID}"))
@when(re_step(rf"访客用编号{ID}说{TEXT}"))
def _visitor_says_as(world: World, text: str, key: str) -> None:
    world.say(world.visitor, text, client_msg_id=key)


@given(re_step(rf"the visitor has said {SEVERAL}"))
@given(re_step(rf"访客已经说过{SEVERAL}"))
def _visitor_has_said(world: World, words: str) -> None:
    for text in quoted(words):
        world.say(world.visitor, text)


@when(re_step(rf"another visitor says {TEXT}"))
def _stranger_says(world: World, text: str) -> None:
    world.say(world.stranger(), text)


@when(re_step(rf"the agent says {TEXT}"))
@when(re_step(rf"客服说{TEXT}"))
def _agent_says(world: World, text: str) -> None:
    world.say(world.agent, text)


@when(re_step(rf"the agent notes {TEXT}"))
@when(re_step(rf"客服备注{TEXT}"))
def _agent_notes(world: World, text: str) -> None:
    world.say(world.agent, text, kind="note")


@when("another visitor reads the messages")
@when("另一位访客读取消息")
def _stranger_reads(world: World) -> None:
    world.read(world.stranger())


@when("somebody without a token reads the messages")
@when("没有令牌的人读取消息")
def _nobody_reads(world: World) -> None:
    world.read(None)


@when(re_step(r"the visitor asks for what comes after number (?P<number>\d+)"))
@when(re_step(r"访客读取编号 (?P<number>\d+) 之后的消息"))
def _read_after(world: World, number: str) -> None:
    world.read(world.visitor, after_seq=number)


@when(re_step(rf"the visitor closes the conversation because {TEXT}"))
@when(re_step(rf"访客因为{TEXT}结束会话"))
def _visitor_closes(world: World, text: str) -> None:
    world.close(world.visitor, reason=text)


@when("the agent closes the conversation")
def _agent_closes(world: World) -> None:
    world.close(world.agent, assign_epoch=world.assign_epoch())


@when("the agent closes the conversation with an old copy")
def _agent_closes_old(world: World) -> None:
    world.close(world.agent, assign_epoch=world.assign_epoch() + 1)


@then(re_step(r"the answer is (?P<status>\d+)"))
@then(re_step(r"返回 (?P<status>\d+)"))
def _answer_is(world: World, status: str) -> None:
    assert world.answer.status_code == int(status), world.answer.text


@then(re_step(rf"the answer is (?P<status>\d+) {ID}"))
@then(re_step(rf"返回 (?P<status>\d+) {ID}"))
def _answer_is_problem(world: World, status: str, key: str) -> None:
    assert world.answer.status_code == int(status), world.answer.text
    assert world.answer.mimetype == "application/problem+json"
    assert world.answer.get_json()["code"] == key


@then(re_step(rf"the answer holds {SEVERAL}"))
@then(re_step(rf"返回的是{SEVERAL}"))
def _answer_holds(world: World, words: str) -> None:
    assert [one["body"] for one in world.answer.get_json()["messages"]] == quoted(words)


@then(re_step(r"the conversation waits in place (?P<place>\d+) of the queue"))
@then(re_step(r"会话排在队列第 (?P<place>\d+) 位"))
def _waits(world: World, place: str) -> None:
    session = world.answer.get_json()["session"]
    assert session["status"] == "queued"
    assert session["queue"]["position"] == int(place)


@then("the visitor holds a token")
@then("访客拿到了令牌")
def _has_token(world: World) -> None:
    assert world.visitor
    assert world.installation.read(world.visitor, world.session_id)["id"] == world.session_id


@then("it is the same conversation")
@then("还是同一个会话")
def _same(world: World) -> None:
    assert world.session_id == world.before


@then("there is no new token")
@then("没有新的令牌")
def _no_token(world: World) -> None:
    assert world.answer.get_json()["visitor_token"] is None


@then(re_step(rf"the visitor reads {SEVERAL}"))
@then(re_step(rf"访客读到{SEVERAL}"))
def _visitor_reads(world: World, words: str) -> None:
    assert world.said(world.visitor) == quoted(words)


@then(re_step(rf"the agent reads {SEVERAL}"))
@then(re_step(rf"客服读到{SEVERAL}"))
def _agent_reads(world: World, words: str) -> None:
    assert world.said(world.agent) == quoted(words)


@then("the visitor reads nothing")
@then("访客什么也读不到")
def _reads_nothing(world: World) -> None:
    assert world.said(world.visitor) == []


@then("the visitor's numbers have no holes")
@then("访客的编号没有空缺")
def _no_holes(world: World) -> None:
    page = world.read(world.visitor)
    numbers = [one["seq"] for one in page["messages"]]
    assert numbers == list(range(1, page["last_seq"] + 1))


@then("the conversation is closed")
def _closed(world: World) -> None:
    assert world.installation.read(world.agent, world.session_id)["status"] == "closed"


@then(re_step(rf"the conversation is closed because {TEXT}"))
@then(re_step(rf"会话因为{TEXT}结束了"))
def _closed_because(world: World, text: str) -> None:
    session = world.installation.read(world.agent, world.session_id)
    assert (session["status"], session["close_reason"]) == ("closed", text)

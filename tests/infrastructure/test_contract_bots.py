"""Bots are kept alike by every database, and what they have in hand waits for nobody."""

from chat_app.domain.actor import SYSTEM
from chat_app.domain.bot import Bot
from chat_app.domain.repositories import SessionFilter
from tests.builders import agent_actor, make_bot, make_message, make_site
from tests.infrastructure.bench import Bench

BOT = make_bot(("退货", "refund", "😀"), greeting="您好\n👋", fallback="\\ \" '")


def stored_bot(bench: Bench, site_id: str) -> Bot | None:
    with bench.uow.reading() as uow:
        site = uow.sites.get(site_id)
    assert site is not None
    return site.bot


def test_a_bot_is_kept_changed_and_taken_away(bench: Bench) -> None:
    site = make_site(bot=BOT)
    bench.keep(site)
    assert stored_bot(bench, site.id) == BOT
    assert stored_bot(bench, bench.site.id) is None
    other = make_bot(name="另一个")
    for bot in (other, None, BOT):
        with bench.uow() as uow:
            uow.sites.locked()[site.id].bot = bot
            uow.commit()
        assert stored_bot(bench, site.id) == bot


def test_a_session_of_a_bot_does_not_wait(bench: Bench) -> None:
    session, waiting = bench.session(status="bot"), bench.session()
    with bench.uow() as uow:
        found = uow.sessions.next_waiting(())
        assert found is not None
        assert found.id == waiting.id
        everything = uow.sessions.page_for(SYSTEM, SessionFilter(), None, 9)
        assert uow.sessions.queue_positions(everything) == {waiting.id: 1}
        of_bots = uow.sessions.page_for(SYSTEM, SessionFilter(status="bot"), None, 9)
        assert [one.id for one in of_bots] == [session.id]
        assert (of_bots[0].bot_seq, of_bots[0].bot_misses) == (0, 0)
        assert uow.sessions.counts_for(agent_actor(role="admin")).queued == 1


def test_a_message_has_one_answer(bench: Bench) -> None:
    session = bench.session(status="bot")
    answer = {"sender_kind": "bot", "sender_id": bench.site.id, "client_msg_id": "bot:a message"}
    bench.keep(make_message(session, seq=1, **answer))
    assert bench.refuses(make_message(session, seq=2, **answer))
    assert not bench.refuses(make_message(session, seq=2, **answer | {"client_msg_id": "bot:b"}))

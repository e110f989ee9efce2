"""Fills a PostgreSQL with conversations, by its own means: ten messages a session.

Words follow Zipf's law, as in real texts; half of the messages are Chinese, and each names an order
of its own. RARE stands in twenty messages, however many there are, FORMER in all of the oldest
twentieth and in no other. What search keeps is made by our rule for each of the SENTENCES.
"""

import random
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import Connection, Engine

from chat_app.infrastructure.db.search import NOTHING
from chat_app.infrastructure.db.spelling import postgres_document

PER_SESSION: Final = 10
DEPARTMENTS: Final = 20
SENTENCES: Final = 20_000
WORDS_EACH: Final = 10
RARE: Final = "zanzibar"
RARE_MESSAGES: Final = 20
FORMER: Final = "bakelite"
FORMER_PART: Final = 20
OPEN_FROM: Final = 0.98
SPAN_SECONDS: Final = 2 * 365 * 86_400
_BEGIN: Final = datetime(2024, 11, 1, tzinfo=UTC)
_SYLLABLES: Final = ("ka", "ri", "mo", "tes", "lun", "per", "do", "shi", "van", "gel")
_COMMON_CHINESE: Final = "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行所然家种事成方多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心她本前开但因只从想实日军者意无力它与长把机十民第公此已工使情明性知全三又关点正业外将两高间由问很最重并物手应战向头文体政美相见被利什二等产或新己制身果加西斯月话合回特代内信表化老给世位次度门任常先海通教儿原东声提立及比员解水名真论处走义各入几口认条平系气题活尔更别打女变四神总何电数安少报才结反受目太量再感建务做接必场件计管期市直德资命山金指克许统区保至队形社便空决治展马科司五基眼书非则听白却界达光放强即像难且权思王象完设式色路记南品住告类求据程北边死张该交规万取拉格望觉术领共确传师观清今切院让识候带导争运"


def sentences(seed: int = 7) -> Iterator[tuple[int, str, str]]:
    """Number, text and what search keeps of it; every other one is Chinese."""
    chance = random.Random(seed)
    latin = ["".join(chance.choices(_SYLLABLES, k=chance.randint(1, 4))) for _ in range(20_000)]
    ranks = [1 / rank for rank in range(1, len(latin) + 1)]
    signs = [1 / rank for rank in range(1, len(_COMMON_CHINESE) + 1)]
    for number in range(SENTENCES):
        if number % 2:
            run = "".join(chance.choices(_COMMON_CHINESE, signs, k=2 * WORDS_EACH))
            text = f"{run[:8]}，{run[8:]}。"
        else:
            text = " ".join(chance.choices(latin, ranks, k=WORDS_EACH))
        yield number, text, postgres_document(text)


def fill(engine: Engine, messages: int) -> None:
    """Make an empty, migrated database hold so many messages, learned by search."""
    with engine.begin() as connection:
        run = connection.exec_driver_sql
        # Rows that refer to one another are right by construction.
        run("SET LOCAL session_replication_role = replica")
        run("SET LOCAL synchronous_commit = off")
        run("SET LOCAL statement_timeout = 0")
        run("SET LOCAL maintenance_work_mem = '1GB'")
        run("DROP INDEX search_terms")
        _sentences(connection)
        _surroundings(connection)
        for statement in _Rows(messages).statements():
            run(statement, execution_options={"no_parameters": True})
        run(
            "CREATE INDEX search_terms ON search_document USING gin (terms) WITH (fastupdate = off)"
        )
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("SET statement_timeout = 0")
        connection.exec_driver_sql("VACUUM (ANALYZE, PARALLEL 0)")
        connection.exec_driver_sql("SELECT pg_stat_reset()")


def _sentences(connection: Connection) -> None:
    connection.exec_driver_sql(
        "CREATE TEMPORARY TABLE sentence (n int PRIMARY KEY, body text, terms tsvector)"
    )
    connection.exec_driver_sql("INSERT INTO sentence VALUES (%s, %s, %s)", list(sentences()))


def _surroundings(connection: Connection) -> None:
    """A site, and departments whose ids are told by their numbers."""
    connection.exec_driver_sql(
        "INSERT INTO site (id, key, name, created_at, allowed_origins, locale, theme, prechat_fields)"
        f" VALUES ('{NOTHING}', 'reads', 'Reads', now(), '[]', 'en', '{{}}', '[]')"
    )
    connection.exec_driver_sql(
        "INSERT INTO department (id, name, created_at, strategy)"
        f" SELECT {department('d')}, 'Department ' || d, now(), 'manual'"
        f" FROM generate_series(0, {DEPARTMENTS - 1}) d"
    )


def department(number: str) -> str:
    """The id of a department, in SQL."""
    return f"('{NOTHING[:-12]}' || lpad(({number})::text, 12, '0'))::uuid"


class _Rows:
    """The statements that make so many messages, and what they are said in."""

    def __init__(self, messages: int) -> None:
        self.messages, self.sessions = messages, messages // PER_SESSION
        every = max(1, messages // RARE_MESSAGES)
        self.planted = {
            RARE: f"made.n % {every} = {every // 2}",
            FORMER: f"made.n < {messages // FORMER_PART}",
        }

    def statements(self) -> Iterator[str]:
        """In their order."""
        yield self._visitors()
        yield self._sessions()
        yield self._messages()
        yield self._documents()
        yield (
            "INSERT INTO search_document (id, owner_id, terms) SELECT id, id,"
            " ('guest:1 ' || substr(name, 7) || ':2 guest' || substr(name, 7) || ':3')::tsvector"
            " FROM visitor"
        )
        for name in ("message", "session", "visitor"):
            table = "chat_session" if name == "session" else name
            yield f"INSERT INTO search_mark SELECT '{name}', max(id::text)::uuid FROM {table}"

    def _visitors(self) -> str:
        opened = self._opened("n")
        return (
            "INSERT INTO visitor"
            " (id, site_id, created_at, name, email, verified, blocked, attributes)"
            f" SELECT {_id('b', opened, 'n')}, '{NOTHING}', {opened}, 'Guest ' || n,"
            f" 'guest' || n || '@example.com', false, false, '{{}}' FROM {_numbers(self.sessions)}"
        )

    def _sessions(self) -> str:
        opened = self._opened("n")
        status = (
            f"CASE WHEN n < {self.sessions * OPEN_FROM} THEN 'closed'"
            " WHEN n % 4 = 0 THEN 'queued' ELSE 'active' END"
        )
        return (
            "INSERT INTO chat_session (id, site_id, visitor_id, epoch, created_at, updated_at,"
            " listed_at, visitor_updated_at, status, department_id, tags, priority, left_message, open_key,"
            " assign_epoch, queued_at, last_seq, last_visitor_seq, revision, visitor_revision,"
            " visitor_read_seq, visitor_read_visitor_seq, visitor_delivered_seq,"
            " visitor_delivered_visitor_seq, agent_read_seq, agent_read_visitor_seq,"
            " agent_delivered_seq, agent_delivered_visitor_seq, missed_mail_seq)"
            f" SELECT id, '{NOTHING}', visitor_id, 'reads', opened, opened + interval '10 min',"
            f" opened + interval '10 min', opened, status, {department(f'n % {DEPARTMENTS}')}, '[]', 'normal', false,"
            f" CASE WHEN status <> 'closed' THEN '{NOTHING}:' || visitor_id END, 0, opened,"
            f" {', '.join([str(PER_SESSION)] * 4)}, {', '.join(['0'] * 8)}, 0"
            f" FROM (SELECT n, {opened} AS opened, {_id('8', opened, 'n')} AS id,"
            f" {_id('b', opened, 'n')} AS visitor_id, {status} AS status"
            f" FROM {_numbers(self.sessions)}) AS made"
        )

    def _messages(self) -> str:
        more = "".join(
            f" || CASE WHEN {where} THEN ' {word}' ELSE '' END"
            for word, where in self.planted.items()
        )
        return (
            "INSERT INTO message (id, session_id, seq, visitor_seq, client_msg_id, kind,"
            " sender_kind, sender_id, sender_name, body, revision, visitor_revision, created_at,"
            " attachments) SELECT id, session_id, seq, seq, made.n, 'text',"
            " CASE WHEN seq % 2 = 1 THEN 'visitor' ELSE 'agent' END, session_id, 'Guest',"
            f" body || ' A' || made.n{more}, seq, seq, said, '[]' FROM {self._made()}"
        )

    def _documents(self) -> str:
        more = "".join(
            f" || CASE WHEN {where} THEN '{word}:1' ELSE '' END::tsvector"
            for word, where in self.planted.items()
        )
        return (
            "INSERT INTO search_document (id, owner_id, terms) SELECT id, session_id,"
            f" terms || ('a' || made.n || ':1')::tsvector{more} FROM {self._made()}"
        )

    def _made(self) -> str:
        """Messages; fifty conversations at a time go on side by side, and so their rows lie."""
        session, turn = "(n / 500 * 50 + n % 50)", "n % 500 / 50"
        opened = self._opened(session)
        said = f"{opened} + make_interval(mins => ({turn})::int)"
        return (
            f"(SELECT n, {said} AS said, {_id('a', said, 'n')} AS id, {turn} + 1 AS seq,"
            f" {_id('8', opened, session)} AS session_id FROM {_numbers(self.messages)}) AS made"
            f" JOIN sentence ON sentence.n = (made.n::bigint * 7919) % {SENTENCES}"
        )

    def _opened(self, session: str) -> str:
        step = SPAN_SECONDS / self.sessions
        return f"('{_BEGIN:%Y-%m-%d}'::timestamptz + make_interval(secs => {session} * {step}))"


def _numbers(count: int) -> str:
    return f"generate_series(0, {count - 1}) n"


def _id(kind: str, moment: str, number: str) -> str:
    """A UUIDv7 of that moment and number; `kind` keeps those of different tables apart."""
    milliseconds = f"(extract(epoch FROM {moment}) * 1000)::bigint"
    return (
        f"(lpad(to_hex({milliseconds}), 12, '0') || '7000{kind}'"
        f" || lpad(to_hex({number}), 15, '0'))::uuid"
    )

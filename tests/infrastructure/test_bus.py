"""Several processes in one: each with its own rooms, all on one Valkey."""

import time
from collections.abc import Callable, Iterator

import pytest
import socketio

from chat_app.delivery.realtime.plain import PlainRooms
from chat_app.infrastructure.embedded.valkey import EmbeddedValkey
from chat_app.infrastructure.realtime.asides import Asides
from chat_app.infrastructure.realtime.bus import Bus, Publisher
from chat_app.infrastructure.realtime.records import channel_of
from chat_app.infrastructure.redis.connection import Guarded, connect
from tests.processes import free_port, until

NAMESPACE = "/agent"


def at_once(job: Callable[[], None]) -> None:
    job()


class Process:
    """What a web process has of the bus: rooms, sockets, and what was sent to each of them."""

    def __init__(self, url: str) -> None:
        plain = PlainRooms()
        self.bus = Bus(url, plain, at_once)
        plain.watch(self.bus.follow, self.bus.leave)
        self.server = socketio.Server(async_mode="threading", client_manager=self.bus)
        self.sent: dict[str, list[str]] = {}
        self.said: list[bytes] = []
        self.bus.aside = self.said.append
        self.server.eio.send_packet = lambda sid, packet: self.sent[sid].append(packet.data)
        self.bus.initialize()
        for _ in until(5, every=0.01):
            if self.bus.ear is not None and self.bus.ear._connection is not None:
                return
        raise AssertionError("it does not listen")

    def member(self, name: str, *rooms: str, namespace: str = NAMESPACE) -> str:
        """A socket in rooms; returns its id."""
        sid: str = self.bus.connect(name, namespace)
        self.sent[name] = []
        for room in rooms:
            self.bus.enter_room(sid, namespace, room)
        return sid

    @property
    def bytes_heard(self) -> int:
        assert self.bus.ear is not None
        return self.bus.ear.bytes_heard


Begin = Callable[[], Process]


@pytest.fixture
def begin(valkey: EmbeddedValkey) -> Iterator[Begin]:
    """Start processes; they end with the test."""
    begun: list[Process] = []

    def one_more() -> Process:
        begun.append(Process(valkey.url))
        return begun[-1]

    yield one_more
    for process in begun:
        process.bus.close()


@pytest.fixture
def valkey_url(valkey: EmbeddedValkey) -> str:
    return valkey.url


def settle(*processes: Process) -> None:
    """Return once nothing more is heard."""
    before: list[int] = []
    for _ in until(5, every=0.05):
        now = [one.bytes_heard for one in processes]
        if now == before:
            return
        before = now


def test_a_push_reaches_the_members_of_its_room_once(begin: Begin) -> None:
    here, there, elsewhere = (begin() for _ in range(3))
    mine = here.member("mine", "room")
    there.member("both", "room", "inbox")
    there.member("theirs", "room")
    elsewhere.member("other", "another room")
    silent = elsewhere.bytes_heard
    here.bus.emit("told", {"n": 1}, NAMESPACE, ["room", "inbox"], skip_sid=mine)
    settle(here, there, elsewhere)
    assert there.sent == {
        "both": ['2/agent,["told",{"n":1}]'],
        "theirs": ['2/agent,["told",{"n":1}]'],
    }
    assert here.sent == {"mine": []}
    assert elsewhere.bytes_heard == silent, "a process hears no rooms but its own"


def test_another_installation_on_the_same_redis_hears_nothing(
    begin: Begin, valkey: EmbeddedValkey
) -> None:
    """Each has a database; their inboxes have the same name."""
    here, there = begin(), Process(f"{valkey.url}?db=1")
    there.member("stranger", "inbox:all")
    here.member("ours", "inbox:all")
    here.bus.emit("told", 1, NAMESPACE, "inbox:all")
    Asides(Guarded(connect(valkey.url)), b"h" * 16).tell({"inbox:all": b"word"})
    settle(here, there)
    there.bus.close()
    assert (there.sent, there.said) == ({"stranger": []}, [])
    assert here.sent["ours"]
    assert here.said


def test_a_process_without_sockets_is_heard(begin: Begin, valkey_url: str) -> None:
    here = begin()
    here.member("one", "room", "inbox")
    Publisher(valkey_url, at_once).emit("told", 1, NAMESPACE, ["room", "inbox"])
    settle(here)
    assert here.sent == {"one": ['2/agent,["told",1]']}


def test_a_room_is_heard_until_its_last_member_leaves(begin: Begin) -> None:
    here, there = begin(), begin()
    first, second = there.member("first", "room"), there.member("second", "room")
    there.bus.basic_disconnect(first, NAMESPACE)
    here.bus.emit("told", 1, NAMESPACE, "room")
    settle(here, there)
    assert there.sent["second"] == ['2/agent,["told",1]']
    there.bus.leave_room(second, NAMESPACE, "room")
    time.sleep(0.1)
    silent = there.bytes_heard
    here.bus.emit("told", 2, NAMESPACE, "room")
    settle(here, there)
    assert there.bytes_heard == silent


def test_both_sides_of_a_room_are_told_by_one_publication(begin: Begin, valkey_url: str) -> None:
    here, there = begin(), begin()
    jobs: list[Callable[[], None]] = []
    publisher = Publisher(valkey_url, jobs.append)
    agent = there.member("agent", "room")
    there.member("visitor", "room", namespace="/visitor")
    for namespace in (NAMESPACE, "/visitor"):
        publisher.emit("told", namespace, namespace, "room")
    assert len(jobs) == 1
    before = there.bytes_heard
    for job in jobs:
        job()  # publishes, and leaves it to the pipe
    assert len(jobs) == 2
    jobs[1]()
    settle(here, there)
    assert there.sent == {
        "agent": ['2/agent,["told","/agent"]'],
        "visitor": ['2/visitor,["told","/visitor"]'],
    }
    assert there.bytes_heard - before < 300
    there.bus.leave_room(agent, NAMESPACE, "room")
    here.bus.emit("told", 2, "/visitor", "room")
    settle(here, there)
    assert there.sent["visitor"][1:] == ['2/visitor,["told",2]'], "one side of it is still here"


def test_rubbish_on_a_channel_is_dropped(begin: Begin, valkey: EmbeddedValkey) -> None:
    here, there = begin(), begin()
    there.member("one", "room")
    for rubbish in (b"", b"x", b"x" * 40, b"h" * 24 + b"\0\2\0\0\0\0{}"):
        connect(valkey.url).publish(channel_of(0, "room"), rubbish)
    here.bus.emit("told", 1, NAMESPACE, "room")
    settle(here, there)
    assert there.sent["one"] == ['2/agent,["told",1]']


def work(begin: Begin, count: int) -> int:
    """Bytes that `count` processes parse, each with pushes of its own rooms and of one it shares."""
    processes = [begin() for _ in range(count)]
    for number, one in enumerate(processes):
        one.member("own", f"own {number}")
        one.member("shared", f"pair {number // 2}")
    heard = sum(one.bytes_heard for one in processes)
    for number, one in enumerate(processes):
        for _ in range(50):
            one.bus.emit("told", "x" * 200, NAMESPACE, f"own {number}")
            one.bus.emit("told", "x" * 200, NAMESPACE, f"pair {number // 2}")
    settle(*processes)
    assert all(len(one.sent["shared"]) == 100 for one in processes)
    return sum(one.bytes_heard for one in processes) - heard


def test_the_work_grows_with_the_processes_and_not_with_their_square(begin: Begin) -> None:
    two, four = work(begin, 2), work(begin, 4)
    assert four < 2.2 * two


def test_who_goes_leaves_its_rooms_and_nobody_elses(begin: Begin) -> None:
    here, there = begin(), begin()
    going, staying = here.member("going", "room", "hall"), here.member("staying", "room")
    assert sorted(here.bus.get_rooms(going, NAMESPACE)) == sorted([going, "room", "hall"])
    here.bus.pre_disconnect(going, NAMESPACE)
    here.bus.disconnect(going, NAMESPACE)
    assert here.bus.get_rooms(going, NAMESPACE) == []
    assert sorted(here.bus.get_rooms(staying, NAMESPACE)) == sorted([staying, "room"])
    assert here.bus.rooms[NAMESPACE].keys() == {None, staying, "room"}
    assert here.bus.pending_disconnect == {}
    settle(here)
    before = here.bytes_heard
    there.bus.emit("x", {}, NAMESPACE, room="hall")
    there.bus.emit("y", {}, NAMESPACE, room="room")
    settle(here)
    assert here.sent == {"going": [], "staying": [f'2{NAMESPACE},["y",{{}}]']}
    assert here.bytes_heard > before


def test_nothing_is_remembered_of_who_has_gone(begin: Begin) -> None:
    here = begin()
    for _ in range(2):
        sid = here.member("one", "room")
        here.bus.leave_room(sid, NAMESPACE, "room")
        here.bus.disconnect(sid, NAMESPACE)
    assert (here.bus.rooms, here.bus._entered, here.bus.pending_connect) == ({}, {}, {})


def test_a_word_aside_reaches_processes_and_no_socket(begin: Begin, valkey_url: str) -> None:
    here, there, elsewhere = begin(), begin(), begin()
    for one in (here, there):
        one.member("one", "room", "hall")
    elsewhere.member("one", "another room")
    asides = Asides(Guarded(connect(valkey_url)), here.bus.host)
    asides.tell({"room": b"word", "hall": b"another"})
    settle(here, there, elsewhere)
    assert sorted(there.said) == [b"another", b"word"]
    assert (here.said, elsewhere.said) == ([], []), "not whoever says it, nor who has nobody there"
    assert there.sent["one"] == []


def test_what_is_pushed_after_a_word_comes_after_it(begin: Begin, valkey_url: str) -> None:
    """By whichever process: the word is on its way once `tell` returns."""
    here, there, third = begin(), begin(), begin()
    sid = third.member("one", "room")
    third.bus.aside = lambda _: third.bus.leave_room(sid, NAMESPACE, "room")
    asides = Asides(Guarded(connect(valkey_url)), here.bus.host)
    for _ in range(20):
        third.bus.enter_room(sid, NAMESPACE, "room")
        there.bus.emit("before", 1, NAMESPACE, "room")
        settle(third)
        asides.tell({"room": b""})
        there.bus.emit("after", 1, NAMESPACE, "room")
        settle(third)
    assert third.sent["one"] == ['2/agent,["before",1]'] * 20


def test_without_redis_a_word_is_lost_and_costs_no_wait() -> None:
    asides = Asides(Guarded(connect(f"redis://127.0.0.1:{free_port()}/0")), b"h" * 16)
    begin = time.monotonic()
    for _ in range(20):
        asides.tell({"room": b"word"})
    assert time.monotonic() - begin < 1

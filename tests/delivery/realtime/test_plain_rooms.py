"""Rooms of clients without a Socket.IO library: who is in which, and who is told."""

import threading

from chat_app.delivery.realtime.plain import PlainConnection, PlainRooms

NAMESPACE = "/visitor"


class Rooms:
    """Plain rooms, and which of them the bus was asked to hear."""

    def __init__(self) -> None:
        self.plain = PlainRooms()
        self.heard: set[str] = set()
        self.plain.watch(self.heard.add, self.leave)

    def leave(self, room: str) -> None:
        """Hear it no longer."""
        self.heard.discard(room)

    def come(self, sid: str, *rooms: str) -> PlainConnection:
        """A client in these rooms."""
        connection = PlainConnection(sid, threading.Event())
        self.plain.add(connection)
        for room in rooms:
            self.plain.enter(NAMESPACE, sid, room)
        return connection


def test_who_goes_leaves_its_rooms_and_nobody_elses() -> None:
    rooms = Rooms()
    rooms.come("a", "room", "hall")
    rooms.come("b", "room")
    assert (rooms.plain.of("a"), rooms.plain.of("b")) == ({"room", "hall"}, {"room"})
    rooms.plain.remove("a")
    assert (rooms.plain.of("a"), rooms.plain.of("b")) == (set(), {"room"})
    assert rooms.heard == {"room"}
    assert not rooms.plain.has("hall")


def test_who_has_left_a_room_is_not_in_it() -> None:
    rooms = Rooms()
    rooms.come("a", "room", "hall")
    rooms.plain.leave(NAMESPACE, "a", "hall")
    rooms.plain.leave(NAMESPACE, "a", "never entered")
    assert rooms.plain.of("a") == rooms.heard == {"room"}
    rooms.plain.remove("a")
    rooms.plain.remove("a")
    assert rooms.heard == set()


def test_each_in_one_of_the_rooms_is_told_once() -> None:
    rooms = Rooms()
    both, other = rooms.come("a", "room", "hall"), rooms.come("b", "elsewhere")
    rooms.plain.deliver(b'["told",{"n":1}]', NAMESPACE, ["room", "hall"], None)
    assert list(both._queue) == ['{"type":"told","data":{"n":1}}']
    assert not other._queue

"""The only way out of a child."""

import socket
import sys
import threading

import pytest
from driversmith.engine.sandbox.door import Door

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows passes no descriptors so")


def test_an_answer_that_comes_late_is_nobody_elses_connection() -> None:
    child, parent = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    waited = threading.Event()
    ends: list[socket.socket] = []

    def answer() -> None:
        for number in range(3):
            parent.recv(400)
            if not number:
                waited.wait()
            if number == 2:
                parent.send(b"n")
                continue
            ours, theirs = socket.socketpair()
            ends.append(ours)
            socket.send_fds(parent, [b"y"], [theirs.fileno()])
            theirs.close()

    answering = threading.Thread(target=answer, daemon=True)
    answering.start()
    door = Door(child.detach())
    with pytest.raises(TimeoutError):
        door.connect("api.example", 80, 0.05)
    waited.set()
    with door.connect("other.example", 80, 60) as second:
        second.settimeout(10)
        ends[1].send(b"second")
        assert second.recv(10) == b"second"
        assert ends[0].recv(1) == b"", "what came late is closed"
    with pytest.raises(ConnectionRefusedError):
        door.connect("nobody.example", 80, 60)
    answering.join()
    for end in (*ends, parent):
        end.close()
    vars(door)["_socket"].close()

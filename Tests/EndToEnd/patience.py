"""Clients that do nothing for long, started with the first tests and judged by test_patience.py; a plugin of conftest.py."""
import json, os, socket, struct, threading, time

import pytest

from wire import Wire


class Patience:
    def __init__(self, server):
        self.started = time.monotonic()
        self.seen = {}
        self.silent, lost, self.friend = Wire(server), Wire(server), Wire(server)
        lost.hello("a-test-of-patience", "Lost")
        self.friend.hello("a-test-of-patience", "Friend")
        self.lost = lost.you
        lost.drop()
        for name, watch in (("silent", self.watch_silent), ("deaf", lambda: self.watch_deaf(server)), ("lost", self.watch_lost)):
            threading.Thread(target=self.note, args=(name, watch), daemon=True).start()

    def note(self, name, watch):
        try:
            self.seen[name] = watch()
        except Exception as error:  # judged by the test, which runs in another thread
            self.seen[name] = error

    def age(self):
        return time.monotonic() - self.started

    def watch_silent(self):
        """Never says `hello`: its close code and when it came."""
        return self.silent.wait_until_closed(40), self.age()

    def watch_lost(self):
        """Somebody whose connection broke: what his friend hears of it and when."""
        return self.friend.wait_for("left", seconds=90), self.age()

    def watch_deaf(self, server):
        """Says `hello` and then answers nothing, not even a ping: when pings came, and when the connection was given up."""
        with socket.create_connection((server.host, server.port), timeout=60) as tcp:
            tcp.sendall(b"GET /ws HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                        b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
            hello = json.dumps({"type": "hello", "room": "a-test-of-deafness", "name": "Deaf"}).encode()
            mask = os.urandom(4)
            tcp.sendall(struct.pack("!BBH", 0x81, 0xFE, len(hello)) + mask + bytes(byte ^ mask[place % 4] for place, byte in enumerate(hello)))
            pings = []
            while data := tcp.recv(65536):
                if data[0] == 0x89:
                    pings.append(self.age())
            return pings, self.age()

    def wait(self, name, seconds):
        """What was seen, at the latest so many seconds after the start."""
        while name not in self.seen:
            assert self.age() < seconds, f"{name}: nothing happened in {seconds} s"
            time.sleep(0.1)
        if isinstance(self.seen[name], Exception):
            raise self.seen[name]
        return self.seen[name]


@pytest.fixture(scope="session")
def patience(server):
    patience = Patience(server)
    yield patience
    patience.silent.close()
    patience.friend.close()

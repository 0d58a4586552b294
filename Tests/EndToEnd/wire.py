"""A raw signalling client: says what no browser would."""
import itertools, json

from websockets.sync.client import connect
from websockets.exceptions import ConnectionClosed


class Closed(Exception):
    def __init__(self, code, reason):
        super().__init__(f"closed with {code} {reason}")
        self.code = code


class Wire:
    def __init__(self, server, origin=None, **options):
        self.numbers = itertools.count(1)
        self.socket = connect(server.websocket_url, origin=origin, max_size=2**22, open_timeout=10, compression=None, **options)
        self.received = []
        self.you = None
        self.resume = None
        self.seq = 0

    def send(self, type, **fields):
        """Sends a message with an id; returns the id."""
        number = next(self.numbers)
        self.socket.send(json.dumps({"type": type, "id": number, **fields}))
        return number

    def send_raw(self, text):
        self.socket.send(text)

    def receive(self, seconds=10):
        try:
            message = json.loads(self.socket.recv(timeout=seconds))
        except ConnectionClosed as closed:
            raise Closed(closed.rcvd.code if closed.rcvd else None, closed.rcvd.reason if closed.rcvd else "") from None
        self.received.append(message)
        self.seq = max(self.seq, message.get("seq", 0))
        if "resume" in message:
            self.resume = message["resume"]
        if "you" in message:
            self.you = message["you"]["id"]
        return message

    def wait_for(self, type, seconds=10, **fields):
        """The next message of that type whose fields are as given; others are kept in `received`."""
        while True:
            message = self.receive(seconds)
            if message["type"] == type and all(message.get(key) == value for key, value in fields.items()):
                return message

    def answer(self, number, seconds=10):
        """The reply to request `number`."""
        while True:
            message = self.receive(seconds)
            if message.get("re") == number:
                return message

    def ask(self, type, **fields):
        return self.answer(self.send(type, **fields))

    def hello(self, room, name, **fields):
        return self.ask("hello", room=room, name=name, kind="headless", **fields)

    def wait_until_closed(self, seconds=10):
        """Reads to the end; returns the close code."""
        try:
            while True:
                self.receive(seconds)
        except Closed as closed:
            return closed.code

    def silence(self, seconds=0.5):
        """Asserts that nothing comes: what was sent before is answered first, by `pong`."""
        number = self.send("ping")
        messages = []
        while True:
            message = self.receive(5)
            if message.get("re") == number:
                return messages
            messages.append(message)

    def drop(self):
        """Cuts the TCP connection without a goodbye."""
        self.socket.socket.close()

    def close(self):
        self.socket.close()

"""A raw signalling client: says what no browser would."""
import itertools, json, socket, ssl, struct, time
from urllib.parse import urlsplit

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect


class Closed(Exception):
    """The connection has ended; `code` is the server's close code, None when it said none."""

    def __init__(self, code, reason):
        super().__init__(f"closed with {code} {reason}")
        self.code = code


class Wire:
    def __init__(self, server, origin=None, receive_buffer=None, **options):
        self.numbers = itertools.count(1)
        address = urlsplit(server.websocket_url)
        self.tcp = socket.socket()
        if receive_buffer:  # before connecting, so that the window is as small as we want it
            self.tcp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.tcp.settimeout(10)
        self.tcp.connect((address.hostname, address.port))
        if address.scheme == "wss":
            options.setdefault("ssl", ssl._create_unverified_context())
        options.setdefault("ping_interval", None)
        try:
            self.socket = connect(
                server.websocket_url, sock=self.tcp, origin=origin, max_size=2**22, open_timeout=10, close_timeout=5,
                compression=None, legacy=True, **options)
        except BaseException:
            self.tcp.close()
            raise
        self.received = []
        self.you = self.role = self.resume = self.welcome = None
        self.seq = 0

    # Sending

    def send(self, type, **fields):
        """Sends a message with an id; returns the id."""
        number = next(self.numbers)
        self.send_raw(json.dumps({"type": type, "id": number, **fields}))
        return number

    def send_raw(self, text):
        try:
            self.socket.send(text)
        except ConnectionClosed as closed:
            raise self.closed(closed) from None

    # Receiving

    @staticmethod
    def closed(exception):
        frame = exception.rcvd
        return Closed(frame.code if frame else None, frame.reason if frame else "")

    def receive(self, seconds=10):
        try:
            message = json.loads(self.socket.recv(timeout=seconds))
        except ConnectionClosed as closed:
            raise self.closed(closed) from None
        self.received.append(message)
        self.seq = max(self.seq, message.get("seq", 0))
        self.resume = message.get("resume", self.resume)
        if "you" in message:
            self.you, self.role = message["you"]["id"], message["you"].get("role")
        if message["type"] == "welcome":
            self.welcome = message
        return message

    def wait_for(self, type, seconds=10, **fields):
        """The next message of that type whose fields are as given; others are kept in `received`."""
        deadline = time.monotonic() + seconds
        while True:
            message = self.receive(max(0.01, deadline - time.monotonic()))
            if message["type"] == type and all(message.get(key) == value for key, value in fields.items()):
                return message

    def answer(self, number, seconds=10):
        """The reply to request `number`."""
        deadline = time.monotonic() + seconds
        while True:
            message = self.receive(max(0.01, deadline - time.monotonic()))
            if message.get("re") == number:
                return message

    def ask(self, type, **fields):
        return self.answer(self.send(type, **fields))

    def refusal(self, type, **fields):
        """The code of the error that this message is answered with."""
        answer = self.ask(type, **fields)
        assert answer["type"] == "error", f"{type} {fields} was answered with {answer}"
        assert answer["message"] and answer["retry"] in ("none", "now", "later")
        return answer["code"]

    def hello(self, room, name, **fields):
        return self.ask("hello", **{"room": room, "name": name, "kind": "headless", **fields})

    def chat(self, text, **fields):
        """Says something; returns the acknowledgement."""
        return self.ask("chat", **{"text": text, "clientId": f"{self.you}-{time.monotonic_ns()}", **fields})

    def since(self):
        """Everything that was sent to us before now: the server answers in order, so the `pong` comes last."""
        number = self.send("ping")
        messages = []
        while True:
            message = self.receive(10)
            if message.get("re") == number:
                return messages
            messages.append(message)

    # Ending

    def wait_until_closed(self, seconds=10):
        """Reads to the end; returns the close code."""
        deadline = time.monotonic() + seconds
        try:
            while True:
                self.receive(max(0.01, deadline - time.monotonic()))
        except Closed as closed:
            return closed.code

    def drop(self):
        """Cuts the TCP connection (RST) without a goodbye."""
        self.tcp.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        try:
            self.tcp.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass  # the server was first
        self.tcp.close()

    def close(self):
        try:
            self.socket.close()
        except OSError:
            pass  # it is closed, which is what we want

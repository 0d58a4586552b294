"""The three ways to a TURN server: UDP, TCP and TLS. A line sends bytes and receives whole messages."""
import socket, ssl, struct, time

PATIENCE = 4.0


def family_of(host):
    return socket.AF_INET6 if ":" in host else socket.AF_INET


class Closed(Exception):
    """The server hung up."""


class UDPLine:
    is_stream = False

    def __init__(self, server, source=None):
        self.socket = socket.socket(family_of(server[0]), socket.SOCK_DGRAM)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        self.socket.bind(source or ("::" if ":" in server[0] else "0.0.0.0", 0))
        self.socket.connect(server)

    @property
    def address(self):
        return self.socket.getsockname()[:2]

    def send(self, wire):
        self.socket.settimeout(PATIENCE)
        self.socket.send(wire)

    def receive(self, seconds=PATIENCE):
        """A datagram, or None when there is none in time."""
        self.socket.settimeout(max(seconds, 0))
        try:
            return self.socket.recv(65536)
        except (TimeoutError, BlockingIOError):
            return None
        except ConnectionRefusedError:
            raise Closed from None

    def close(self):
        self.socket.close()


class StreamLine:
    """TCP, or TLS over it. Frames as RFC 8489 §6.2.2 and RFC 8656 §12.5 cut them."""
    is_stream = True
    # Whether the padding has to be zero. The RFC leaves it open; whatever else is there comes out of the server's memory.
    is_strict = True

    def __init__(self, server, source=None, tls=False):
        self.buffer = b""
        plain = socket.socket(family_of(server[0]), socket.SOCK_STREAM)
        plain.settimeout(PATIENCE)
        if source:
            plain.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            plain.bind(source)
        plain.connect(server)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket = ssl._create_unverified_context().wrap_socket(plain) if tls else plain

    @property
    def address(self):
        return self.socket.getsockname()[:2]

    def send(self, wire):
        try:
            self.socket.settimeout(PATIENCE)
            self.socket.sendall(wire)
        except (BrokenPipeError, ConnectionResetError, ssl.SSLError):
            raise Closed from None

    def receive(self, seconds=PATIENCE):
        deadline = time.monotonic() + seconds
        while True:
            frame = self.cut()
            if frame is not None:
                return frame
            self.socket.settimeout(max(deadline - time.monotonic(), 0))
            try:
                more = self.socket.recv(65536)
            except (TimeoutError, BlockingIOError, ssl.SSLWantReadError):
                return None
            except (ConnectionResetError, ssl.SSLError):
                raise Closed from None
            if not more:
                raise Closed
            self.buffer += more

    def cut(self):
        """The first whole frame of what has come; ChannelData without its padding."""
        if len(self.buffer) < 4:
            return None
        first, length = struct.unpack_from("!HH", self.buffer)
        is_channel = 0x4000 <= first < 0x8000
        size = 4 + length if is_channel else 20 + length
        whole = size + (-size % 4 if is_channel else 0)
        if len(self.buffer) < whole:
            return None
        frame, padding, self.buffer = self.buffer[:size], self.buffer[size:whole], self.buffer[whole:]
        assert not self.is_strict or not any(padding), f"ChannelData is padded with {padding.hex()}"
        return frame

    def close(self):
        self.socket.close()


def open_line(transport, server, source=None):
    """`transport`: udp, tcp or tls."""
    return UDPLine(server, source) if transport == "udp" else StreamLine(server, source, tls=transport == "tls")

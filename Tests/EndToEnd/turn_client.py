"""A TURN client (RFC 8656) of a few lines: one allocation over UDP, TCP or TLS, with credentials out of `iceServers`."""
import hashlib, hmac, os, socket, ssl, struct, time
from urllib.parse import urlsplit

COOKIE = 0x2112A442
ALLOCATE, REFRESH, PERMIT = 0x003, 0x004, 0x008
ERROR, PEER, REALM, NONCE, USERNAME, INTEGRITY, LIFETIME, TRANSPORT, RELAYED = (
    0x009, 0x012, 0x014, 0x015, 0x006, 0x008, 0x00D, 0x019, 0x016)


def attribute(kind, value):
    return struct.pack("!HH", kind, len(value)) + value + bytes(-len(value) % 4)


def attributes(message):
    """Type → value of a STUN message."""
    found, place = {}, 20
    while place < len(message):
        kind, length = struct.unpack_from("!HH", message, place)
        found[kind] = message[place + 4:place + 4 + length]
        place += 4 + (length + 3) // 4 * 4
    return found


def address(host, port):
    """XOR-PEER-ADDRESS of an IPv4 peer."""
    packed = struct.unpack("!I", socket.inet_aton(host))[0] ^ COOKIE
    return struct.pack("!BBHI", 0, 1, port ^ COOKIE >> 16, packed)


class TurnClient:
    def __init__(self, ice_servers, scheme):
        """`scheme` is udp, tcp or tls."""
        self.server = next(server for server in ice_servers if server["urls"][0].startswith("turn"))
        wanted = "turns:" if scheme == "tls" else "turn:"
        url = next(url for url in self.server["urls"] if url.startswith(wanted) and (scheme == "tls" or url.endswith(scheme)))
        where = urlsplit("//" + url.split("?")[0].split(":", 1)[1])
        self.stream = scheme != "udp"
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM if self.stream else socket.SOCK_DGRAM)
        self.socket.settimeout(3)
        self.socket.connect((where.hostname, where.port))
        if scheme == "tls":
            self.socket = ssl._create_unverified_context().wrap_socket(self.socket)
        self.login = None

    def receive(self):
        """The next message."""
        if not self.stream:
            return self.socket.recv(2048)
        head = self.exactly(4)
        return head + self.exactly(struct.unpack_from("!H", head, 2)[0] + 16)

    def exactly(self, count):
        received = b""
        while len(received) < count:
            part = self.socket.recv(count - len(received))
            if not part:
                raise ConnectionError("the server closed the connection")
            received += part
        return received

    def ask(self, method, *body):
        """Sends a request; returns 0 or the error's code, and the answer's attributes."""
        transaction, inside = os.urandom(12), b"".join(body)
        if self.login:
            key, sign = self.login
            inside += sign
            head = struct.pack("!HHI", method, len(inside) + 24, COOKIE) + transaction
            inside += attribute(INTEGRITY, hmac.new(key, head + inside, hashlib.sha1).digest())
        self.socket.sendall(struct.pack("!HHI", method, len(inside), COOKIE) + transaction + inside)
        answer = self.receive()
        while answer[8:20] != transaction:
            answer = self.receive()
        found = attributes(answer)
        return (found[ERROR][2] * 100 + found[ERROR][3] if ERROR in found else 0), found

    def allocate(self):
        """Logs in and opens an allocation; returns 0 or the error's code."""
        udp = attribute(TRANSPORT, struct.pack("!I", 17 << 24))
        # Strangers get ten answers a second, and all tests come from one address.
        time.sleep(0.12)
        code, found = self.ask(ALLOCATE, udp)
        assert code == 401, code
        user, password = self.server["username"].encode(), self.server["credential"].encode()
        key = hashlib.md5(user + b":" + found[REALM] + b":" + password).digest()
        self.login = key, attribute(USERNAME, user) + attribute(REALM, found[REALM]) + attribute(NONCE, found[NONCE])
        return self.ask(ALLOCATE, udp)[0]

    def permit(self, host, port=9):
        return self.ask(PERMIT, attribute(PEER, address(host, port)))[0]

    def refresh(self):
        return self.ask(REFRESH, attribute(LIFETIME, struct.pack("!I", 600)))[0]

    def close(self):
        self.socket.close()

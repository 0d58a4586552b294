"""Two machines on one cable: this one (clients, peers, attackers) and the server's, each a network namespace.

The clients' side owns whole networks, so every client and peer can have an address of its own; addresses look public,
because a TURN server refuses to relay to private ones. Nothing leaves the namespaces."""
import ctypes, dataclasses, itertools, os, socket, struct, subprocess

SERVER4, SERVER6 = "11.0.0.1", "2a0e:1::1"
HERE4, HERE6 = "11.0.0.2", "2a0e:1::2"


def run(command, **options):
    return subprocess.run(command, shell=True, check=True, capture_output=True, text=True, **options).stdout


class Network:
    """scripts/conformance-turn has put this process into a namespace of its own; this makes the server's beside it."""

    def __init__(self):
        self.holder = subprocess.Popen(["unshare", "--net", "sh", "-c", "echo; exec sleep infinity"], stdout=subprocess.PIPE)
        self.holder.stdout.readline()
        run("ip link set lo up")
        run(f"ip link add cable0 type veth peer name cable1 netns {self.holder.pid}")
        self.inside("ip link set lo up")
        for place, name, four, six in ((run, "cable0", HERE4, HERE6), (self.inside, "cable1", SERVER4, SERVER6)):
            place(f"echo 0 >/proc/sys/net/ipv6/conf/{name}/accept_dad; echo 0 >/proc/sys/net/ipv4/conf/all/rp_filter;"
                  f"echo 0 >/proc/sys/net/ipv4/conf/{name}/rp_filter;"
                  f"ip addr add {four}/24 dev {name}; ip addr add {six}/64 dev {name} nodad; ip link set {name} up")
        run("echo 1 >/proc/sys/net/ipv6/ip_nonlocal_bind")  # IPv4 lets us bind to what is routed here anyway
        run("ip route add local 11.1.0.0/16 dev lo; ip route add local 11.2.0.0/16 dev lo;"
            "ip -6 route add local 2a0e:1:1::/48 dev lo; ip -6 route add local 2a0e:1:2::/48 dev lo")
        self.inside(f"ip route add default via {HERE4}; ip -6 route add default via {HERE6}")
        self.clients, self.peers = itertools.count(1), itertools.count(1)

    def inside(self, command):
        """Runs a command on the server's machine."""
        return run(" ".join(self.prefix) + " sh -c '" + command + "'")

    @property
    def prefix(self):
        return ["nsenter", f"--net=/proc/{self.holder.pid}/ns/net", "--"]

    def client_host(self, family=4):
        """An address that no test has used, for IPv6 in a network of its own: budgets per source are each test's own."""
        number = next(self.clients)
        return f"11.1.{number >> 8 & 255}.{number & 255}" if family == 4 else f"2a0e:1:1:{number:x}::1"

    def peer_host(self, family=4):
        number = next(self.peers)
        return f"11.2.{number >> 8 & 255}.{number & 255}" if family == 4 else f"2a0e:1:2:{number:x}::1"

    def peer(self, host=None, family=4):
        """A UDP socket on an address of its own, or on the given one."""
        host = host or self.peer_host(family)
        peer = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_DGRAM)
        peer.bind((host, 0))
        return peer

    def close(self):
        self.holder.kill()
        self.holder.wait()


def is_isolated():
    """Whether we may do as we like with the network: root in a namespace that scripts/conformance-turn made."""
    return os.environ.get("INTEROP_NAMESPACE") == "1"


CLONE_NEWNET, SO_RCVBUFFORCE, SOL_PACKET, PACKET_STATISTICS = 0x40000000, 33, 263, 6
_libc = ctypes.CDLL(None, use_errno=True)


def enter(namespace):
    if _libc.setns(namespace.fileno(), CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "setns")


def socket_inside(network, *arguments):
    """A socket on the server's machine. A socket stays where it was made; this thread comes back."""
    with open("/proc/thread-self/ns/net") as here, open(f"/proc/{network.holder.pid}/ns/net") as there:
        enter(there)
        try:
            return socket.socket(*arguments)
        finally:
            enter(here)


class Sniffer:
    """Every frame of an interface, or of all of a machine, by AF_PACKET: (IP version, source, destination, protocol,
    source port, destination port, bytes of the IP packet, payload)."""

    def __init__(self, interface=None, network=None):
        arguments = socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3)
        self.socket = socket_inside(network, *arguments) if network else socket.socket(*arguments)
        widen(self.socket)
        if interface:
            self.socket.bind((interface, 3))
        self.socket.setblocking(False)

    def packets(self):
        """What has come since the last time."""
        while True:
            try:
                frame, where = self.socket.recvfrom(65536)
            except BlockingIOError:
                return
            packet = parse(frame[14:] if where[3] != 65534 else frame)
            if packet:
                yield packet

    def close(self):
        """Fails when something went by unseen."""
        seen, lost = struct.unpack("II", self.socket.getsockopt(SOL_PACKET, PACKET_STATISTICS, 8))
        self.socket.close()
        assert lost == 0, f"{lost} of {seen} frames went by unseen"


def widen(line):
    """As much room for what has come as the kernel gives."""
    try:
        line.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 64 << 20)
    except PermissionError:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 64 << 20)


def parse(data):
    """An IP packet; None for anything else, ARP and neighbour discovery included."""
    if len(data) < 20:
        return None
    if data[0] >> 4 == 4:
        size, protocol, source, destination = struct.unpack_from("!H5xB2x4s4s", data, 2)
        start = (data[0] & 15) * 4
    elif data[0] >> 4 == 6 and len(data) >= 40:
        size, protocol, source, destination = struct.unpack_from("!HBx16s16s", data, 4)
        size, start = size + 40, 40
        if protocol == 58:
            return None
    else:
        return None
    data = data[:size]
    source, destination = (socket.inet_ntop(socket.AF_INET if len(one) == 4 else socket.AF_INET6, one) for one in (source, destination))
    ports = struct.unpack_from("!HH", data, start) if protocol == 17 and len(data) >= start + 8 else (0, 0)
    return Packet(source, destination, protocol, *ports, size, data[start + 8:])


@dataclasses.dataclass(frozen=True)
class Packet:
    source: str
    destination: str
    protocol: int
    source_port: int
    destination_port: int
    size: int
    payload: bytes

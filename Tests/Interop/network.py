"""Two machines on one cable: this one (clients, peers, attackers) and the server's, each a network namespace.

The clients' side owns whole networks, so every client and peer can have an address of its own; addresses look public,
because a TURN server refuses to relay to private ones. Nothing leaves the namespaces."""
import itertools, os, socket, subprocess

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
            "ip -6 route add local 2a0e:1:1::/64 dev lo; ip -6 route add local 2a0e:1:2::/64 dev lo")
        self.inside(f"ip route add default via {HERE4}; ip -6 route add default via {HERE6}")
        self.clients, self.peers = itertools.count(1), itertools.count(1)

    def inside(self, command):
        """Runs a command on the server's machine."""
        return run(" ".join(self.prefix) + " sh -c '" + command + "'")

    @property
    def prefix(self):
        return ["nsenter", f"--net=/proc/{self.holder.pid}/ns/net", "--"]

    def client_host(self, family=4):
        """An address that no test has used: budgets per address are each test's own."""
        number = next(self.clients)
        return f"11.1.{number >> 8 & 255}.{number & 255}" if family == 4 else f"2a0e:1:1::{number:x}"

    def peer_host(self, family=4):
        number = next(self.peers)
        return f"11.2.{number >> 8 & 255}.{number & 255}" if family == 4 else f"2a0e:1:2::{number:x}"

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

"""A network of its own for a test process: two hosts behind symmetric NATs and the host of the server.

    alice (192.168.1.2) - NAT 100.128.0.101 -.
                                             bridge 100.128.0.0/24 - server 100.128.0.10
    ben   (192.168.2.2) - NAT 100.128.0.102 -'

Needs root, iproute2 and nftables. Nothing in it reaches the machine's own network. The addresses between the NATs are public
ones as far as the server can tell: it relays to them as it would on the Internet. Namespaces are named after the process, so
that several runs do not meet; those of a process that died are swept up by the next run.
"""
import atexit, ctypes, itertools, json, os, pathlib, re, shutil, subprocess, threading

SERVER = "100.128.0.10"
SIDES = {"alice": ("192.168.1", "100.128.0.101"), "ben": ("192.168.2", "100.128.0.102")}
NAMESPACES = pathlib.Path("/run/netns")
CLONE_NEWNET = 0x40000000
numbers = itertools.count(1)
libc = ctypes.CDLL(None, use_errno=True)

NAT = """
table ip nat {
 chain out {
  type nat hook postrouting priority srcnat;
  oifname "wan" masquerade random,fully-random
 }
}
table ip firewall {
 chain forward {
  type filter hook forward priority filter; policy drop;
  ct state established,related accept
  iifname "lan" oifname "wan" accept
 }
}
"""


def why_not():
    """The sentence that says why there can be no network here; None when there can."""
    missing = [tool for tool in ("ip", "nft") if not shutil.which(tool)]
    if os.geteuid() != 0:
        return "a network of namespaces needs root"
    return f"a network of namespaces needs {' and '.join(missing)}" if missing else None


def run(*command, text=None):
    done = subprocess.run(command, input=text, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr.strip()}")
    return done.stdout


def enter(namespace):
    """Moves the calling thread, and what it will start, into a namespace."""
    with open(NAMESPACES / namespace) as place:
        if libc.setns(place.fileno(), CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), f"cannot enter {namespace}")


def inside(namespace, work):
    """The result of `work()`, done by a thread in that namespace. Sockets made there stay there."""
    results = []

    def do():
        try:
            enter(namespace)
            results.append((work(), None))
        except BaseException as error:  # raised again where the result is wanted
            results.append((None, error))

    thread = threading.Thread(target=do)
    thread.start()
    thread.join()
    value, error = results[0]
    if error:
        raise error
    return value


def sweep():
    """Removes what processes that are gone left behind."""
    for place in NAMESPACES.glob("call-*"):
        owner = re.match(r"call-(\d+)-", place.name)
        if owner and not os.path.exists(f"/proc/{owner[1]}"):
            subprocess.run(["ip", "netns", "del", place.name], capture_output=True)


class Network:
    def __init__(self):
        sweep()
        self.prefix = f"call-{os.getpid()}-{next(numbers)}"
        self.namespaces = []
        atexit.register(self.close)
        self.server = self.namespace("server")
        self.ip(self.server, "link add hub type bridge")
        self.ip(self.server, f"addr add {SERVER}/24 dev hub")
        self.ip(self.server, "link set hub up")
        # As on the Internet there is always somewhere to send to; what goes there is lost.
        self.ip(self.server, "route add default via 100.128.0.254")
        for side, (inner, outer) in SIDES.items():
            self.connect(side, inner, outer)

    def namespace(self, name):
        full = f"{self.prefix}-{name}"
        run("ip", "netns", "add", full)
        self.namespaces.append(full)
        inside(full, self.without_ipv6)
        self.ip(full, "link set lo up")
        return full

    @staticmethod
    def without_ipv6():
        """An address that comes a second later than the others makes browsers drop what they are loading."""
        for interfaces in ("all", "default"):
            pathlib.Path(f"/proc/sys/net/ipv6/conf/{interfaces}/disable_ipv6").write_text("1")

    def connect(self, side, inner, outer):
        host, nat = self.namespace(side), self.namespace(f"{side}-nat")
        self.ip(nat, f"link add lan type veth peer name eth0 netns {host}")
        self.ip(nat, f"link add wan type veth peer name {side} netns {self.server}")
        self.ip(self.server, f"link set {side} master hub up")
        for place, device, address in ((host, "eth0", f"{inner}.2"), (nat, "lan", f"{inner}.1"), (nat, "wan", outer)):
            self.ip(place, f"addr add {address}/24 dev {device}")
            self.ip(place, f"link set {device} up")
        self.ip(host, f"route add default via {inner}.1")
        inside(nat, lambda: pathlib.Path("/proc/sys/net/ipv4/ip_forward").write_text("1"))
        self.nft(nat, NAT)

    def host(self, side):
        return f"{self.prefix}-{side}"

    def nat(self, side):
        return f"{self.prefix}-{side}-nat"

    @staticmethod
    def ip(namespace, words):
        run("ip", "-n", namespace, *words.split())

    @staticmethod
    def nft(namespace, rules):
        run("ip", "netns", "exec", namespace, "nft", "-f", "-", text=rules)

    # Switches. Each replaces the one before on that side.

    def open(self, side):
        """Everything goes out again."""
        self.rules(side, "")

    def block_udp(self, side):
        """No datagram passes the firewall of that side, neither of new flows nor of old ones."""
        self.rules(side, "meta l4proto udp drop")

    def only_tcp(self, side, *ports):
        """As in a strict office: TCP to these ports of the server and nothing else."""
        listed = ", ".join(map(str, ports))
        self.rules(side, f"ip daddr {SERVER} tcp dport {{ {listed} }} accept\nip saddr {SERVER} tcp sport {{ {listed} }} accept\ndrop")

    def cut(self, side):
        """The cable is out; the interfaces do not know it."""
        self.rules(side, "drop")

    def nothing_new(self, side):
        """What is connected by TCP goes on; no datagram and no new connection passes."""
        self.rules(side, "meta l4proto udp drop\nct state new drop")

    def rules(self, side, lines):
        self.nft(self.nat(side), f"""
table ip lab
delete table ip lab
table ip lab {{
 chain forward {{
  type filter hook forward priority -10;
  {lines}
 }}
}}
""")

    def forget_mappings(self, side):
        """The NAT starts over, as a router that lost its power: every flow gets another public port."""
        self.ip(self.nat(side), "link set wan down")
        self.ip(self.nat(side), "link set wan up")

    def rate(self, side, kilobits=None):
        """Limits what that side sends; None: no limit any more."""
        subprocess.run(["tc", "-n", self.nat(side), "qdisc", "del", "dev", "wan", "root"], capture_output=True)
        if kilobits:
            run("tc", "-n", self.nat(side), *f"qdisc add dev wan root tbf rate {kilobits}kbit burst 8kb latency 300ms".split())

    def reset(self):
        for side in SIDES:
            self.open(side)
            self.rate(side)

    # What passed

    def count_direct(self):
        """Begins to count what goes from one side towards the other without the server between."""
        addresses = [address for inner, outer in SIDES.values() for address in (f"{inner}.0/24", outer)]
        for side, (inner, outer) in SIDES.items():
            others = ", ".join(address for address in addresses if address not in (f"{inner}.0/24", outer))
            self.nft(self.nat(side), f"""
table ip watch
delete table ip watch
table ip watch {{
 chain sent {{
  type filter hook forward priority -20;
  ip daddr {{ {others} }} counter
 }}
 chain arrived {{
  type filter hook prerouting priority -400;
  iifname "wan" ip saddr {{ {others} }} counter
 }}
}}
""")

    def direct_packets(self):
        """How many there were since then."""
        packets = 0
        for side in SIDES:
            listed = json.loads(run("ip", "netns", "exec", self.nat(side), "nft", "-j", "list", "table", "ip", "watch"))
            for entry in listed["nftables"]:
                for part in entry.get("rule", {}).get("expr", []):
                    packets += part.get("counter", {}).get("packets", 0)
        return packets

    def close(self):
        for namespace in self.namespaces:
            subprocess.run(["ip", "netns", "del", namespace], capture_output=True)
        self.namespaces = []

"""Peer addresses that no relay may reach by default: IANA's special-purpose registries (RFC 6890 and its updates) without
the entries that are globally reachable, the IPv4 ones again in every dress that IPv6 has for them."""
import ipaddress

REGISTRY4 = [
    "0.0.0.0/8", "0.0.0.0/32", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/29", "192.0.0.8/32",
    "192.0.0.170/31", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4",
    "232.0.0.0/8", "239.0.0.0/8", "240.0.0.0/4", "255.255.255.255/32"]
REGISTRY6 = [
    "::1/128", "::/128", "::ffff:0:0/96", "64:ff9b:1::/48", "100::/64", "2001::/32", "2001:2::/48", "2001:db8::/32", "2001:10::/28", "3fff::/20",
    "5f00::/16", "fc00::/7", "fd00::/8", "fe80::/10", "fec0::/10", "ff00::/8", "ff02::/16", "ff05::/16", "ff0e::/16"]
# What clouds and routers answer on.
FAVOURITES4 = ["169.254.169.254", "169.254.170.2", "100.100.100.200", "192.168.0.1", "192.168.1.1", "10.0.0.1", "172.17.0.1",
               "127.0.0.53", "224.0.0.251", "239.255.255.250"]
FAVOURITES6 = ["fd00:ec2::254", "fe80::1", "ff02::1", "ff02::2", "ff02::fb", "fd00::1"]


def dressed(host):
    """An IPv4 address as IPv6 addresses that lead, or may lead, to it."""
    four = int(ipaddress.IPv4Address(host))
    return [ipaddress.IPv6Address(value) for value in (
        0xFFFF << 32 | four,                          # mapped
        four,                                         # compatible
        0xFFFF << 48 | four,                          # translated (SIIT)
        0x64FF9B << 96 | four,                        # NAT64
        0x64FF9B0001 << 80 | four,                    # NAT64 of a site
        0x2002 << 112 | four << 80 | 1,               # 6to4
        0x20010000 << 96 | four << 64 | 0xFFFFFFFF,   # Teredo, as the server
        0x20010000 << 96 | (four ^ 0xFFFFFFFF))]      # Teredo, as the client


def samples(network, dice):
    """The ends of a range, one beside each, and one from the middle."""
    first, last = int(network[0]), int(network[-1])
    kind = type(network[0])
    return [kind(value) for value in {first, min(first + 1, last), max(last - 1, first), last, dice.randint(first, last)}]


def special_addresses(dice, own=()):
    """At least 400 addresses as text; `own` are the machine's."""
    four = {str(each) for text in REGISTRY4 for each in samples(ipaddress.ip_network(text), dice)} | set(FAVOURITES4)
    six = {each for text in REGISTRY6 for each in samples(ipaddress.ip_network(text), dice)}
    six |= {ipaddress.ip_address(each) for each in FAVOURITES6}
    own4 = {each for each in own if ":" not in each}
    seeds = [text.split("/")[0] for text in REGISTRY4] + FAVOURITES4 + sorted(own4)
    six |= {each for seed in seeds for each in dressed(seed)}
    return sorted(four | own4 | {str(each) for each in six} | (set(own) - own4))

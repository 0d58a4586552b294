"""T-STUN-2: what strangers can make the server send, and to whom. A forged source is a victim."""
import concurrent.futures, itertools, socket, time

import pytest

from client import *
from network import Sniffer
from strangers import STRANGERS, plain, signed, who
from world import UDP, additional, channel, even, lifetime, number, peer_at, requested

BINDING_MOST, ANYTHING_MOST = 1.4, 2.0
FLOOD_SECONDS, FLOOD_RATE = 3, 10_000


def questions():
    """Whatever can be asked without a password: name → function of a transaction id."""
    made = {}
    bodies = {"bare": [], "UDP": [UDP], "large": [UDP, Attribute(SOFTWARE, b"x" * 120)], "families": [UDP, requested(2)],
              "dual": [UDP, additional(2)], "even": [UDP, even(True)], "peer": [peer_at("8.8.8.8")],
              "channel": [channel(0x4000), peer_at("8.8.8.8")], "lifetime": [lifetime(0)],
              "unknown": [number(0x7777, 1)], "eight unknown": [Attribute(0x7000 + each) for each in range(8)],
              "forty unknown": [Attribute(0x7000 + each) for each in range(40)], "DONT-FRAGMENT": [UDP, Attribute(DONT_FRAGMENT)]}
    for (method, code), (name, body) in itertools.product(METHODS.items(), bodies.items()):
        made[f"{method}, {name}"] = plain(code, *body)
        made[f"{method}, {name}, FINGERPRINT"] = plain(code, *body, fingerprint=True)
    for method, code in METHODS.items():
        made[f"{method}, integrity alone"] = signed(code)
        made[f"{method}, SHA-256 integrity alone"] = signed(code, integrity=("sha256",))
        made[f"{method}, wrong integrity"] = signed(code, UDP, *who())
        made[f"{method}, short everything"] = signed(code, *who(b"", b"", b""))
        made[f"{method}, without user"] = signed(code, *who()[1:])
        made[f"{method}, without nonce"] = signed(code, *who()[:2])
        made[f"{method}, long nonce"] = signed(code, *who(nonce=b"n" * 127))
        made[f"{method}, indication"] = plain(code, UDP, kind=INDICATION)
        made[f"{method}, success"] = plain(code, UDP, kind=SUCCESS)
    made["ChannelData"] = lambda transaction: channel_data(0x4000, b"hello")
    made["a cut header"] = lambda transaction: header(REQUEST, BINDING, 0, transaction)[:19]
    made["nothing"] = lambda transaction: b""
    made["random"] = lambda transaction: transaction * 8
    return made


def measure(server, network, dice, family):
    """Asks each question from an address of its own; name → bytes answered / bytes asked, both counted on the cable."""
    sniffer = Sniffer("cable0")
    names = {}
    for name, question in questions().items():
        host = network.client_host(family)
        names[host] = name
        with socket_of(host, family) as line:
            line.connect(server.address(family=family))
            line.send(question(dice.randbytes(12)))
    client = good_client(server, network, dice, family)
    client.heard()
    client.close()
    time.sleep(0.3)
    asked, answered = dict.fromkeys(names.values(), 0), dict.fromkeys(names.values(), 0)
    for packet in sniffer.packets():
        # Our own "port unreachable", for the socket is closed already, is neither.
        if packet.protocol == 17 and packet.source in names:
            asked[names[packet.source]] += packet.size
        if packet.destination in names:
            answered[names[packet.destination]] += packet.size
    sniffer.close()
    assert all(asked.values())
    return {name: answered[name] / asked[name] for name in asked}


def socket_of(host, family):
    line = socket.socket(socket.AF_INET6 if family == 6 else socket.AF_INET, socket.SOCK_DGRAM)
    line.bind((host, 0))
    return line


def too_large(ratios):
    """The questions whose answers amplify."""
    return {name: round(ratio, 2) for name, ratio in ratios.items()
            if ratio > (BINDING_MOST if name.startswith("Binding") else ANYTHING_MOST)}


@pytest.mark.parametrize("family", (4, 6))
def test_answers_are_small(family, start, network, dice):
    """No answer to a stranger has more than twice the bytes of the question, headers counted; a Binding's at most 1.4 times."""
    ratios = measure(start("parley"), network, dice, family)
    print({name: round(ratio, 2) for name, ratio in sorted(ratios.items(), key=lambda item: -item[1])[:12]})
    assert len(ratios) > 200 and any(ratios.values())
    assert not too_large(ratios)


def test_the_measurement_sees_amplification(start, network, dice):
    """Negative control: a server that says its name and its reasons is found out."""
    assert too_large(measure(start("talkative"), network, dice, 4))


def answers_to_victim(server, network, flood, dice, seconds=FLOOD_SECONDS):
    """Packets that a victim gets of a flood in its name."""
    victim, sniffer, heard = network.client_host(), Sniffer("cable0"), 0
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        running = pool.submit(flood, server, FLOOD_RATE * seconds, FLOOD_RATE, victim, STRANGERS, dice.getrandbits(63))
        while not running.done():
            heard += sum(packet.destination == victim for packet in sniffer.packets())
            time.sleep(0.002)
    sent, took = running.result()
    time.sleep(0.3)
    heard += sum(packet.destination == victim for packet in sniffer.packets())
    sniffer.close()
    assert sent == FLOOD_RATE * seconds and took < seconds * 2, (sent, took)
    return heard, took


def test_a_victim_gets_ten_answers_a_second(start, network, flood, dice):
    """10,000 forged questions a second in one victim's name bring it at most ten answers a second; others are served."""
    server = start("parley")
    heard, took = answers_to_victim(server, network, flood, dice)
    print(f"{heard} answers in {took:.1f} s")
    assert heard <= 10 * (took + 1), f"{heard} answers in {took:.1f} s"
    client = good_client(server, network, dice)
    client.allocate()
    client.close()


def test_the_flood_is_a_flood(start, network, flood, dice):
    """Negative control: a server without a budget sends the victim thousands."""
    heard, took = answers_to_victim(start("coturn"), network, flood, dice, seconds=1)
    assert heard > 1000

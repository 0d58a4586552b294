"""Rooms that hide their members' addresses from each other."""
import json, re

from playwright.sync_api import expect

import network

HIDE = "Hide addresses from each other"
NOTICE = "Addresses are hidden from each other."
HARMLESS = {network.SERVER, "0.0.0.0", "127.0.0.1"}
ADDRESS = re.compile(r"\b\d{1,3}(?:\.\d{1,3}){3}\b|\b[0-9a-f]{1,4}(?::[0-9a-f]{0,4}){2,7}\b|[0-9a-f-]{36}\.local")


def addresses(messages):
    """Every address in what was signalled, fingerprints left out."""
    said = " ".join(json.dumps(message) for message in messages if message["type"] in ("offer", "answer", "candidate"))
    return set(ADDRESS.findall(re.sub(r"a=fingerprint:\S+ [0-9A-F:]+", "", said))) - HARMLESS


def test_addresses_are_signalled_otherwise(call):
    """In an ordinary room browsers tell their addresses and try the straight way: what the next test looks for can be seen."""
    call.network.count_direct()
    ana, ben = call.pair()
    ana.wait_for_media(seconds=60)
    assert addresses(ben.messages()) & {"192.168.1.2", "100.128.0.101"}
    assert call.network.direct_packets() > 0


def test_nobody_learns_addresses(call):
    """In a room that hides addresses no packet goes from one to the other, and no message brings anybody's address."""
    call.network.count_direct()
    ana = call.join("alice", "Ana").choose_more(HIDE)
    ana.text(NOTICE)
    ben = call.join("ben", "Ben").text(NOTICE)
    for person in (ana, ben):
        person.wait_for_media(seconds=60)
    assert call.network.direct_packets() == 0
    for person in (ana, ben):
        messages = person.messages()
        assert any(message["type"] == "candidate" and message["candidate"] for message in messages)
        assert addresses(messages) == set() and addresses(person.said) == set()
        person.wait_for_way("udp", "tcp", "tls")
        assert person.ways()[0]["theirs"] in (network.SERVER, "")  # '' as long as it has not been signalled


def test_firefox_hides_them_too(call):
    """So it is with Firefox."""
    ana = call.join("alice", "Ana").choose_more(HIDE)
    call.network.count_direct()
    ben = call.join("ben", "Ben", "firefox")
    for person in (ana, ben):
        person.wait_for_media(seconds=60)
    assert call.network.direct_packets() == 0
    for person in (ana, ben):
        assert addresses(person.messages()) == set() and addresses(person.said) == set()


def test_switched_during_the_meeting(call):
    """Switched on in mid-call everybody goes through the relays without a click and is told; switched off the call goes on."""
    ana, ben = call.pair()
    ana.wait_for_media(seconds=60)
    before = [(person, len(person.messages())) for person in (ana, ben)]
    ana.choose_more(HIDE)
    for person, count in before:
        person.text(NOTICE).wait_for_way("udp", "tcp", "tls").wait_for_media()
        assert addresses(person.messages()[count:]) == set()
    call.network.count_direct()
    ana.pause(3)
    assert call.network.direct_packets() == 0
    ana.choose_more(HIDE)
    for person in (ana, ben):
        person.until("linksToPeople().at(-1).getConfiguration().iceTransportPolicy === 'all'", 10).wait_for_media()
        person.do(lambda caller: expect(caller.page.get_by_text(NOTICE).first).to_be_hidden())

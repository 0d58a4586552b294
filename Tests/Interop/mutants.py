"""Valid messages made wrong, by the dice: truncated, padded, oversized, duplicated, reordered, replayed, forged, and mixed."""
import hmac, struct

from client import *
from world import UDP, channel, data, lifetime


def corpus(client, peer):
    """Good messages of every kind from one client, none of which ends its allocation."""
    to_peer = peer_attribute(peer)
    requests = [
        (BINDING, [], None), (ALLOCATE, [UDP], GOOD), (ALLOCATE, [UDP, Attribute(SOFTWARE, b"a good client")], None),
        (REFRESH, [lifetime(1000)], GOOD), (REFRESH, [], GOOD), (CREATE_PERMISSION, [to_peer], GOOD),
        (CREATE_PERMISSION, [to_peer, to_peer], GOOD), (CHANNEL_BIND, [channel(0x4001), to_peer], GOOD)]
    made = [client.request(method, attributes, auth) for method, attributes, auth in requests]
    made += [client.request(method, attributes, auth, fingerprint=True) for method, attributes, auth in requests]
    made += [encode(INDICATION, SEND, [to_peer, data(payload)], client.transaction()) for payload in (b"", b"hello", bytes(900))]
    made += [channel_data(0x4001, payload, padding=bytes(-len(payload) % 4)) for payload in (b"", b"hello", bytes(900))]
    return made


def pieces(wire):
    """Header and attributes of a message, as far as they can be told apart."""
    found, place = [], 20
    while place + 4 <= len(wire):
        size = struct.unpack_from("!H", wire, place + 2)[0]
        end = place + 4 + size + -size % 4
        found.append(wire[place:end])
        place = end
    return wire[:20], found


def joined(head, parts, is_honest=True):
    """A message again; its length is right when it is honest."""
    body = b"".join(parts)
    return head[:2] + struct.pack("!H", len(body) & 0xFFFF) + head[4:] + body if is_honest else head + body


def truncate(wire, dice, others):
    return wire[:dice.randrange(len(wire) + 1)]


def truncate_honestly(wire, dice, others):
    cut = wire[:20 + dice.randrange(max(1, len(wire) - 20)) // 4 * 4]
    return joined(cut[:20], [cut[20:]])


def pad(wire, dice, others):
    return wire + dice.randbytes(dice.choice((1, 2, 3, 4, 8, 100, 1200)))


def oversize(wire, dice, others):
    head, parts = pieces(wire)
    large = struct.pack("!HH", dice.choice((SOFTWARE, DATA, USERNAME, 0x7777)), 1300) + bytes(1300)
    return joined(head, parts + [large] * dice.choice((1, 10, 40)))


def flip(wire, dice, others):
    changed = bytearray(wire)
    for _ in range(dice.choice((1, 1, 1, 2, 8))):
        changed[dice.randrange(len(changed))] ^= 1 << dice.randrange(8)
    return bytes(changed)


def scramble_length(wire, dice, others):
    return wire[:2] + struct.pack("!H", dice.choice((0, 1, 4, len(wire), 0x7FFF, 0xFFFC, 0xFFFF, dice.getrandbits(16)))) + wire[4:]


def scramble_attribute_length(wire, dice, others):
    head, parts = pieces(wire)
    if not parts:
        return wire
    place = dice.randrange(len(parts))
    length = dice.choice((0, 1, 3, 0xFFFF, dice.getrandbits(16), dice.randrange(40)))
    parts[place] = parts[place][:2] + struct.pack("!H", length) + parts[place][4:]
    return joined(head, parts)


def duplicate(wire, dice, others):
    head, parts = pieces(wire)
    return joined(head, parts + [dice.choice(parts)] * dice.choice((1, 2, 50))) if parts else wire


def reorder(wire, dice, others):
    head, parts = pieces(wire)
    dice.shuffle(parts)
    return joined(head, parts)


def leave_out(wire, dice, others):
    head, parts = pieces(wire)
    return joined(head, dice.sample(parts, dice.randrange(len(parts) + 1)))


def resize(wire, dice, others):
    """An attribute with a value of another length."""
    head, parts = pieces(wire)
    if not parts:
        return wire
    place, value = dice.randrange(len(parts)), dice.randbytes(dice.choice((0, 1, 2, 3, 5, 7, 16, 300)))
    parts[place] = parts[place][:2] + struct.pack("!H", len(value)) + value + bytes(-len(value) % 4)
    return joined(head, parts)


def rename(wire, dice, others):
    head, parts = pieces(wire)
    if not parts:
        return wire
    place = dice.randrange(len(parts))
    type = dice.choice((dice.randrange(0x30), 0x8000 + dice.randrange(0x30), dice.getrandbits(16)))
    parts[place] = struct.pack("!H", type) + parts[place][2:]
    return joined(head, parts)


def retype(wire, dice, others):
    return struct.pack("!H", dice.choice((message_type(dice.randrange(4), dice.randrange(12)), dice.getrandbits(16)))) + wire[2:]


def mix(wire, dice, others):
    """The first part of one message and the second of another."""
    other = dice.choice(others)
    return wire[:dice.randrange(len(wire) + 1)] + other[dice.randrange(len(other) + 1):]


def adopt(wire, dice, others):
    """The attributes of one message under the header of another."""
    return joined(wire[:20].ljust(20, b"\0"), pieces(dice.choice(others))[1] + pieces(wire)[1])


def replay(wire, dice, others):
    return wire


def noise(wire, dice, others):
    return bytes((dice.choice((0, 1, 0x40, 0x4F, 0x7F, 0x80, 0xFF)),)) + dice.randbytes(dice.choice((0, 3, 19, 27, 200, 1400)))


WAYS = [truncate, truncate_honestly, pad, oversize, flip, flip, flip, scramble_length, scramble_attribute_length, duplicate,
        reorder, leave_out, resize, rename, retype, mix, adopt, replay, noise]


def mutant(good, forged, dice):
    """A message made wrong once or twice; `forged` are good messages of somebody else."""
    wire = dice.choice(forged if forged and dice.random() < 0.1 else good)
    for _ in range(dice.choice((1, 1, 1, 2))):
        wire = dice.choice(WAYS)(wire, dice, good) if wire else dice.randbytes(4)
    return wire


def is_signed(wire, key):
    """Whether the first MESSAGE-INTEGRITY of a message verifies: what is behind it does not count."""
    place = 20
    while place + 4 <= len(wire):
        type, size = struct.unpack_from("!HH", wire, place)
        if type == MESSAGE_INTEGRITY and size == 20 and place + 24 <= len(wire):
            covered = wire[:2] + struct.pack("!H", place + 4) + wire[4:place]
            return hmac.compare_digest(hmac.new(key, covered, "sha1").digest(), wire[place + 4:place + 24])
        place += 4 + size + -size % 4
    return False

"""Makes libsrtp.txt next to this file: what libsrtp makes of seeded packets, and which of them it takes back.

    python3 -m venv .venv && .venv/bin/pip install pylibsrtp==1.0.0 && .venv/bin/python Core/Tests/Fixtures/srtp/make.py

pylibsrtp carries libsrtp itself. A line is one of
    profile NUMBER KEY SALT          starts a session: the number DTLS gives the profile, the master key and salt
    rtp PLAIN PROTECTED              in the order of sending
    rtcp PLAIN PROTECTED
    take INDEX BIT VERDICT           the packet at that index of the session comes; BIT of it is flipped, unless -1; taken or not
"""

import random
import struct
from pathlib import Path

from pylibsrtp import Error, Policy, Session

PROFILES = [
    (1, Policy.SRTP_PROFILE_AES128_CM_SHA1_80, 16, 14),
    (7, Policy.SRTP_PROFILE_AEAD_AES_128_GCM, 16, 12),
    (8, Policy.SRTP_PROFILE_AEAD_AES_256_GCM, 32, 12),
]
PACKETS = 90
ARRIVALS = 300
# What Parley keeps of an SSRC; libsrtp has 128 when nobody says.
WINDOW = 1024


def rtp(dice: random.Random, sequence: int, ssrc: int) -> bytes:
    sources = dice.choice([0, 0, 0, 2])
    flags, tail = 0x80 | sources, b""
    header = b"".join(struct.pack("!I", dice.getrandbits(32)) for _ in range(sources))
    if dice.random() < 0.6:
        flags |= 0x10
        words = dice.randrange(4)
        header += struct.pack("!HH", dice.choice([0xBEDE, 0x1000]), words) + dice.randbytes(4 * words)
    if dice.random() < 0.2:
        flags |= 0x20
        count = dice.randrange(1, 9)
        tail = bytes(count - 1) + bytes([count])
    size = dice.choice([0, 1, 15, 16, 17, 40, 63, 64])
    if dice.random() < 0.03:
        size = 1_100
    payload_type = dice.choice([96, 111, 0xE0])
    start = struct.pack("!BBHII", flags, payload_type, sequence & 0xFFFF, dice.getrandbits(32), ssrc)
    return start + header + dice.randbytes(size) + tail


def rtcp(dice: random.Random, ssrc: int) -> bytes:
    words = dice.randrange(8)
    return struct.pack("!BBHI", 0x80, dice.choice([200, 201, 205, 206]), 1 + words, ssrc) + dice.randbytes(4 * words)


def session(number: int, profile: int, key: int, salt: int) -> list[str]:
    dice = random.Random(number)
    secret = dice.randbytes(key + salt)
    lines = [f"profile {number} {secret[:key].hex()} {secret[key:].hex()}"]
    sender = Session(Policy(key=secret, ssrc_type=Policy.SSRC_ANY_OUTBOUND, srtp_profile=profile))
    policy = Policy(key=secret, ssrc_type=Policy.SSRC_ANY_INBOUND, srtp_profile=profile)
    policy.window_size = WINDOW
    receiver = Session(policy)

    # Three streams; their numbers jump, so that each turns several times.
    streams = [[dice.getrandbits(32), dice.randrange(1 << 15)] for _ in range(3)]
    packets = []
    for _ in range(PACKETS):
        stream = dice.choice(streams)
        if dice.random() < 0.15:
            plain = rtcp(dice, stream[0])
            protected = sender.protect_rtcp(plain)
        else:
            stream[1] += dice.choice([1, 1, 1, 2, 300, 700, 9_000, 20_000])
            plain = rtp(dice, stream[1], stream[0])
            protected = sender.protect(plain)
        packets.append((plain, protected))
        kind = "rtcp" if 192 <= plain[1] <= 223 else "rtp"
        lines.append(f"{kind} {plain.hex()} {protected.hex()}")

    # They arrive out of order, twice, damaged.
    position = 0
    for _ in range(ARRIVALS):
        index = max(0, min(PACKETS - 1, position + dice.choice([0, 0, 0, 1, 2, -1, -2, -5, -20])))
        position += dice.random() < 0.32
        plain, protected = packets[index]
        bit = dice.randrange(8 * len(protected)) if dice.random() < 0.15 else -1
        damaged = bytearray(protected)
        if bit >= 0:
            damaged[bit // 8] ^= 0x80 >> bit % 8
        try:
            # The type says which of both it is, as it does to a receiver.
            is_control = 192 <= damaged[1] <= 223
            taken = (receiver.unprotect_rtcp if is_control else receiver.unprotect)(bytes(damaged))
            assert taken == plain and bit == -1
            verdict = "taken"
        except Error:
            verdict = "refused"
        lines.append(f"take {index} {bit} {verdict}")
    return lines


text = "\n".join(line for profile in PROFILES for line in session(*profile))
Path(__file__).with_name("libsrtp.txt").write_text(text + "\n")

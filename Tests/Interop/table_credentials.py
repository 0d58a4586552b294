"""RFC 8489 §9.2, §14.3 to §14.12, RFC 8656 §5: who may ask, on every method that needs credentials."""
import base64, hashlib, hmac

from world import *

REFUSED = dict(lacks=(USERNAME, USERHASH, MESSAGE_INTEGRITY, MESSAGE_INTEGRITY_SHA256))
PEER = peer("p")
# Each method as a good client asks it; behind an allocation where one is needed.
METHODS_ASKED = {
    "Allocate": ([], lambda auth: ask(ALLOCATE, UDP, auth=auth)),
    "Refresh": ([allocated()], lambda auth: ask(REFRESH, lifetime(600), auth=auth)),
    "CreatePermission": ([allocated()], lambda auth: ask(CREATE_PERMISSION, PEER, auth=auth)),
    "ChannelBind": ([allocated()], lambda auth: ask(CHANNEL_BIND, channel(0x4001), PEER, auth=auth)),
}


def for_each(section, title, auth, *expected, over=("udp",), coturn=None, own=False, methods=METHODS_ASKED):
    """One row for each method."""
    rows = []
    for method in methods:
        before, step = METHODS_ASKED[method]
        rows.append(Row(section, f"{method}: {title}", [*before, step(auth), *expected], over, coturn, own))
    return rows


def with_expiry(seconds, participant="late"):
    """The credentials of somebody, good until some seconds from now."""
    def auth(world):
        username, password = world.server.credentials(participant, seconds)
        return Auth(username=username, password=password)
    return auth


def of_another(world):
    """Another participant's good credentials."""
    username, password = world.server.credentials("somebody-else")
    return Auth(username=username, password=password)


def named_like(text):
    """A user name whose password is right, but which is no `expiry:participant`."""
    def auth(world):
        mark = hmac.new(world.server.secret.encode(), text.encode(), hashlib.sha1).digest()
        return Auth(username=text, password=base64.b64encode(mark).decode())
    return auth


def altered_nonce(world):
    client = world.client()
    client.learn()
    last = client.nonce[-2:-1]
    return Auth(nonce=client.nonce[:-2] + (b"A" if last != b"A" else b"B") + client.nonce[-1:])


def without_bits(world):
    """Bid-down: the nonce cookie's security bits set to none."""
    client = world.client()
    client.learn(large=True)
    assert client.nonce.startswith(NONCE_COOKIE)
    return Auth(nonce=NONCE_COOKIE + b"AAAA" + client.nonce[13:])


def flipped_integrity(before):
    """A good request with one bit of its MESSAGE-INTEGRITY turned."""
    def make(client):
        wire = bytearray(client.request(ALLOCATE, [UDP], GOOD))
        wire[-before] ^= 1
        return bytes(wire)
    return raw(make)


def short_integrity(client):
    """Sixteen bytes where MESSAGE-INTEGRITY has twenty."""
    body = client.request(ALLOCATE, [UDP], Auth(integrity=()))[20:] + struct.pack("!HH", MESSAGE_INTEGRITY, 16) + bytes(16)
    return header(REQUEST, ALLOCATE, len(body), client.transaction()) + body


def cookie_says_algorithms(message, world):
    """RFC 8489 §9.2: bit 0 of the nonce cookie's features, and PASSWORD-ALGORITHMS, come together."""
    nonce = message[NONCE]
    claimed = nonce.startswith(NONCE_COOKIE) and bool(base64.b64decode(nonce[9:13])[0] & 0x80)
    return claimed == (PASSWORD_ALGORITHMS in message)


def takes_nonce(message, world):
    """The client goes on with this nonce."""
    world.client().nonce = message[NONCE]
    return True


def differs(message, world):
    """The nonce of another 5-tuple is another nonce."""
    world.client("b").learn()
    return world.client("b").nonce != message[NONCE]


def algorithms_are(*wanted):
    def check(message, world):
        value, found, place = message[PASSWORD_ALGORITHMS], [], 0
        while place + 4 <= len(value):
            algorithm, length = struct.unpack_from("!HH", value, place)
            found.append(algorithm)
            place += 4 + (length + 3) // 4 * 4
        return tuple(found) == wanted
    return check


LARGE = Attribute(SOFTWARE, b"x" * 120)
OLD = "it has no PASSWORD-ALGORITHMS (RFC 8489)"

ROWS = [
    *for_each("8489 §9.2.4", "without MESSAGE-INTEGRITY is answered 401 with REALM and NONCE", ANONYMOUS, error(401, REALM, NONCE, **REFUSED)),
    Row("8489 §9.2.4", "Allocate without credentials is answered 401 on every transport",
        [ask(ALLOCATE, UDP, auth=ANONYMOUS), error(401, REALM, NONCE)], EVERYWHERE),
    Row("8489 §9.2.4", "401 says neither who we are nor why",
        [ask(ALLOCATE, UDP, auth=ANONYMOUS),
         error(401, lacks=(SOFTWARE,), check=lambda message, world: len(message[ERROR_CODE]) == 4)], own=True),
    Row("8489 §9.2.4", "USERNAME, REALM and NONCE without integrity are still unauthenticated",
        [ask(ALLOCATE, UDP, auth=Auth(integrity=())), error(401, REALM, NONCE)]),
    Row("8489 §9.2.4", "two clients get different nonces", [ask(ALLOCATE, UDP, auth=ANONYMOUS), error(401, NONCE, check=differs)]),
    Row("8489 §9.2", "a nonce has at most 128 characters",
        [ask(ALLOCATE, UDP, LARGE, auth=ANONYMOUS), error(401, check=lambda message, world: 8 <= len(message[NONCE]) <= 128)]),
    Row("8489 §9.2", "a nonce is quotable text",
        [ask(ALLOCATE, UDP, auth=ANONYMOUS),
         error(401, check=lambda message, world: message[NONCE].isascii() and message[NONCE].decode().isprintable())]),
    Row("8489 §9.2.4", "the realm is the server's",
        [ask(ALLOCATE, UDP, auth=ANONYMOUS), error(401, check=lambda message, world: message[REALM] == world.server.realm.encode())]),
    # Missing parts
    *for_each("8489 §9.2.4", "integrity without USERNAME is answered 400", Auth(omit=(USERNAME,)), error(400, **REFUSED)),
    *for_each("8489 §9.2.4", "integrity without REALM is answered 400", Auth(omit=(REALM,)), error(400, **REFUSED)),
    *for_each("8489 §9.2.4", "integrity without NONCE is answered 400", Auth(omit=(NONCE,)), error(400, **REFUSED)),
    Row("8489 §9.2.4", "a request without all three is answered 400",
        [ask(ALLOCATE, UDP, auth=Auth(omit=(USERNAME, REALM, NONCE))), error(400, **REFUSED)]),
    # Wrong parts
    *for_each("8489 §9.2.4", "a wrong password is answered 401", Auth(password="wrong"), error(401, REALM, NONCE, **REFUSED)),
    Row("8489 §9.2.4", "a wrong password is answered 401 on every transport",
        [ask(ALLOCATE, UDP, auth=Auth(password="wrong")), error(401, REALM, NONCE)], EVERYWHERE),
    Row("8489 §9.2.4", "one turned bit of MESSAGE-INTEGRITY is answered 401", [flipped_integrity(1), error(401, REALM, NONCE)]),
    Row("8489 §9.2.4", "the first bit of MESSAGE-INTEGRITY counts too", [flipped_integrity(20), error(401, REALM, NONCE)]),
    Row("8489 §9.2.4", "another realm is not ours",
        [ask(ALLOCATE, UDP, auth=Auth(realm=b"elsewhere")), error(401, REALM, NONCE)], coturn="437"),
    Row("8489 §9.2.4", "after 401 the good password is accepted",
        [ask(ALLOCATE, UDP, auth=Auth(password="wrong")), error(401), ask(ALLOCATE, UDP), success()]),
    Row("8489 §14.5", "a MESSAGE-INTEGRITY of 16 bytes is not one", [raw(short_integrity), error((400, 401))]),
    # REST credentials
    Row("REST", "credentials whose time has come are answered 401", [ask(ALLOCATE, UDP, auth=with_expiry(-5)), error(401, REALM, NONCE)]),
    Row("REST", "credentials of 1970 are answered 401", [ask(ALLOCATE, UDP, auth=named_like("0:somebody")), error(401)]),
    Row("REST", "credentials of tomorrow are good", [ask(ALLOCATE, UDP, auth=with_expiry(86400)), success()]),
    Row("REST", "a user name without expiry is answered 401", [ask(ALLOCATE, UDP, auth=named_like("somebody")), error(401)]),
    Row("REST", "a user name whose expiry is no number is answered 401",
        [ask(ALLOCATE, UDP, auth=named_like("12x4567890:somebody")), error(401)]),
    Row("REST", "a user name whose expiry is negative is answered 401", [ask(ALLOCATE, UDP, auth=named_like("-1:somebody")), error(401)]),
    Row("REST", "an expiry of forty digits is answered 401", [ask(ALLOCATE, UDP, auth=named_like("9" * 40 + ":somebody")), error(401)]),
    Row("REST", "a user name of a colon is answered 401", [ask(ALLOCATE, UDP, auth=named_like(":")), error(401)]),
    Row("REST", "a user name of 120 bytes is a user name", [ask(ALLOCATE, UDP, auth=with_expiry(600, "n" * 109)), success()]),
    # Nonces
    *for_each("8489 §9.2.4", "the nonce of another client is answered 438 with a new one", nonce_of("b"),
              error(438, REALM, NONCE, lacks=(USERNAME,))),
    *for_each("8489 §9.2.4", "a nonce that was never given is answered 438", Auth(nonce=b"never given"),
              error(438, REALM, NONCE, lacks=(USERNAME,))),
    Row("8489 §9.2.4", "an altered nonce is answered 438", [ask(ALLOCATE, UDP, auth=altered_nonce), error(438, REALM, NONCE)]),
    Row("8489 §9.2.4", "a nonce of 127 characters that was never given is answered 438",
        [ask(ALLOCATE, UDP, auth=Auth(nonce=b"n" * 127)), error(438, NONCE)]),
    Row("8489 §9.2.4", "the nonce out of a 438 is good",
        [ask(ALLOCATE, UDP, auth=Auth(nonce=b"never given")), error(438, check=takes_nonce), ask(ALLOCATE, UDP), success()], EVERYWHERE),
    # The RFC looks at integrity first; coturn and ours look at the nonce first, which costs less and ends the same.
    Row("8489 §9.2.4", "a wrong password with a stale nonce is answered 401, at the latest with the new nonce",
        [ask(ALLOCATE, UDP, auth=Auth(password="wrong", nonce=b"never given")), error((401, 438), NONCE, check=takes_nonce),
         ask(ALLOCATE, UDP, auth=Auth(password="wrong")), error(401)]),
    Row("8489 §9.2.4", "a nonce serves many requests", [allocated(), *[step for _ in range(5) for step in (ask(REFRESH), success())]]),
    # RFC 8656 §5
    *for_each("8656 §5", "another participant's credentials are answered 441", of_another, error(441),
              methods=("Refresh", "CreatePermission", "ChannelBind")),
    Row("8656 §5", "the same participant with newer credentials is another user name: 441",
        [allocated(), ask(REFRESH, auth=lambda world: Auth(*world.server.credentials(world.participant, 900))), error(441)]),
    Row("8656 §5", "after 441 the owner goes on", [allocated(), ask(REFRESH, auth=of_another), error(441), ask(REFRESH), success()]),
    *[Row("8656 §5", f"{method} without an allocation is answered 437", [METHODS_ASKED[method][1](GOOD), error(437)], EVERYWHERE,
          coturn=None if method == "Refresh" else "400")
      for method in ("Refresh", "CreatePermission", "ChannelBind")],
    *[Row("8656 §5", f"{method} without allocation and credentials is answered 401 first", [METHODS_ASKED[method][1](ANONYMOUS), error(401)])
      for method in ("Refresh", "CreatePermission", "ChannelBind")],
    # RFC 8489: SHA-256 and what protects against bidding down
    Row("8489 §9.2", "the nonce cookie claims password algorithms exactly when they are listed (small question)",
        [ask(ALLOCATE, UDP, auth=ANONYMOUS), error(401, check=cookie_says_algorithms)]),
    Row("8489 §9.2", "the nonce cookie claims password algorithms exactly when they are listed (large question)",
        [ask(ALLOCATE, UDP, LARGE, auth=ANONYMOUS), error(401, check=cookie_says_algorithms)]),
    Row("8489 §9.2.4", "a large question is told that SHA-256 is preferred to MD5",
        [ask(ALLOCATE, UDP, LARGE, auth=ANONYMOUS), error(401, PASSWORD_ALGORITHMS, check=algorithms_are(SHA256, MD5))], coturn=OLD),
    Row("8489 §9.2.4", "SHA-256 is accepted and answered with MESSAGE-INTEGRITY-SHA256",
        [ask(ALLOCATE, UDP, auth=MODERN), success(MESSAGE_INTEGRITY_SHA256)], EVERYWHERE, coturn=OLD),
    Row("8489 §9.2.4", "a SHA-256 client refreshes, permits and binds",
        [allocated(auth=MODERN), ask(REFRESH, auth=MODERN), success(MESSAGE_INTEGRITY_SHA256), ask(CREATE_PERMISSION, PEER, auth=MODERN),
         success(MESSAGE_INTEGRITY_SHA256), ask(CHANNEL_BIND, channel(0x4000), PEER, auth=MODERN),
         success(MESSAGE_INTEGRITY_SHA256)], coturn=OLD),
    Row("8489 §9.2.4", "MD5 chosen from the list is answered with MESSAGE-INTEGRITY-SHA256",
        [ask(ALLOCATE, UDP, auth=Auth(algorithm=MD5)), success(MESSAGE_INTEGRITY_SHA256)], coturn=OLD),
    Row("8489 §9.2.4", "an old client that ignores the list is taken for MD5",
        [lambda world: world.client().learn(large=True), ask(ALLOCATE, UDP), success(MESSAGE_INTEGRITY, lacks=(MESSAGE_INTEGRITY_SHA256,))]),
    Row("8489 §9.2.4", "PASSWORD-ALGORITHM without the list is answered 400",
        [ask(ALLOCATE, UDP, auth=Auth(algorithm=SHA256, omit=(PASSWORD_ALGORITHMS,))), error(400)], coturn=OLD),
    Row("8489 §9.2.4", "the list without PASSWORD-ALGORITHM is answered 400",
        [ask(ALLOCATE, UDP, auth=Auth(algorithm=SHA256, omit=(PASSWORD_ALGORITHM,))), error(400)], coturn=OLD),
    Row("8489 §9.2.4", "a list that is not the server's is answered 400 (bid-down)",
        [ask(ALLOCATE, UDP, auth=Auth(algorithm=MD5, algorithms=struct.pack("!HH", MD5, 0))), error(400)], coturn=OLD),
    Row("8489 §9.2.4", "an algorithm outside the list is answered 400",
        [ask(ALLOCATE, UDP, auth=Auth(algorithm=9)), error(400)], coturn=OLD),
    Row("8489 §9.2.1", "a nonce whose security bits were cleared is answered 438 (bid-down)",
        [ask(ALLOCATE, UDP, auth=without_bits), error(438)], coturn=OLD),
    Row("8489 §14.6", "a MESSAGE-INTEGRITY-SHA256 cut to 16 bytes is accepted",
        [ask(ALLOCATE, UDP, auth=Auth(algorithm=SHA256, truncated=16)), success()], coturn=OLD),
    Row("8489 §14.6", "one cut to 12 bytes is not",
        [ask(ALLOCATE, UDP, auth=Auth(algorithm=SHA256, truncated=12)), error((400, 401))], coturn=OLD),
    Row("8489 §9.2.4", "a wrong password with SHA-256 is answered 401",
        [ask(ALLOCATE, UDP, auth=Auth(algorithm=SHA256, password="wrong")), error(401)], coturn=OLD),
    Row("8489 §14.6", "of two integrities the SHA-256 one decides, and it is wrong",
        [raw(lambda client: (client.request(ALLOCATE, [UDP], Auth(algorithm=SHA256, integrity=("sha1", "sha256"))))[:-1] + b"\0"),
         error(401)], coturn=OLD),
    Row("8489 §9.2.4", "USERHASH of nobody known is answered 401",
        [ask(ALLOCATE, UDP, auth=Auth(algorithm=SHA256, use_hash=True)), error(401)], coturn=OLD),
]

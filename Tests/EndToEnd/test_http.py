"""HTTP, options, TLS and logs, as browsers, hosts and strangers see them."""
import gzip, http.client, json, re, shutil, socket, ssl, subprocess, time

import pytest

import server as servers
from server import run


pytestmark = pytest.mark.usefixtures("patience")  # the first file starts what must wait for a minute


def get(server, path, method="GET", **headers):
    """The answer and its body, as sent: nothing is decoded, no redirect followed."""
    if server.scheme == "https":
        connection = http.client.HTTPSConnection(server.host, server.port, timeout=10, context=server.tls_context)
    else:
        connection = http.client.HTTPConnection(server.host, server.port, timeout=10)
    connection.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer, body


PAGES = ["/", "/r/a-room", "/test", "/healthz", "/api/rooms/a-room", "/r/Bad_Name", "/nothing-here", "/ws"]


@pytest.mark.parametrize("path", PAGES)
def test_security_headers(server, path):
    """Every answer, whatever its status, carries the headers that keep the page to itself."""
    answer, _ = get(server, path)
    policy = {part.split()[0]: part.split()[1:] for part in answer.headers["Content-Security-Policy"].split(";")}
    assert policy["default-src"] in (["'none'"], ["'self'"]) and policy["frame-ancestors"] == ["'none'"]
    assert policy["require-trusted-types-for"] == ["'script'"] and policy["base-uri"] == ["'none'"]
    for directive, sources in policy.items():
        assert "'unsafe-inline'" not in sources and "'unsafe-eval'" not in sources and "*" not in sources, directive
    own = {f"ws://{server.host}:{server.port}", f"wss://{server.host}:{server.port}", "'self'", "'none'", "blob:", "data:", "'script'"}
    foreign = {source for sources in policy.values() for source in sources if "://" in source} - own
    assert not foreign
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "camera=(self)" in answer.headers["Permissions-Policy"] and "geolocation=()" in answer.headers["Permissions-Policy"]


def test_host_cannot_write_the_policy(server):
    """A hostile Host header does not get into the policy."""
    answer, _ = get(server, "/healthz", Host="evil.example; script-src *")
    assert "script-src *" not in (answer.headers["Content-Security-Policy"] or "") and "evil" not in (answer.headers["Content-Security-Policy"] or "")


@pytest.mark.parametrize("path", ["/", "/r/a-room", "/r/" + "x" * 64, "/r/0-9"])
def test_pages(server, path):
    """Home and meeting are pages of HTML with nothing inline."""
    answer, body = get(server, path)
    assert answer.status == 200 and answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert b"<script>" not in body and b"<style" not in body and b" style=" not in body and not re.search(rb"\son[a-z]+=", body)


@pytest.mark.parametrize("path", ["/r/Bad_Name", "/r/" + "x" * 65, "/r/a%20b", "/r/%2e%2e", "/r/a/b", "/r/", "/r/%3Cscript%3E", "/r/%00", "/r/%ff"])
def test_bad_room_names(server, path):
    """A bad room name is 404 with a page that says why, and never repeats the name as markup."""
    answer, body = get(server, path, Accept="text/html")
    assert answer.status == 404 and answer.headers["Content-Type"].startswith("text/html")
    assert b"1 to 64" in body and b"<script>" not in body


@pytest.mark.parametrize("path", ["/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/..%2f..%2fetc%2fpasswd", "//etc/passwd", "/.git/config", "/index.js%00.html"])
def test_no_way_out(server, path):
    """No path leads out of the page's folder."""
    answer, body = get(server, path)
    assert answer.status in (400, 404) and b"root:" not in body


def test_health(server):
    """`/healthz` is 200 with status and version."""
    answer, body = get(server, "/healthz")
    health = json.loads(body)
    assert answer.status == 200 and health["status"] == "ok" and re.match(r"\d+\.\d+\.\d+", health["version"])


def test_methods(server):
    """HEAD is GET without a body; other methods are 405."""
    answer, body = get(server, "/", method="HEAD")
    assert answer.status == 200 and body == b""
    for method in ("POST", "PUT", "DELETE", "PATCH"):
        assert get(server, "/", method=method)[0].status == 405


def test_glance(server, room):
    """Nobody can find out by `/api/rooms` whether a room ever existed; a bad name is 404 as problem+json."""
    answer, body = get(server, f"/api/rooms/{room}")
    glance = json.loads(body)
    assert answer.status == 200 and glance["participants"] == [] and glance["locked"] is False and glance["lobby"] is False
    answer, body = get(server, "/api/rooms/Bad_Name")
    assert answer.status == 404 and answer.headers["Content-Type"] == "application/problem+json" and json.loads(body)["status"] == 404


def assets(server):
    """What the page's HTML names."""
    _, body = get(server, "/r/a-room")
    return sorted({path for path in re.findall(r'(?:href|src)="(/[^"#]+)', body.decode()) if "." in path.rsplit("/", 1)[-1]})


def test_compression_and_caching(server):
    """Scripts and styles come compressed, with an ETag, and are not sent twice."""
    paths = [path for path in assets(server) if path.endswith((".js", ".css"))]
    assert len(paths) > 5
    for path in paths:
        plain, body = get(server, path)
        packed, packed_body = get(server, path, Accept_Encoding="gzip, br")
        assert plain.status == packed.status == 200, path
        assert plain.headers["Vary"] == "Accept-Encoding" and plain.headers["ETag"] and packed.headers["ETag"]
        if packed.headers["Content-Encoding"] == "gzip":
            assert gzip.decompress(packed_body) == body and packed.headers["ETag"] != plain.headers["ETag"]
        else:
            assert len(body) < 1500, f"{path} has {len(body)} bytes and is not compressed"
        again, nothing = get(server, path, Accept_Encoding="gzip", If_None_Match=packed.headers["ETag"])
        assert again.status == 304 and nothing == b""


def test_weight(server):
    """Page and code are under 120 kB compressed."""
    _, page = get(server, "/r/a-room", Accept_Encoding="gzip")
    total = len(page) + sum(len(get(server, path, Accept_Encoding="gzip")[1]) for path in assets(server))
    print(f"{total} bytes")
    assert total < 120_000


def test_content_types(server):
    """Every file says what it is."""
    types = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml"}
    for path in assets(server):
        ending = "." + path.rsplit(".", 1)[-1]
        if ending in types:
            assert get(server, path)[0].headers["Content-Type"] == types[ending], path


def test_two_requests_and_a_websocket_on_one_connection(server):
    """A kept-alive connection may ask, ask again and then become a WebSocket, as reverse proxies do."""
    with socket.create_connection((server.host, server.port), timeout=10) as tcp:
        for _ in range(2):
            tcp.sendall(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
            assert b"200 OK" in tcp.recv(65536)
        tcp.sendall(b"GET /ws HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
        answer = tcp.recv(65536)
        assert b"101 " in answer and b"s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" in answer


def test_frame_ancestors(start_server):
    """`--allow-frame-ancestor` opens the page to that site and to no other."""
    server = start_server("--allow-frame-ancestor", "https://portal.example")
    policy = get(server, "/")[0].headers["Content-Security-Policy"]
    assert "frame-ancestors https://portal.example;" in policy


# Options

@pytest.mark.parametrize("arguments, named", [
    (["--prot", "8080"], "--prot"), (["--port", "eighty"], "--port"), (["--port", "70000"], "--port"), (["--port", "-1"], "--port"), (["--port"], "--port"),
    (["--tls", "maybe"], "--tls"), (["--tls-certificate", "/nowhere.pem"], "--tls"), (["--turn-ports", "9-1"], "--turn-ports"),
    (["--mesh-limit", "0x"], "--mesh-limit"), (["--room-limit", "1"], "--room-limit"), (["--allow-origin", "not an origin"], "--allow-origin"), (["--public-address", "somewhere"], "--public-address"),
    (["--chat-days", "-3"], "--chat-days"), (["--config", "/nowhere.conf"], "--config"), (["--log-level", "loud"], "--log-level"),
    (["--ice-server", "http://x"], "--ice-server"), (["--drain-seconds", "soon"], "--drain-seconds"), (["stray"], "stray"),
], ids=lambda value: " ".join(value) if isinstance(value, list) else "")
def test_refused_options(arguments, named, tmp_path):
    """An unknown option or a bad value is refused with one sentence that names the option."""
    result = run("serve", "--data", str(tmp_path / "data"), *arguments)
    assert result.returncode != 0
    sentence = (result.stderr + result.stdout).strip()
    assert named in sentence and len(sentence.splitlines()) <= 2, sentence
    assert "Fatal" not in sentence and len(sentence) < 300


def test_port_in_use(server, tmp_path):
    """A port that somebody else has is a sentence with the port in it."""
    result = run("serve", "--data", str(tmp_path), "--port", str(server.port), "--media-port", "0", "--admin-port", "0")
    assert result.returncode != 0 and str(server.port) in result.stderr and len(result.stderr.strip().splitlines()) <= 3


def test_environment_and_file(start_server, tmp_path, enter, wires, room):
    """An argument wins over the environment, the environment over the file, the file over the default."""
    config = tmp_path / "parley.conf"
    config.write_text("# ours\nroom-limit = 2\nlog-level = trace\nallow-origin = https://file.example\n")
    one = start_server("--config", str(config))
    enter("Ana", "Ben", server=one)
    assert wires(one).refusal("hello", room=room, name="Cleo") == "room-full"
    two = start_server("--config", str(config), environment={"PARLEY_ROOM_LIMIT": "3"})
    enter("Ana", "Ben", "Cleo", server=two)
    assert wires(two).refusal("hello", room=room, name="Dan") == "room-full"
    three = start_server("--config", str(config), "--room-limit", "4", environment={"PARLEY_ROOM_LIMIT": "3"})
    enter("Ana", "Ben", "Cleo", "Dan", server=three)
    wires(three, origin="https://file.example")


def test_bad_environment(tmp_path):
    """A bad value in the environment is refused by the name of its variable."""
    result = run("serve", "--data", str(tmp_path), environment={"PARLEY_PORT": "eighty"})
    assert result.returncode != 0 and "PARLEY_PORT" in result.stderr


def test_help():
    """`--help` names every option of the contract and exits with 0."""
    result = run("serve", "--help")
    for option in ("--host", "--port", "--tls", "--tls-certificate", "--tls-key", "--media-port", "--media-workers", "--public-address", "--turn-ports",
                   "--data", "--mesh-limit", "--room-limit", "--admin-port", "--turn-secret", "--redis", "--drain-seconds", "--allow-origin", "--allow-frame-ancestor"):
        assert option + " " in result.stdout, option
    assert result.returncode == 0


# TLS

def certificate(folder, name):
    """A new self-signed certificate; returns its files."""
    paths = folder / f"{name}.pem", folder / f"{name}.key"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "30", "-subj",
                    f"/CN={name}", "-addext", "subjectAltName=IP:127.0.0.1", "-out", paths[0], "-keyout", paths[1]], check=True, capture_output=True)
    return paths


def served_certificate(server):
    return ssl.get_server_certificate((server.host, server.port), timeout=5)


def test_self_signed(start_server, wires, room):
    """`--tls self-signed` serves pages and wss, keeps its certificate over a restart, and says HSTS."""
    server = start_server(tls=True)
    answer, _ = get(server, "/")
    assert answer.status == 200 and "max-age" in answer.headers["Strict-Transport-Security"]
    assert wires(server).hello(room, "Ana")["type"] == "welcome"
    first = served_certificate(server)
    server.stop()
    server.start()
    assert served_certificate(server) == first


def test_plain_http_on_tls_port(start_server):
    """Plain HTTP on the TLS port gets no page, and harms nobody."""
    server = start_server(tls=True)
    with socket.create_connection((server.host, server.port), timeout=10) as tcp:
        tcp.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        assert b"200 OK" not in tcp.recv(4096)
    assert get(server, "/healthz")[0].status == 200


def test_old_tls(start_server):
    """TLS older than 1.2 is refused."""
    server = start_server(tls=True)
    context = ssl._create_unverified_context()
    context.options |= ssl.OP_NO_TLSv1_2 | ssl.OP_NO_TLSv1_3
    context.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.raises((ssl.SSLError, ConnectionError)):
        context.wrap_socket(socket.create_connection((server.host, server.port), timeout=10))


def test_certificate_reload(start_server, tmp_path, wires, room):
    """A new certificate is served without a restart and without losing anybody; a broken one changes nothing and is logged."""
    one, two = certificate(tmp_path, "one"), certificate(tmp_path, "two")
    live = tmp_path / "live.pem", tmp_path / "live.key"
    for source, target in zip(one, live):
        shutil.copy(source, target)
    server = servers.Server("--tls-certificate", str(live[0]), "--tls-key", str(live[1]))
    server.scheme = "https"
    try:
        server.start()
        assert served_certificate(server) == one[0].read_text()
        ana = wires(server)
        ana.hello(room, "Ana")
        for source, target in zip(two, live):
            shutil.copy(source, target)
        deadline = time.monotonic() + 75
        while served_certificate(server) != two[0].read_text():
            assert time.monotonic() < deadline, "the new certificate is not served"
            time.sleep(0.5)
        assert ana.ask("ping")["type"] == "pong"
        live[0].write_text("-----BEGIN CERTIFICATE-----\nbroken\n-----END CERTIFICATE-----\n")
        deadline = time.monotonic() + 75
        while '"level":"error"' not in server.log_text():
            assert time.monotonic() < deadline, "nothing was logged"
            time.sleep(0.5)
        assert served_certificate(server) == two[0].read_text()
    finally:
        server.close()


# Draining and logs

def test_health_while_draining(start_server, enter):
    """From SIGTERM on `/healthz` is 503 for as long as it answers at all."""
    server = start_server()
    ana = enter("Ana", server=server)
    server.terminate()
    ana.wait_for("bye")
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            answer, body = get(server, "/healthz")
        except OSError:
            return  # it has ended: nobody was left to wait for
        assert answer.status == 503 and json.loads(body)["status"] == "draining"


def test_logs_hold_no_secrets(start_server, enter, wires, room):
    """The log of a whole meeting, at the finest level, holds no name, no message, no token, no SDP, no address of a person."""
    server = start_server("--log-level", "trace", "--turn-secret", "canary-turn-secret")
    ana, ben = enter("Canary Ana", "Canary Ben", server=server, device="canary-device")
    ana.chat("canary chat")
    ana.chat("canary private", to=ben.you)
    ana.send("offer", to=ben.you, neg=1, sdp="v=0\r\ns=canary-sdp\r\n", tracks={})
    ana.send("candidate", to=ben.you, neg=1, candidate="candidate:1 1 udp 1 203.0.113.77 50000 typ host")
    ana.send_raw('{"type":"canary-type","x":"canary-field"}')
    ana.send_raw('{"type":"canary-broken')
    ana.since()
    tokens = [ana.resume, ben.resume]
    ben.drop()
    back = wires(server)
    back.hello(room, "Canary Ben", resume=ben.resume, lastSeq=ben.seq)
    tokens.append(back.resume)
    wires(server).refusal("hello", room=room, name="Canary Eve", token="canary-token")
    wires(server).refusal("hello", room=room, name="Canary\u202eEve")
    get(server, f"/r/{room}?canary-query=1", User_Agent="canary-agent", Cookie="canary=cookie", Authorization="Bearer canary-bearer")
    get(server, "/canary-path", X_Forwarded_For="203.0.113.78")
    ana.send("moderate", action="ban", participant=back.you)
    ana.send("moderate", action="end")
    ana.wait_until_closed()
    server.stop()
    log = server.log_text()
    assert "Server started" in log
    for secret in [*tokens, "canary", "203.0.113.77", "203.0.113.78"]:
        found = log.lower().find(secret.lower())
        assert found < 0, f"the log holds {secret!r}: …{log[max(0, found - 200):found + 100]}…"


def test_logs_are_structured(start_server, enter):
    """Each line of the log is one JSON object with time, level and message."""
    server = start_server("--log-level", "trace")
    enter("Ana", server=server)
    server.stop()
    lines = [line for line in server.log_text().splitlines() if line.startswith("{")]
    assert lines and all({"time", "level", "message"} <= json.loads(line).keys() for line in lines)


def test_database_holds_no_tokens(start_server, enter, room):
    """Resume tokens and devices are not in the data directory, only their hashes."""
    import pathlib
    server = start_server()
    ana = enter("Ana", server=server, device="canary-device")
    ana.chat("hello")
    server.stop()
    content = b"".join(path.read_bytes() for path in pathlib.Path(server.directory).rglob("*") if path.is_file())
    assert b"hello" in content, "this test looks in the wrong place"
    assert ana.resume.encode() not in content and b"canary-device" not in content

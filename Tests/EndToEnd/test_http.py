"""HTTP, options, TLS and logs, as browsers, hosts and strangers see them."""
import base64, gzip, http.client, json, re, shutil, socket, ssl, subprocess, time

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


def test_admin_port_in_use(server, tmp_path):
    """A port of the metrics that somebody else has is a sentence with the port and its option in it, and nothing says ready."""
    result = run("serve", "--data", str(tmp_path), "--port", "0", "--media-port", str(servers.free_port()), "--admin-port", str(server.admin_port))
    sentence = [line for line in result.stderr.strip().splitlines() if not line.startswith("{")]
    assert result.returncode != 0 and len(sentence) == 1, result.stderr
    assert str(server.admin_port) in sentence[0] and "--admin-port" in sentence[0]
    assert "ready" not in result.stdout


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


# Metrics

def scrape(server, host="127.0.0.1", path="/metrics"):
    """What Prometheus would read."""
    connection = http.client.HTTPConnection("127.0.0.1", server.admin_port, timeout=10)
    connection.request("GET", path, headers={"Host": host})
    answer = connection.getresponse()
    body = answer.read().decode()
    connection.close()
    if answer.status != 200:
        return answer.status
    assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    return body


def value(metrics, sample):
    """The number of one line."""
    return next(float(line.rsplit(" ", 1)[1]) for line in metrics.splitlines() if line.rsplit(" ", 1)[0] == sample)


def test_metrics(start_server, enter, room):
    """`/metrics` of the admin port says how many people are here, and what was counted; it never goes back."""
    server = start_server()
    before = scrape(server)
    assert value(before, 'parley_participants{state="connected"}') == 0
    ana, ben = enter("Ana", "Ben", server=server)
    ana.send_raw('{"type":"broken')
    ana.ask("ping")
    metrics = scrape(server)
    assert value(metrics, 'parley_participants{state="connected"}') == 2
    assert value(metrics, 'parley_rooms{mode="mesh"}') + value(metrics, 'parley_rooms{mode="sfu"}') == 1
    assert value(metrics, 'parley_signalling_ignored_messages_total{reason="malformed"}') == 1
    assert value(metrics, "process_resident_memory_bytes") > 10e6 and value(metrics, "process_open_fds") > 5
    assert abs(value(metrics, "process_start_time_seconds") - time.time()) < 300
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.sendto(b"\x04hello", ("127.0.0.1", server.media_port))
    deadline = time.monotonic() + 5
    while value(scrape(server), 'parley_drops_total{layer="port",reason="unknown_protocol"}') < 1:
        assert time.monotonic() < deadline
    after = scrape(server)
    assert value(after, 'parley_worker_busy_seconds_total{worker="0"}') > 0
    samples = {line.rsplit(" ", 1)[0] for line in after.splitlines() if not line.startswith("#")}
    for sample in samples:
        if "_total" in sample:
            assert value(after, sample) >= value(metrics, sample), sample
    assert room not in after and "Ana" not in after
    assert len(samples) < 300  # labels are few, however long the server runs


@pytest.mark.parametrize("path", ["/metrics", "/metrics/", "/admin", "/debug", "/debug/pprof"])
def test_metrics_are_not_public(server, path):
    """T-MET-1: the port of the page has no metrics."""
    answer, body = get(server, path)
    assert answer.status == 404 and b"parley_" not in body


def test_metrics_are_for_this_machine(server):
    """T-MET-1: the metrics listen on loopback only, and a page whose name leads there reads nothing."""
    assert scrape(server, host="evil.example") == 403 and scrape(server, host=f"localhost:{server.admin_port}") != 403
    assert scrape(server, path="/") == 404
    port = f":{server.admin_port:04X}"
    listening = [line.split()[1] for name in ("tcp", "tcp6") for line in open(f"/proc/net/{name}") if line.split()[3] == "0A" and line.split()[1].endswith(port)]
    assert listening == ["0100007F" + port]


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


def forms(secret):
    """A secret, and how bytes of it look when a value that holds it is printed."""
    raw = secret.encode()
    head = ", ".join(str(byte) for byte in raw[:8])
    return [secret, head, head.replace(" ", ""), raw[:8].hex(), base64.b64encode(raw[:9]).decode()]


@pytest.mark.parametrize("level", ["debug", "trace"])
def test_logs_hold_no_secrets(start_server, enter, wires, room, level):
    """The log and the metrics of a whole meeting, at the finest levels, hold no name, message, token, SDP, address of a person, TURN secret."""
    server = start_server("--log-level", level, "--turn-secret", "canary-turn-secret")
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
    metrics = scrape(server)
    ana.send("moderate", action="ban", participant=back.you)
    ana.send("moderate", action="end")
    ana.wait_until_closed()
    server.stop()
    log = server.log_text()
    assert "Server started" in log and "parley_rooms" in metrics and "MediaService" in log
    log += metrics
    for secret in [*tokens, *forms("canary-turn-secret"), "canary", room, "203.0.113.77", "203.0.113.78"]:
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

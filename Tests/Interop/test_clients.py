"""Other people's clients: coturn's turnutils and Pion, over every transport and both families."""
import concurrent.futures, json, os, pathlib, re, shutil, subprocess, threading

import pytest

HERE = pathlib.Path(__file__).parent
needs_coturn = pytest.mark.skipif(shutil.which("turnutils_uclient") is None, reason="Debian's coturn is not installed")
needs_go = pytest.mark.skipif(shutil.which("go") is None or not os.path.isdir("/usr/share/gocode/src/github.com/pion/turn"),
                              reason="Debian's golang-go and golang-github-pion-turn.v2-dev are not installed")


@pytest.fixture(scope="session")
def pion(tmp_path_factory):
    program = tmp_path_factory.mktemp("pion") / "pion"
    environment = {**os.environ, "GO111MODULE": "off", "GOPATH": "/usr/share/gocode", "GOFLAGS": "", "GOTOOLCHAIN": "local"}
    subprocess.run(["go", "build", "-o", program, "."], cwd=HERE / "pion", env=environment, check=True, timeout=120)
    return program


@pytest.fixture(scope="module")
def echo_peer(network):
    """coturn's own echo on both families."""
    hosts = network.peer_host(), network.peer_host(6)
    peer = subprocess.Popen(["turnutils_peer", "-L", hosts[0], "-L", hosts[1], "-p", "3480"], stdout=subprocess.DEVNULL)
    yield hosts
    peer.kill()
    peer.wait()


TRANSPORTS = {"UDP": [], "TCP": ["-t"], "TLS": ["-t", "-S"]}
WAYS = {"channels": [], "Send": ["-s"]}
ENDS = {"to a peer": [], "from client to client": ["-y"]}
PAIRS = {"one port": ["-c"], "RTP and RTCP ports": []}
UCLIENT_RUNS = {
    **{f"{transport}, {way}, {end}, {pair}": ([*TRANSPORTS[transport], *WAYS[way], *ENDS[end], *PAIRS[pair]], 4)
       for transport in TRANSPORTS for way in WAYS for end in ENDS for pair in PAIRS},
    **{f"{transport} over IPv6, {way}, IPv6 relay, {end}": ([*TRANSPORTS[transport], *WAYS[way], *ENDS[end], "-c", "-x"], 6)
       for transport in TRANSPORTS for way in WAYS for end in ENDS},
    "UDP, channels padded, to a peer, one port": (["-D", "-c"], 4),
    "UDP, extra requests, to a peer": (["-G"], 4),
    "UDP over IPv6, channels, IPv4 relay": (["-c", "-X"], 64),
}
MESSAGES = 20
# Milliseconds between messages. Faster, uclient leaves what came over TLS lying in OpenSSL's buffer and calls it lost.
INTERVAL = 50
NOTHING_LOST = "Total lost packets 0 (0.000000%), total send dropped 0 (0.000000%)"


@pytest.fixture(scope="module")
def uclient_results(server, network, echo_peer):
    """All runs of turnutils_uclient, several at a time: each takes seconds of waiting by itself."""
    def run(number, flags, family):
        transport = "tls" if "-S" in flags else "tcp" if "-t" in flags else "udp"
        host, port = server.address(transport, 6 if family >= 6 and family != 4 else 4)
        peer = echo_peer[1] if family == 6 else echo_peer[0]
        local = network.client_host(4 if family == 4 else 6)
        command = ["turnutils_uclient", *flags, "-W", server.secret, "-u", f"uclient-{number}", "-L", local,
                   "-p", str(port), "-n", str(MESSAGES), "-m", "1", "-l", "171", "-z", str(INTERVAL)]
        command += [] if "-y" in flags else ["-e", peer, "-r", "3480"]
        try:
            done = subprocess.run([*command, host], capture_output=True, text=True, timeout=40)
            return " ".join(command), done.returncode, done.stdout + done.stderr
        except subprocess.TimeoutExpired as late:
            return " ".join(command), "no end", str(late.stdout)

    with concurrent.futures.ThreadPoolExecutor(14) as pool:
        runs = {name: pool.submit(run, number, *how) for number, (name, how) in enumerate(UCLIENT_RUNS.items())}
        results = {name: done.result() for name, done in runs.items()}
    # Over TLS from client to client uclient now and then loses what two records brought at once, also against coturn;
    # what the server loses is lost again when there is nothing else to do.
    for number, (name, (flags, family)) in enumerate(UCLIENT_RUNS.items()):
        if {"-S", "-y"} <= set(flags) and NOTHING_LOST not in results[name][2]:
            results[name] = run(100 + number, flags, family)
    return results


@needs_coturn
@pytest.mark.parametrize("name", UCLIENT_RUNS)
def test_uclient(name, uclient_results):
    """turnutils_uclient sends, gets all of it back, and says that nothing was lost."""
    command, status, output = uclient_results[name]
    about = f"{command}\n{output[-1500:]}"
    counted = re.findall(r"tot_send_msgs=(\d+), tot_recv_msgs=(\d+)", output)
    assert status == 0 and counted, about
    sent, received = map(int, counted[-1])
    assert sent == received >= MESSAGES, about
    assert NOTHING_LOST in output, about


@needs_coturn
@pytest.mark.parametrize("family", (4, 6))
def test_stunclient(family, server, network):
    """turnutils_stunclient learns its address."""
    local = network.client_host(family)
    host, port = server.address("udp", family)
    done = subprocess.run(["turnutils_stunclient", "-p", str(port), "-L", local, host], capture_output=True, text=True, timeout=20)
    assert f"UDP reflexive addr: {local}" in done.stdout or f"UDP reflexive addr: [{local}]" in done.stdout, done.stdout + done.stderr


@needs_coturn
def test_natdiscovery(server, network):
    """turnutils_natdiscovery learns its address and hears that this is no RFC 5780 server."""
    local = network.client_host()
    host, port = server.address()
    command = ["turnutils_natdiscovery", "-m", "-f", "-p", str(port), "-L", local, host]
    done = subprocess.run(command, capture_output=True, text=True, timeout=20)
    assert local in done.stdout, done.stdout + done.stderr


@pytest.fixture(scope="module")
def echo(network):
    """A peer that returns what it gets."""
    peer = network.peer()

    def serve():
        while True:
            try:
                payload, sender = peer.recvfrom(65536)
            except OSError:
                return
            if payload == b"end of the echo":
                return
            peer.sendto(payload, sender)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield peer.getsockname()
    peer.sendto(b"end of the echo", peer.getsockname())
    thread.join(2)
    peer.close()


@needs_go
@pytest.mark.parametrize("transport", ("udp", "tcp", "tls"))
def test_pion(transport, server, network, pion, echo):
    """Pion allocates, permits, sends by indications and by a channel, gets every echo and closes. (This release of it knows
    IPv4 only.)"""
    host, port = server.address(transport)
    local = network.client_host()
    username, password = server.credentials(f"pion-{transport}")
    done = subprocess.run(
        [pion, "-transport", transport, "-server", f"{host}:{port}", "-user", username, "-password", password,
         "-realm", server.realm, "-peer", f"{echo[0]}:{echo[1]}", "-source", local],
        capture_output=True, text=True, timeout=40)
    assert done.returncode == 0, done.stdout + done.stderr
    report = json.loads(done.stdout)
    assert report["echoes"] == report["sent"] == 100 and local in report["mapped"], report

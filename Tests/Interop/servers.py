"""The server under test on the server's machine of a Network: ours, or coturn to check the tests themselves."""
import os, pathlib, shutil, signal, socket, ssl, subprocess, tempfile, time, urllib.request

from lines import Closed, UDPLine
from network import SERVER4, SERVER6
from stun import BINDING, REQUEST, encode, rest_credentials

ROOT = pathlib.Path(__file__).resolve().parents[2]
SECRET = "a shared secret of the tests, longer than 32 bytes"


class TURNServer:
    """Ports are the same for every server: each runs in a namespace of its own or after the other has ended."""
    name, realm = "?", "parley"
    port, tls_port = 3478, 5349
    pads_with_zeros = True

    def __init__(self, network, *arguments):
        self.network, self.arguments = network, list(arguments)
        self.directory = tempfile.mkdtemp(prefix="interop-")
        self.log = os.path.join(self.directory, "log")
        self.process = None
        self.secret = SECRET

    def address(self, transport="udp", family=4):
        return SERVER4 if family == 4 else SERVER6, self.tls_port if transport == "tls" else self.port

    def credentials(self, participant, seconds=600):
        return rest_credentials(self.secret, int(time.time()) + seconds, participant)

    def start(self):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen([*self.network.prefix, *self.command()], stdout=log, stderr=log)
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise RuntimeError(f"{self.name} ended with {self.process.returncode}:\n{self.log_text()[-2000:]}")
            if self.is_ready():
                return self
            time.sleep(0.05)
        raise TimeoutError(f"{self.name} does not listen:\n{self.log_text()[-2000:]}")

    def is_ready(self):
        """Whether every transport is open, of both families."""
        try:
            for transport in ("tcp", "tls"):
                socket.create_connection(self.address(transport), timeout=1).close()
            return all(map(self.answers_binding, (4, 6)))
        except OSError:
            return False

    def answers_binding(self, family):
        line = UDPLine(self.address(family=family), (self.network.client_host(family), 0))
        try:
            line.send(encode(REQUEST, BINDING, [], os.urandom(12)))
            return line.receive(0.5) is not None
        except Closed:
            return False
        finally:
            line.close()

    def is_alive(self):
        return self.process.poll() is None

    def resident(self):
        """Bytes of memory that the process holds now."""
        with open(f"/proc/{self.process.pid}/status") as status:
            return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmRSS:"))

    def log_text(self):
        return pathlib.Path(self.log).read_text(encoding="utf-8", errors="replace")

    def close(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
        shutil.rmtree(self.directory, ignore_errors=True)


class Coturn(TURNServer):
    name = "coturn"
    discretion, quota = ["--no-software-attribute"], ["--user-quota", "12"]
    pads_with_zeros = False

    @staticmethod
    def is_installed():
        return shutil.which("turnserver") is not None

    def command(self):
        key, certificate = os.path.join(self.directory, "key.pem"), os.path.join(self.directory, "cert.pem")
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                        "-subj", "/CN=localhost", "-keyout", key, "-out", certificate], check=True, capture_output=True)
        return ["turnserver", "-n", "-L", SERVER4, "-L", SERVER6, "-p", str(self.port), "--tls-listening-port", str(self.tls_port),
                "--use-auth-secret", "--static-auth-secret", self.secret, "--realm", self.realm, "--no-cli", "--no-dtls",
                *self.discretion, "--no-rfc5780", "--no-stun-backward-compatibility", "--response-origin-only-with-rfc5780",
                "--cert", certificate, "--pkey", key, *self.quota, "--stale-nonce=3600", "-m", "2",
                "--log-file", "stdout", "--pidfile", os.path.join(self.directory, "pid"), "--db", os.path.join(self.directory, "db"),
                *self.arguments]


class Talkative(Coturn):
    """As coturn is out of the box: it says its name to everybody."""
    name, discretion = "talkative", []


class Unlimited(Coturn):
    """coturn without a quota."""
    name, quota = "unlimited", []


class Parley(TURNServer):
    name = "parley"
    tls_port = 8443
    admin_port = 9090

    @classmethod
    def is_installed(cls):
        return cls.binary() is not None

    @staticmethod
    def binary():
        named = os.environ.get("MEETING_TEST_BINARY")
        path = pathlib.Path(named) if named else ROOT / ".build/release/parley"
        return str(path.resolve()) if path.exists() else None

    def command(self):
        return [self.binary(), "serve", "--host", "::", "--port", str(self.tls_port), "--media-port", str(self.port),
                "--admin-port", str(self.admin_port), "--data", self.directory, "--tls", "self-signed",
                "--turn-secret", self.secret, *self.arguments]

    @property
    def websocket_url(self):
        """For the signalling clients of Tests/EndToEnd."""
        return f"wss://{SERVER4}:{self.tls_port}/ws"

    def is_ready(self):
        try:
            url = f"https://{SERVER4}:{self.tls_port}/healthz"
            with urllib.request.urlopen(url, timeout=5, context=ssl._create_unverified_context()) as answer:
                return answer.status == 200 and super().is_ready()
        except OSError:
            return False


KINDS = {"parley": Parley, "coturn": Coturn, "talkative": Talkative, "unlimited": Unlimited}

import Logging
import Telemetry
import Testing
import Units

@testable import MeetingServer

private func parse(
    _ arguments: [String] = [],
    _ environment: [String: String] = [:],
    file: String? = nil
) throws -> ServeOptions {
    struct NoSuchFile: Error, CustomStringConvertible { var description: String { "no such file" } }
    return try ServeOptions.parse(arguments: arguments, environment: environment) { _ in
        guard let file else { throw NoSuchFile() }
        return file
    }
}

@Suite("Options of serve")
struct OptionsTests {
    @Test("Without anything given the defaults are those of the contract")
    func defaults() throws {
        let options = try parse()
        #expect(options.host == "127.0.0.1")
        #expect(options.port == 8080)
        #expect(options.tls == .off)
        #expect(options.mediaPort == 3478)
        #expect(options.turnPorts == 49152...65535)
        #expect(options.data == "./data")
        #expect(options.chatDays == 30)
        #expect(options.meshLimit == 2)
        #expect(options.roomLimit == 100)
        #expect(options.adminPort == 9090)
        #expect(options.drainSeconds == 30)
        #expect(options.logLevel == .info)
        #expect(options.turnSecret == nil)
        #expect(options.turnAllowedPeers.isEmpty)
        #expect(options.mediaWorkers == nil)
    }

    @Test("With TLS the server listens everywhere on 8443, unless told otherwise")
    func tlsDefaults() throws {
        let selfSigned = try parse(["--tls", "self-signed"])
        #expect((selfSigned.host, selfSigned.port) == ("0.0.0.0", 8443))
        let files = try parse(["--tls-certificate", "c.pem", "--tls-key=k.pem", "--host", "::1", "--port", "443"])
        #expect(files.tls == .files(certificate: "c.pem", key: "k.pem"))
        #expect((files.host, files.port) == ("::1", 443))
    }

    @Test("An argument wins over the environment, the environment over the file, the file over the default")
    func precedence() throws {
        let environment = ["PARLEY_MEDIA_PORT": "2000", "PARLEY_CONFIG": "parley.conf", "HOME": "/root"]
        let file = "# ports\nmedia-port = 3000\n\n  chat-days=7  \n"
        #expect(try parse(["--media-port", "1000"], environment, file: file).mediaPort == 1000)
        #expect(try parse([], environment, file: file).mediaPort == 2000)
        #expect(try parse(["--config", "parley.conf"], [:], file: file).mediaPort == 3000)
        #expect(try parse([], environment, file: file).chatDays == 7)
    }

    @Test("A list is given several times or with commas; the strongest source replaces it whole")
    func lists() throws {
        let options = try parse(
            ["--allow-origin", "https://A.example", "--allow-origin", "http://[::1]:8080"],
            ["PARLEY_ALLOW_ORIGIN": "https://c.example", "PARLEY_PUBLIC_ADDRESS": "203.0.113.1, 2001:db8::1"]
        )
        #expect(options.allowedOrigins == ["https://a.example", "http://[::1]:8080"])
        #expect(options.publicAddresses == ["203.0.113.1", "2001:db8::1"])
    }

    @Test("STUN and TURN servers of others are read with their credentials, which do not print")
    func iceServers() throws {
        let options = try parse([
            "--ice-server", "stun:stun.example.org", "--ice-server",
            "turn:[2001:db8::1]:3478?transport=tcp kevin swordfish",
        ])
        #expect(options.iceServers.map(\.url) == ["stun:stun.example.org", "turn:[2001:db8::1]:3478?transport=tcp"])
        #expect(options.iceServers.last?.username == "kevin")
        #expect(options.iceServers.last?.credential?.revealed == "swordfish")
        #expect(!"\(options)".contains("swordfish"))
    }

    @Test("Peers of TURN are ranges or single addresses of either family; a TURN server of ours needs no password")
    func turn() throws {
        let options = try parse([
            "--turn-allow-peer", "192.168.1.7/24, fd00::/8", "--turn-allow-peer=10.0.0.1", "--ice-server",
            "turn:a.example?transport=udp", "--turn-secret", "ääääääää",
        ])
        #expect(options.turnAllowedPeers.map(\.description) == ["192.168.1.0/24", "fd00::/8", "10.0.0.1/32"])
        #expect(options.iceServers.first?.username == nil)
        #expect(options.turnSecret?.revealed.utf8.count == 16)
    }

    @Test("The help names every option, its variable follows from the rule it states")
    func help() {
        for name in OptionName.allCases { #expect(ServeOptions.helpText.contains("  \(name.argument) ")) }
        #expect(ServeOptions.helpText.contains("--media-port is PARLEY_MEDIA_PORT"))
        #expect(OptionName.allowFrameAncestor.variable == "PARLEY_ALLOW_FRAME_ANCESTOR")
    }
}

@Suite("Options that are refused")
struct RefusedOptionsTests {
    private func sentence(
        _ arguments: [String] = [],
        _ environment: [String: String] = [:],
        file: String? = nil
    ) -> String? {
        do {
            _ = try parse(arguments, environment, file: file)
            return nil
        } catch { return "\(error)" }
    }

    @Test(
        "A bad argument is refused in a sentence that names the option",
        arguments: [
            (["--media-port", "70000"], "--media-port must be a whole number from 0 to 65535, not \"70000\"."),
            (["--port", "+80"], "--port must be a whole number from 0 to 65535, not \"+80\"."),
            (["--port="], "--port must be a whole number from 0 to 65535, not \"\"."),
            (["--port", "1", "--port", "2"], "--port is given twice."),
            (["--port"], "--port needs a value."),
            (["--prot", "1"], "There is no option \"--prot\"."),
            (["--Media_Port", "1"], "There is no option \"--Media_Port\"; --media-port is meant, perhaps."),
            (["port", "1"], "There is no option \"port\"; --port is meant, perhaps."),
            (["\u{1b}[2J"], "There is no option \"\\u{1b}[2J\"."),
            (["--host", "a b"], "--host must be an address or a host name, not \"a b\"."),
            (["--tls", "on"], "--tls must be self-signed or off, not \"on\"."),
            (["--tls-certificate", "c"], "--tls-certificate needs --tls-key too."),
            (["--tls-key", "k"], "--tls-key needs --tls-certificate too."),
            (
                ["--tls", "self-signed", "--tls-key", "k", "--tls-certificate", "c"],
                "--tls cannot be combined with --tls-certificate."
            ),
            (
                ["--public-address", "example.org"],
                "--public-address must be an IPv4 or IPv6 address, not \"example.org\"."
            ),
            (
                ["--turn-ports", "5000-4000"],
                "--turn-ports must be two ports from 1024 to 65535, the lower first, as 49152-65535, not \"5000-4000\"."
            ),
            (["--turn-secret", "short"], "--turn-secret must be a secret of at least 16 bytes."),
            (
                ["--turn-allow-peer", "10.0.0.0/33"],
                "--turn-allow-peer must be an address or a range like 192.168.1.0/24, not \"10.0.0.0/33\"."
            ),
            (
                ["--turn-allow-peer", "192.168.1.0/24,lan"],
                "--turn-allow-peer must be an address or a range like 192.168.1.0/24, not \"lan\"."
            ),
            (
                ["--ice-server", "turn:a kevin"],
                "--ice-server must be \"stun:HOST\", \"turn:HOST USER PASSWORD\" or \"turn:HOST\"."
            ),
            (
                ["--ice-server", "stun:a kevin secret"],
                "--ice-server must be \"stun:HOST\", \"turn:HOST USER PASSWORD\" or \"turn:HOST\"."
            ),
            (
                ["--allow-origin", "https://a.example/x"],
                "--allow-origin must be an origin like https://example.org, without a path, not \"https://a.example/x\"."
            ),
            (
                ["--allow-origin", "*"],
                "--allow-origin must be an origin like https://example.org, without a path, not \"*\"."
            ),
            (["--mesh-limit", "13"], "--mesh-limit must be a whole number from 0 to 12, not \"13\"."),
            (
                ["--log-level", "loud"],
                "--log-level must be trace, debug, info, notice, warning, error or critical, not \"loud\"."
            ),
            (["--data", ""], "--data must be a text, not \"\"."),
            (["--redis", "redis://a"], "--redis is not supported yet: this release runs on one node."),
            (["--config", "none"], "--config names \"none\", which cannot be read: no such file."),
        ]
    )
    func arguments(arguments: [String], expected: String) { #expect(sentence(arguments) == expected) }

    @Test(
        "A bad variable is refused in a sentence that names it",
        arguments: [
            (
                ["PARLEY_PORT": "x"],
                "--port (from the environment variable PARLEY_PORT) must be a whole number from 0 to 65535, not \"x\"."
            ),
            (
                ["PARLEY_PROT": "1"],
                "The environment variable \"PARLEY_PROT\" is no option of this server; PARLEY_PORT is meant, perhaps."
            ),
            (
                ["PARLEY_TURN_SECRET": "short"],
                "--turn-secret (from the environment variable PARLEY_TURN_SECRET) must be a secret of at least 16 bytes."
            ),
        ]
    )
    func environment(environment: [String: String], expected: String) { #expect(sentence([], environment) == expected) }

    @Test(
        "A bad line of the file is refused in a sentence that names file and line",
        arguments: [
            ("\nport = x", "--port (from line 2 of p.conf) must be a whole number from 0 to 65535, not \"x\"."),
            ("prot = 1", "Line 1 of p.conf: there is no option \"prot\"."),
            ("port 1", "Line 1 of p.conf is not of the form \"name = value\"."),
            ("port = 1\r\nport = 2", "--port (from line 2 of p.conf) is given twice."),
            ("config = other", "Line 1 of p.conf: there is no option \"config\"."),
        ]
    )
    func file(file: String, expected: String) { #expect(sentence(["--config", "p.conf"], file: file) == expected) }
}

import Foundation
import Glibc
import NIOCore
import NIOPosix
import Testing
import Units

@testable import MeetingServer

func doctorOptions(_ arguments: [String] = []) throws -> ServeOptions {
    try ServeOptions.parse(arguments: arguments, environment: [:], readFile: { _ in "" })
}

@Suite("parley doctor: what it says")
struct DiagnosisTests {
    private let diagnosis = Diagnosis([
        Finding("a", .good, "All is well."), Finding("b", .warning, "Perhaps."), Finding("c", .bad, "Say \"no\"."),
    ])

    @Test("One line for each check, with its sign; well is only what has nothing bad")
    func text() {
        #expect(diagnosis.text == "✓ All is well.\n! Perhaps.\n✗ Say \"no\".")
        #expect(!diagnosis.isWell)
        #expect(Diagnosis(Array(diagnosis.findings.prefix(2))).isWell)
    }

    @Test("JSON says the same")
    func json() throws {
        struct Read: Decodable, Equatable {
            struct Line: Decodable, Equatable { var check, result, sentence: String }
            var isWell: Bool
            var findings: [Line]
        }
        let read = try JSONDecoder().decode(Read.self, from: Data(diagnosis.json.utf8))
        #expect(!read.isWell)
        #expect(read.findings.map(\.result) == ["good", "warning", "bad"])
        #expect(read.findings.map(\.sentence) == diagnosis.findings.map(\.sentence))
        #expect(!diagnosis.json.contains("\n"))
    }
}

@Suite("parley doctor: addresses")
struct AddressCheckTests {
    private func findings(_ own: [String], _ arguments: String...) throws -> [Finding] {
        AddressCheck.findings(own: own.compactMap { IPAddress($0) }, options: try doctorOptions(arguments))
    }

    @Test("A machine with private addresses only is told of --public-address; one with a public address needs none")
    func publicAddress() throws {
        let hidden = try findings(["192.168.1.5", "fd00::5"])[1]
        #expect(hidden.result == .warning && hidden.sentence.contains("--public-address must name"))
        let open = try findings(["9.9.9.9", "10.0.0.1"])
        #expect(open[0].sentence.contains("9.9.9.9 and private ones: 10.0.0.1"))
        #expect(open[1].result == .good)
        #expect(try findings(["2620:fe::fe", "10.0.0.1"])[1].result == .warning)
        #expect(try findings([])[0].result == .warning)
    }

    @Test("A given public address is repeated, and doubted when it is private")
    func given() throws {
        let good = try findings(["10.0.0.1"], "--public-address", "9.9.9.9")[1]
        #expect(good.result == .good && good.sentence.contains("9.9.9.9"))
        #expect(try findings(["10.0.0.1"], "--public-address", "192.168.1.5")[1].result == .warning)
    }

    @Test("Pages without TLS at other than loopback get no camera, and the doctor says so")
    func secureContext() throws {
        #expect(try findings([], "--host", "0.0.0.0")[2].sentence.contains("neither camera nor microphone"))
        #expect(try findings([])[2].result == .warning)
        #expect(try findings([], "--tls", "self-signed")[2].result == .good)
        #expect(try findings([], "--tls", "self-signed", "--host", "127.0.0.1")[2].sentence.contains("--host 0.0.0.0"))
    }

    @Test(
        "Public is what leads through the internet",
        arguments: [
            ("9.9.9.9", true), ("2620:fe::fe", true), ("100.63.255.255", true), ("172.32.0.1", true),
            ("100.64.0.1", false), ("10.1.2.3", false), ("172.16.0.1", false), ("192.168.0.1", false),
            ("169.254.1.1", false), ("127.0.0.1", false), ("224.0.0.1", false), ("fd00::1", false),
            ("fe80::1", false), ("::1", false), ("::", false), ("ff02::1", false), ("::ffff:10.0.0.1", false),
        ]
    )
    func isPublic(text: String, expected: Bool) throws { #expect(try #require(IPAddress(text)).isPublic == expected) }
}

@Suite("parley doctor: ports")
struct PortCheckTests {
    /// A socket that occupies a port of loopback.
    private func occupy(_ kind: PortProbe.Kind) async throws -> any Channel {
        let group = MultiThreadedEventLoopGroup.singleton
        return switch kind {
        case .udp: try await DatagramBootstrap(group: group).bind(host: "127.0.0.1", port: 0).get()
        case .tcp: try await ServerBootstrap(group: group).bind(host: "127.0.0.1", port: 0).get()
        }
    }

    @Test("A port that somebody has is seen, and seen to be free again", arguments: [PortProbe.Kind.udp, .tcp])
    func inUse(kind: PortProbe.Kind) async throws {
        let socket = try await occupy(kind)
        let port = try #require(socket.localAddress?.port)
        #expect(PortProbe.state(kind, "127.0.0.1", port) == .inUse)
        #expect(PortProbe.state(kind, "0.0.0.0", port) == .inUse)
        try await socket.close()
        #expect(PortProbe.state(kind, "127.0.0.1", port) == .free)
    }

    @Test("An address this machine does not have is no place to listen")
    func noSuchAddress() {
        #expect(PortProbe.state(.udp, "203.0.113.77", 35_990) == .noSuchAddress)
        #expect(PortProbe.state(.tcp, "no address", 35_990) == .noSuchAddress)
    }

    @Test("What stands in the way is named with the option to change")
    func sentences() throws {
        let port = PortCheck.Port(page: try doctorOptions(), .inUse)
        #expect(PortCheck.finding(port).result == .bad)
        #expect(PortCheck.finding(port).sentence.contains("8080/TCP at 127.0.0.1 (page, --port)"))
        for state in [PortProbe.State.denied, .noSuchAddress, .failed(errno: EMFILE)] {
            #expect(PortCheck.finding(.init(check: "x", name: "1", state: state)).result == .bad)
        }
        #expect(PortCheck.finding(.init(check: "x", name: "1", state: .free)).result == .good)
    }

    @Test("The relay range is bad when nothing of it opens, doubtful when much does not or when it is small")
    func relayPorts() {
        let free = Array(repeating: PortProbe.State.free, count: 8)
        #expect(PortCheck.relayPorts(49_152...65_535, free).result == .good)
        #expect(PortCheck.relayPorts(5_000...5_010, free).result == .warning)
        #expect(
            PortCheck.relayPorts(49_152...65_535, free.prefix(4) + Array(repeating: .inUse, count: 4)).result
                == .warning
        )
        #expect(PortCheck.relayPorts(49_152...65_535, [.inUse, .denied]).result == .bad)
    }

    @Test("Each port has its firewall rule in three dialects; a page on loopback needs none")
    func firewall() throws {
        let all = FirewallAdvice.findings(try doctorOptions(["--host", "0.0.0.0", "--turn-ports", "40000-40999"]))
        #expect(all.map(\.check) == ["firewall-page", "firewall-media-udp", "firewall-media-tcp", "firewall-relay"])
        for rule in ["ufw allow 40000:40999/udp", "udp dport 40000-40999 accept", "--add-port=40000-40999/udp"] {
            #expect(all[3].sentence.contains(rule))
        }
        #expect(all[0].sentence.contains("ufw allow 8080/tcp"))
        #expect(FirewallAdvice.findings(try doctorOptions()).first?.check == "firewall-media-udp")
    }
}

@Suite("parley doctor: the machine")
struct SystemChecksTests {
    @Test("Files: enough, few, too few")
    func files() {
        #expect(SystemChecks.files(limit: 20_000).result == .good)
        #expect(SystemChecks.files(limit: 500).result == .warning)
        #expect(SystemChecks.files(limit: 64).result == .bad)
        #expect(SystemChecks.fileLimit > 0)
    }

    @Test("A clock of another century is bad, one that jumps is doubtful")
    func clock() async {
        let now = 1_795_000_000.0
        #expect(SystemChecks.clock(.init(wall: now, wallPassed: 0.25, monotonicPassed: 0.26)).result == .good)
        #expect(SystemChecks.clock(.init(wall: now, wallPassed: 30, monotonicPassed: 0.25)).result == .warning)
        let wrong = SystemChecks.clock(.init(wall: 5, wallPassed: 0.25, monotonicPassed: 0.25))
        #expect(wrong.result == .bad && wrong.sentence.contains("1970"))
    }

    @Test("A data directory that is not there yet is not made; one that cannot be is bad; nothing is left behind")
    func disk() throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "parley-\(UUID().uuidString)").path()
        #expect(SystemChecks.disk(SystemChecks.dataDirectory(path + "/data"), path: path).result == .good)
        #expect(!FileManager.default.fileExists(atPath: path))
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: path) }
        #expect(SystemChecks.disk(SystemChecks.dataDirectory(path), path: path).result == .good)
        #expect(try FileManager.default.contentsOfDirectory(atPath: path).isEmpty)
        try Data().write(to: URL(filePath: path + "/file"))
        #expect(SystemChecks.disk(SystemChecks.dataDirectory(path + "/file"), path: path).result == .bad)
        #expect(SystemChecks.disk(.writable(free: 100 << 20), path: path).result == .warning)
        #expect(SystemChecks.disk(.writable(free: 1 << 20), path: path).result == .bad)
    }
}

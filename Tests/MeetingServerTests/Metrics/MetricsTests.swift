import Foundation
import Logging
import MediaTransport
import Meeting
import Telemetry
import Testing

@testable import MeetingServer

@Suite("Metrics")
struct MetricsTests {
    /// Everything a scrape can say, with nothing counted.
    private var text: String {
        var metrics = MetricsText()
        let report = MediaReport()
        metrics.add(
            MeetingTally(census: Census(), counters: MeetingManager.Counters(), joinTimes: Histogram(bounds: [1]))
        )
        metrics.addPort(report.media)
        metrics.addTURN(report.turn)
        metrics.addSFU(report.sfu)
        metrics.addWorkers([.milliseconds(1_500), .zero])
        metrics.addDrops(report)
        return metrics.text
    }

    @Test("Every family has one head and a name of its own; counters end in _total, and no line comes twice")
    func families() throws {
        let lines = text.split(separator: "\n")
        let types = lines.filter { $0.hasPrefix("# TYPE ") }.map { $0.split(separator: " ") }
        #expect(Set(types.map { $0[2] }).count == types.count)
        for type in types {
            #expect(type[2].hasPrefix("parley_"))
            #expect((type[3] == "counter") == type[2].hasSuffix("_total"), "\(type[2])")
        }
        let samples = lines.filter { !$0.hasPrefix("#") }.map { $0.split(separator: " ")[0] }
        #expect(Set(samples).count == samples.count)
        #expect(samples.count > 100)
    }

    @Test("Reasons are written as labels are: the names that alerts depend on")
    func reasons() {
        for label in [
            #"layer="turn",reason="no_permission""#, #"layer="turn",reason="total_bandwidth""#,
            #"layer="room",reason="repeated_nack""#, #"layer="room",reason="stale_key_frame_request""#,
            #"layer="link",reason="replayed""#, #"layer="ice",reason="bad_integrity""#,
            #"layer="port",reason="socket_full""#, #"layer="dtls",reason="oversized""#,
        ] { #expect(text.contains("parley_drops_total{\(label)} 0"), "\(label)") }
        #expect(text.contains(#"parley_worker_busy_seconds_total{worker="0"} 1.5"#))
        #expect(text.contains(#"parley_turn_errors_total{code="486"} 0"#))
    }

    @Test("A service prints as its name, whatever it holds (T-LOG-2)")
    func descriptions() async throws {
        let secret = "canary-turn-secret-of-the-test"
        let data = FileManager.default.temporaryDirectory.appending(path: "parley-\(UUID().uuidString)").path()
        defer { try? FileManager.default.removeItem(atPath: data) }
        let options = try ServeOptions.parse(
            arguments: ["--turn-secret", secret, "--data", data, "--tls", "self-signed"],
            environment: [:],
            readFile: { _ in "" }
        )
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let server = try await MeetingServer(options: options, version: "1", logger: logger)
        let names = server.services.map { "\($0)" }
        #expect(names.allSatisfy { $0.count < 40 && !$0.contains("(") }, "\(names)")
        let media = MediaService.Configuration(options: options, secret: TURNSecret(given: secret)) { _ in }
        var dumped = ""
        dump(media, to: &dumped)
        dump(server.services, to: &dumped)
        dump(TURNSecret(given: secret), to: &dumped)
        dumped += "\(media) \(String(reflecting: media)) \(server) \(media.turn.map { "\($0)" } ?? "")"
        let bytes = secret.utf8.prefix(8).map { "\($0)" }
        for form in [secret, bytes.joined(separator: ", ")] { #expect(!dumped.contains(form)) }
    }
}

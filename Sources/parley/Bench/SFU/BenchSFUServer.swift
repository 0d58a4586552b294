import ArgumentParser
import DTLS
import Foundation
import Glibc
import Logging
import MediaTransport
import PeerConnection
import SFU
import ServiceLifecycle

import struct SDP.SDPError

/// The server's media plane alone, in a process of its own to be measured, with the benchmark for its control plane: rooms of
/// any size, no WebSockets in the figures.
///
/// Lines on standard input, fields separated by spaces: `join KEY ROOM WORKER OFFER` is answered `answer KEY ANSWER` (both
/// base64), `show KEY LINE KEY LINE WORKER` shows the second track in the first slot. Ends with its input.
struct BenchSFUServer: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sfu-server",
        abstract: "What `bench sfu` measures.",
        shouldDisplay: false
    )

    @Option(help: "Media port.") var port: Int
    @Option(help: "Media threads.") var workers = 1

    func run() async throws {
        let service = MediaService(
            .init(hosts: ["127.0.0.1"], port: port, workers: workers),
            logger: Logger(label: "bench")
        ) { _ in
            Self.say("ready")
        }
        Thread.detachNewThread { Self.obey(service) }
        try await service.run()
    }

    private static func obey(_ service: MediaService) {
        while let line = readLine() {
            let fields = line.split(separator: " ").map(String.init)
            switch (fields.first, fields.count) {
            case ("join", 5): join(fields, service)
            case ("show", 6): show(fields, service)
            default: say("unknown")
            }
        }
        Glibc.exit(0)
    }

    private static func join(_ fields: [String], _ service: MediaService) {
        guard let key = UInt64(fields[1]), let room = UInt64(fields[2]), let worker = UInt16(fields[3]),
            let offer = Data(base64Encoded: fields[4])
        else { return say("unknown") }
        var random = SystemRandomNumberGenerator()
        var negotiator = Negotiator(
            worker: worker,
            fingerprint: service.fingerprint,
            candidates: service.candidates,
            sessionID: key,
            using: &random
        )
        do {
            let made = try negotiator.answer(String(decoding: offer, as: UTF8.self))
            service.order(
                .connect(TransportKey(rawValue: key), room: RoomKey(rawValue: room), made.session),
                of: Int(worker)
            )
            say("answer \(key) \(Data(made.answer.utf8).base64EncodedString())")
        } catch { say("refused \(error.sentence)") }
    }

    private static func show(_ fields: [String], _ service: MediaService) {
        let numbers = fields.dropFirst().compactMap { UInt64($0) }
        guard numbers.count == 5 else { return say("unknown") }
        let slot = TrackKey(transport: TransportKey(rawValue: numbers[0]), line: UInt8(clamping: numbers[1]))
        let source = TrackKey(transport: TransportKey(rawValue: numbers[2]), line: UInt8(clamping: numbers[3]))
        service.order(.assign(slot: slot, source: source), of: Int(clamping: numbers[4]))
    }

    private static func say(_ line: String) {
        FileHandle.standardOutput.write(Data((line + "\n").utf8))
    }
}

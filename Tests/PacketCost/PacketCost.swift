import DTLS
import Glibc
import Logging
import MediaTransport
import ServiceLifecycle
import TURN
import TurnLoad
import Units

/// What `scripts/packet-cost` measures.
///
/// `packet-cost serve PORT` serves TURN until it is killed, to be counted under valgrind; `packet-cost load PORT PATH COUNT`
/// sends that many packets through it and ends with 0 when all arrived. `packet-cost forward video|audio SUBSCRIBERS COUNT`
/// is the SFU's way with both ends in one process; of it only `ForwardingCost.measured` is to be counted.
@main
struct PacketCost {
    private static let secret = "a secret of sixteen bytes and more"

    static func main() {
        let arguments = CommandLine.arguments.dropFirst()
        if arguments.first == "forward" { return forward(arguments.dropFirst()) }
        guard let port = arguments.dropFirst().first.flatMap({ UInt16($0) }) else { return usage() }
        switch arguments.first {
        case "serve":
            Task.detached { await serve(port: Int(port)) }
            // Valgrind does not survive the main thread's end, which is what an asynchronous `main` is.
            while true { pause() }
        case "load":
            guard let path = arguments.dropFirst(2).first.flatMap({ Path(rawValue: $0) }),
                let count = arguments.dropFirst(3).first.flatMap({ Int($0) })
            else { return usage() }
            do { exit(try load(port: port, path, count) ? 0 : 1) } catch {
                say("\(error)")
                exit(1)
            }
        default: usage()
        }
    }

    /// Ends with 0 when every subscriber was sent a copy of every packet.
    private static func forward(_ arguments: ArraySlice<String>) {
        let arguments = Array(arguments)
        guard arguments.count == 3, let kind = ForwardingCost.Kind(rawValue: arguments[0]),
            let subscribers = Int(arguments[1]), subscribers > 0, let count = Int(arguments[2]), count > 0
        else { return usage() }
        guard let own = DTLSIdentity(wall: 1_795_000_000), let theirs = DTLSIdentity(wall: 1_795_000_000) else {
            say("no certificate")
            exit(1)
        }
        do {
            var cost = try ForwardingCost(kind, subscribers: subscribers, own: own, theirs: theirs)
            guard cost.isComplete else {
                say("the links did not come about")
                exit(1)
            }
            // Caches are full and slots have begun.
            _ = cost.run(1_000, isMeasured: false)
            let forwarded = cost.run(count, isMeasured: true)
            say("forwarded \(forwarded)")
            exit(forwarded >= count * subscribers ? 0 : 1)
        } catch {
            say("\(error)")
            exit(1)
        }
    }

    private enum Path: String {
        case toPeer = "to-peer"
        case toClient = "to-client"
        case send
        case relayToRelay = "relay-to-relay"
    }

    private static func serve(port: Int) async {
        var turn = TURN.Configuration(
            secrets: [Array(secret.utf8)],
            nonceKey: Array(repeating: 7, count: 32),
            policy: PeerPolicy(allowed: AddressBlock("127.0.0.0/8").map { [$0] } ?? [])
        )
        // What is counted is the way of a packet, not that of a dropped one.
        turn.limits.bytesPerSecond = 1 << 40
        turn.limits.totalBytesPerSecond = 1 << 40
        let service = MediaService(
            .init(hosts: ["127.0.0.1"], port: port, workers: 1, turn: turn),
            logger: Logger(label: "packet-cost")
        )
        do { try await service.run() } catch {
            say("\(error)")
            exit(1)
        }
    }

    /// Packets in groups of ten, each group after the one before it has arrived: valgrind is slow, and nothing may be lost.
    private static func load(port: UInt16, _ path: Path, _ count: Int) throws -> Bool {
        let server = TransportAddress(IPAddress(v4: 0x7F00_0001), port: port)
        try TurnClient.wait(for: server)
        var clients = try TurnClient.allocate(2, at: server, secret: secret)
        let peer = try LoadSocket(at: 0x7F00_0002)
        let peerAddress = TransportAddress(IPAddress(v4: 0x7F00_0002), port: peer.port)
        switch path {
        case .toPeer, .toClient: try clients[0].bindChannel(to: peerAddress)
        case .send: try clients[0].permit(peerAddress)
        case .relayToRelay:
            try clients[0].bindChannel(to: clients[1].relayed)
            try clients[1].bindChannel(to: clients[0].relayed)
        }
        var packet = [UInt8](repeating: 0xAB, count: 2_048)
        var header = 0
        switch path {
        case .toClient: peer.connect(to: clients[0].relayed)
        case .send: header = clients[0].writeSendHeader(payload: 1_100, into: &packet)
        case .toPeer, .relayToRelay:
            header = 4
            clients[0].writeChannelHeader(payload: 1_100, into: &packet)
        }
        let sender = path == .toClient ? peer : clients[0].socket
        let receiver = path == .toClient ? clients[0].socket : path == .relayToRelay ? clients[1].socket : peer
        var room = [UInt8](repeating: 0, count: 2_048)
        for _ in 0..<(count / 10) {
            for _ in 0..<10 { sender.send(packet, count: header + 1_100) }
            for _ in 0..<10 {
                guard receiver.wait(milliseconds: 5_000), receiver.receive(into: &room) != nil else { return false }
            }
        }
        return true
    }

    private static func usage() {
        say(
            """
            usage: packet-cost serve PORT | packet-cost load PORT to-peer|to-client|send|relay-to-relay COUNT
                 | packet-cost forward video|audio SUBSCRIBERS COUNT
            """
        )
        exit(64)
    }

    private static func say(_ text: String) {
        let line = text + "\n"
        _ = unsafe write(STDERR_FILENO, line, line.utf8.count)
    }
}

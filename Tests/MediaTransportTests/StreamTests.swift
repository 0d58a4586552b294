import Glibc
import STUN
import TURN
import Testing
import Units

@testable import MediaTransport

@Suite("Connections of the media port", .timeLimit(.minutes(1)))
struct StreamTests {
    /// What a connection comes over.
    enum Line: CaseIterable { case tcp, adopted }

    /// A client on a TCP connection, or on what TLS would give to the media plane.
    private static func client(
        _ running: RunningService,
        _ line: Line,
        _ participant: String = "kevin"
    ) throws -> TURNClient {
        let socket = line == .tcp ? try TestSocket.tcp(port: try running.port(.tcp)) : try adopted(running.service)
        return TURNClient(socket, server: nil, participant: participant, expiry: 4_000_000_000)
    }

    /// One end of a socket pair whose other end the service has.
    private static func adopted(_ service: MediaService, client: IPAddress = IPAddress(v4: 0xC000_0205)) throws
        -> TestSocket
    {
        var pair: [Int32] = [0, 0]
        try TestSocket.check(unsafe socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &pair))
        _ = fcntl(pair[1], F_SETFL, O_NONBLOCK)
        let server = TransportAddress(IPAddress(v4: 0x7F00_0001), port: 443)
        #expect(service.adopt(descriptor: pair[1], client: TransportAddress(client, port: 4_242), server: server))
        return TestSocket(adopting: pair[0])
    }

    @Test(
        "TURN runs over a connection as over UDP: Allocate, ChannelData of any length, both ways",
        arguments: Line.allCases
    )
    func relay(line: Line) async throws {
        try await RunningService.with(RelayTests.configuration()) { running in
            let client = try Self.client(running, line)
            let peer = try TestSocket.udp()
            let allocated = try client.allocate()
            let relayed = try #require(allocated.address(.xorRelayedAddress))
            #expect(relayed.address == IPAddress("127.0.0.1"))
            if line == .adopted {
                #expect(allocated.address(.xorMappedAddress)?.description == "192.0.2.5:4242")
            }
            #expect(try client.bind(0x4000, to: try peer.local).isSuccess)
            for size in [1, 2, 3, 4, 1_199, 2_000] {
                let data = [UInt8](repeating: UInt8(size & 255), count: size)
                try client.send(data, on: 0x4000)
                #expect(try peer.receive().bytes == data)
                try peer.send(data, to: relayed)
                #expect(RelayTests.payload(try client.receive()) == data)
            }
        }
    }

    @Test("A thousand relays that live shorter than a round leave the server as it was")
    func shortLives() async throws {
        try await RunningService.with(RelayTests.configuration()) { running in
            let peer = try TestSocket.udp()
            let address = try peer.local
            let clients = try (0..<40).map { try Self.client(running, .tcp, "user\($0)") }
            // Everybody knows his nonce and has no relay.
            for client in clients {
                #expect(try client.allocate().isSuccess)
                #expect(try client.request(.refresh) { $0.write(.lifetime, UInt32(0), to: &$1) }.isSuccess)
            }
            let chunks = clients.map { client in
                var chunk: [UInt8] = []
                for _ in 0..<35 {
                    chunk += client.message(.allocate, isSigned: true) {
                        $0.write(.requestedTransport, UInt32(17) << 24, to: &$1)
                    }
                    chunk += client.message(.createPermission, isSigned: true) {
                        $0.write(.xorPeerAddress, xor: address, to: &$1)
                    }
                    chunk += client.message(.send, .indication, isSigned: false) {
                        let data: [UInt8] = [1, 2, 3, 4]
                        $0.write(.xorPeerAddress, xor: address, to: &$1)
                        $0.write(.data, data.span, to: &$1)
                    }
                    chunk += client.message(.refresh, isSigned: true) { $0.write(.lifetime, UInt32(0), to: &$1) }
                }
                return chunk + [0xFF, 0xFF]
            }
            // What closes a connection comes last, so that its answers are never sent.
            for (client, chunk) in zip(clients, chunks) { try client.send(chunk) }
            let last = try Self.client(running, .tcp, "last")
            #expect(try last.allocate().isSuccess)
        }
    }

    @Test("Many messages at once arrive in order, whatever the cuts are")
    func cuts() async throws {
        try await RunningService.with(RelayTests.configuration()) { running in
            let client = try Self.client(running, .tcp)
            let peer = try TestSocket.udp()
            _ = try client.allocate()
            _ = try client.bind(0x4000, to: try peer.local)
            let packets = (0..<40).map { [UInt8](repeating: UInt8($0), count: 37 * $0) }
            var stream: [UInt8] = []
            for packet in packets {
                stream += [0x40, 0, UInt8(packet.count >> 8), UInt8(packet.count & 255)] + packet
                stream += [UInt8](repeating: 0, count: (4 - packet.count % 4) % 4)
            }
            var start = 0
            while start < stream.count {
                let end = min(start + 997, stream.count)
                try client.send(Array(stream[start..<end]))
                start = end
            }
            for packet in packets { #expect(try peer.receive().bytes == packet) }
        }
    }

    @Test("A connection that ends takes its allocation with it", arguments: Line.allCases)
    func ending(line: Line) async throws {
        let configuration = RelayTests.configuration(quotas: RelayQuotas(perUser: 1))
        try await RunningService.with(configuration) { running in
            do {
                let client = try Self.client(running, line)
                #expect(try client.allocate().isSuccess)
                #expect(await running.service.counters.streams == 1)
            }
            // The end is in the kernel's queue before this client's first message is.
            let next = try Self.client(running, line)
            #expect(try next.allocate().isSuccess)
            let counters = await running.service.counters
            #expect(counters.streams == 1 && counters.relays == 1)
        }
    }

    @Test("Between two connections of this process data goes in process", arguments: [1, 3])
    func ownRelays(workers: Int) async throws {
        try await RunningService.with(RelayTests.configuration(workers: workers, allowed: [])) { running in
            let (client, other) = (try Self.client(running, .tcp), try Self.client(running, .adopted, "maria"))
            let from = try #require(try client.allocate().address(.xorRelayedAddress))
            let to = try #require(try other.allocate().address(.xorRelayedAddress))
            _ = try client.bind(0x4000, to: to)
            _ = try other.bind(0x4001, to: from)
            try client.send([1, 2, 3, 4, 5], on: 0x4000)
            #expect(RelayTests.payload(try other.receive()) == [1, 2, 3, 4, 5])
            #expect(await running.service.counters.relayedInProcess == 1)
        }
    }

    @Test("A client that does not read loses data; others, and its own peers, do not wait")
    func slowReader() async throws {
        try await RunningService.with(RelayTests.configuration()) { running in
            let slow = TURNClient(
                try .tcp(port: try running.port(.tcp), receiveBuffer: 4_096),
                server: nil,
                participant: "kevin",
                expiry: 4_000_000_000
            )
            let quick = try RelayTests.client(running, "maria")
            let peer = try TestSocket.udp()
            let slowRelay = try #require(try slow.allocate().address(.xorRelayedAddress))
            let quickRelay = try #require(try quick.allocate().address(.xorRelayedAddress))
            for each in [slow, quick] { _ = try each.bind(0x4000, to: try peer.local) }
            // Until data was lost; each round of this is answered by the quick one, so nothing is lost before the relay.
            var count = 0
            while await running.service.counters.slowReaders == 0, count < 10_000 {
                try peer.send([UInt8](repeating: 1, count: 1_200), to: slowRelay)
                try peer.send([2], to: quickRelay)
                #expect(RelayTests.payload(try quick.receive()) == [2])
                count += 1
            }
            #expect(await running.service.counters.slowReaders > 0)
            // Whole frames only: what it reads at last is in step.
            for _ in 0..<20 {
                #expect(RelayTests.payload(try slow.receive()) == [UInt8](repeating: 1, count: 1_200))
            }
            #expect(await running.service.counters.streams == 1)
        }
    }

    @Test("A client that asks and does not read the answers is closed")
    func stuck() async throws {
        try await RunningService.with(RelayTests.configuration()) { running in
            let socket = try TestSocket.tcp(port: try running.port(.tcp), receiveBuffer: 4_096)
            let client = TURNClient(socket, server: nil, participant: "kevin", expiry: 4_000_000_000)
            _ = try client.allocate()
            let request = client.message(.refresh, isSigned: true) { $0.write(.lifetime, UInt32(600), to: &$1) }
            let many = Array(repeatElement(request, count: 100).joined())
            #expect(throws: TestSocket.Failure.self) {
                for _ in 0..<500 { try client.send(many) }
            }
            let counters = await running.service.counters
            #expect(counters.streamsStuck == 1 && counters.streams == 0 && counters.relays == 0)
        }
    }

    @Test("A connection is closed after 30 s without a message; bytes alone do not keep it, messages do")
    func idle() async throws {
        let clock = ManualClock()
        try await RunningService.with(.init(hosts: ["127.0.0.1"], port: 0), clock: clock.clock) { running in
            let client = try TestSocket.tcp(port: try running.port(.tcp))
            try client.write(Binding.request)
            _ = try client.read(32)
            clock.advance(seconds: 20)
            try client.write(Binding.request)
            _ = try client.read(32)
            clock.advance(seconds: 29)
            try client.write([0, 1])
            #expect(await running.service.counters.streams == 1)
            clock.advance(seconds: 1)
            _ = await running.service.counters
            #expect(try client.read(1) == nil)
            #expect(await running.service.counters.streamsIdle == 1)
        }
    }

    @Test("A connection with an allocation may be quiet for as long as that lives")
    func quietAllocation() async throws {
        let clock = ManualClock()
        try await RunningService.with(RelayTests.configuration(), clock: clock.clock) { running in
            let client = try Self.client(running, .tcp)
            #expect(try client.allocate().isSuccess)
            clock.advance(seconds: 300)
            _ = await running.service.counters
            #expect(await running.service.counters.streams == 1)
            clock.advance(seconds: 301)
            _ = await running.service.counters
            #expect(await running.service.counters.relays == 0)
            clock.advance(seconds: 30)
            _ = await running.service.counters
            #expect(await running.service.counters.streams == 0)
        }
    }

    @Test(
        "A frame over 2 KiB closes the connection at its header",
        arguments: [[0, 1, 0x07, 0xF0], [0x40, 0, 0x07, 0xFD]]
    )
    func largeFrame(header: [UInt8]) async throws {
        try await RunningService.with(.init(hosts: ["127.0.0.1"], port: 0)) { running in
            let client = try TestSocket.tcp(port: try running.port(.tcp))
            try client.write(header + [0x21, 0x12, 0xA4, 0x42])
            #expect(try client.read(1) == nil)
            #expect(await running.service.counters.streamsOutOfStep == 1)
        }
    }

    @Test("An address gets 100 connections, and a new one when an old one closes; others are not touched")
    func perAddress() async throws {
        let admission = StreamAdmission()
        let address = IPAddress(v4: 1)
        for _ in 0..<100 { #expect(admission.admit(address)) }
        #expect(!admission.admit(address))
        #expect(admission.admit(IPAddress(v4: 2)))
        admission.release(address)
        #expect(admission.admit(address))
        #expect(!admission.admit(address))
    }

    @Test("The addresses of one IPv6 network count together")
    func perNetwork() {
        let admission = StreamAdmission()
        let admitted = (0..<150).filter {
            admission.admit(IPAddress(high: 0x2001_0DB8_0000_0000, low: UInt64($0)))
        }
        #expect(admitted.count == 100)
    }

    @Test("The 101st connection of an address is closed at once, and counted")
    func refused() async throws {
        try await RunningService.with(.init(hosts: ["127.0.0.1"], port: 0)) { running in
            let clients = try (0..<100).map { _ in try TestSocket.tcp(port: try running.port(.tcp)) }
            try clients[99].write(Binding.request)
            _ = try clients[99].read(32)
            let further = try TestSocket.tcp(port: try running.port(.tcp))
            #expect(try further.read(1) == nil)
            #expect(await running.service.counters.streamsRefused == 1)
        }
    }

    @Test("A stream is closed and not kept when the service does not run")
    func adoptedByNobody() throws {
        let service = MediaService(logger: RunningService.quiet)
        var pair: [Int32] = [0, 0]
        try TestSocket.check(unsafe socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &pair))
        let nowhere = TransportAddress(IPAddress(v4: 1), port: 1)
        #expect(!service.adopt(descriptor: pair[1], client: nowhere, server: nowhere))
        #expect(try TestSocket(adopting: pair[0]).read(1) == nil)
    }
}

import Glibc
import STUN
import TURN
import Testing
import Units

@testable import MediaTransport

@Suite("TURN relay on real sockets", .timeLimit(.minutes(1)))
struct RelayTests {
    static func configuration(
        workers: Int = 1,
        quotas: RelayQuotas = RelayQuotas(),
        ports: ClosedRange<UInt16> = 34_000...34_999,
        allowed: [String] = ["127.0.0.0/8", "::1/128"],
        hosts: [String] = ["127.0.0.1"]
    ) -> MediaService.Configuration {
        MediaService.Configuration(
            hosts: hosts,
            port: 0,
            workers: workers,
            relayPorts: ports,
            quotas: quotas,
            turn: TURNClient.configuration(allowed: allowed)
        )
    }

    /// A client over UDP.
    static func client(
        _ running: RunningService,
        _ participant: String = "kevin",
        host: String = "127.0.0.1",
        expiry: UInt64 = 4_000_000_000
    ) throws -> TURNClient {
        TURNClient(try .udp(host), server: try running.address(host), participant: participant, expiry: expiry)
    }

    /// Payload of ChannelData.
    static func payload(_ frame: [UInt8]) -> [UInt8] {
        Array(frame[4..<(4 + Int(frame[2]) << 8 + Int(frame[3]))])
    }

    /// Payload of a Data indication.
    static func data(_ bytes: [UInt8]) -> [UInt8]? {
        guard let message = try? Message(parsing: bytes.span) else { return nil }  // nil fails the expectation
        return TURNClient.Answer(message: message, bytes: bytes).value(.data)
    }

    @Test("Data on a channel goes to the peer from the relayed port, and comes back", arguments: ["127.0.0.1", "::1"])
    func channel(host: String) async throws {
        try await RunningService.with(Self.configuration(hosts: [host])) { running in
            let client = try Self.client(running, host: host)
            let peer = try TestSocket.udp(host)
            let allocated = try client.allocate { writer, room in
                if host == "::1" { writer.write(.requestedAddressFamily, UInt32(2) << 24, to: &room) }
            }
            let relayed = try #require(allocated.address(.xorRelayedAddress))
            #expect((34_000...34_999).contains(relayed.port))
            #expect(try client.bind(0x4000, to: try peer.local).isSuccess)
            for size in [0, 1, 160, 1_200, 2_000] {
                let data = [UInt8](repeating: UInt8(size & 255), count: size)
                try client.send(data, on: 0x4000)
                let received = try peer.receive()
                #expect(received.bytes == data && received.from == relayed)
                try peer.send(data, to: relayed)
                let back = try client.receive()
                #expect(back[0] == 0x40 && Self.payload(back) == data)
            }
        }
    }

    @Test("A Send indication reaches the peer, and its answer comes as a Data indication that names it")
    func indications() async throws {
        try await RunningService.with(Self.configuration()) { running in
            let client = try Self.client(running)
            let peer = try TestSocket.udp()
            let relayed = try #require(try client.allocate().address(.xorRelayedAddress))
            #expect(try client.permit(try peer.local).isSuccess)
            try client.send([1, 2, 3], toPeer: try peer.local)
            #expect(try peer.receive().bytes == [1, 2, 3])
            try peer.send([4, 5, 6, 7, 8], to: relayed)
            let bytes = try client.receive()
            let data = TURNClient.Answer(message: try Message(parsing: bytes.span), bytes: bytes)
            #expect(data.message.type == MessageType(.indication, .data))
            #expect(data.value(.data) == [4, 5, 6, 7, 8])
            #expect(data.address(.xorPeerAddress) == (try peer.local))
        }
    }

    @Test("Bursts arrive whole and in order, both ways")
    func bursts() async throws {
        try await RunningService.with(Self.configuration()) { running in
            let client = try Self.client(running)
            let peer = try TestSocket.udp()
            let relayed = try #require(try client.allocate().address(.xorRelayedAddress))
            _ = try client.bind(0x4001, to: try peer.local)
            // Sizes of a picture: equal ones and a shorter last one, then others.
            let sizes = [1_200, 1_200, 1_200, 1_200, 700, 1_200, 1_200, 90, 1_000, 1_000, 1_100]
            let packets = sizes.enumerated().map { [UInt8](repeating: UInt8($0.offset), count: $0.element) }
            for packet in packets { try client.send(packet, on: 0x4001) }
            for packet in packets { #expect(try peer.receive().bytes == packet) }
            for packet in packets { try peer.send(packet, to: relayed) }
            for packet in packets { #expect(Self.payload(try client.receive()) == packet) }
        }
    }

    @Test("Two relays of this process reach each other without a socket, on one worker or two", arguments: [1, 3])
    func ownRelays(workers: Int) async throws {
        // Without the allow-list: own relays are open by themselves.
        try await RunningService.with(Self.configuration(workers: workers, allowed: [])) { running in
            // Six clients land on several workers, and every pair of them talks.
            let clients = try (0..<6).map { try Self.client(running, "participant-\($0)") }
            let relayed = try clients.map { try #require(try $0.allocate().address(.xorRelayedAddress)) }
            for (index, client) in clients.enumerated() {
                for (other, address) in relayed.enumerated() where other != index {
                    #expect(try client.bind(0x4000 + UInt16(other), to: address).isSuccess)
                }
            }
            for (index, client) in clients.enumerated() {
                for (other, to) in clients.enumerated() where other != index {
                    try client.send([UInt8(index), UInt8(other)], on: 0x4000 + UInt16(other))
                    let frame = try to.receive()
                    #expect(frame[..<2] == [0x40, UInt8(index)])
                    #expect(Self.payload(frame) == [UInt8(index), UInt8(other)])
                }
            }
            let counters = await running.service.counters
            #expect(counters.relayedInProcess == 30)
            #expect(counters.relays == 6)
        }
    }

    @Test("This machine's other ports get nothing, even under an address that relays have")
    func ownPorts() async throws {
        try await RunningService.with(Self.configuration(allowed: [])) { running in
            let (client, other) = (try Self.client(running), try Self.client(running, "maria"))
            let own = try #require(try client.allocate().address(.xorRelayedAddress))
            let relayed = try #require(try other.allocate().address(.xorRelayedAddress))
            let victim = try TestSocket.udp()
            #expect(try client.permit(try victim.local).code == 403)
            // The permission is for the address; the port is looked at for every packet.
            #expect(try client.permit(relayed).isSuccess)
            #expect(try other.permit(own).isSuccess)
            try client.send([1], toPeer: try victim.local)
            try client.send([2], toPeer: relayed)
            // What was sent after it has arrived, so it would have.
            #expect(Self.data(try other.receive()) == [2])
            #expect(victim.isQuiet)
            #expect(await running.service.counters.ownPortClosed == 1)
        }
    }

    @Test("A participant's allocation beyond the quota gets 486, others still get theirs, and it does when one ended")
    func quota() async throws {
        try await RunningService.with(Self.configuration(quotas: RelayQuotas(perUser: 2))) { running in
            let clients = try (0..<3).map { _ in try Self.client(running) }
            #expect(try clients[0].allocate().isSuccess)
            #expect(try clients[1].allocate().isSuccess)
            #expect(try clients[2].allocate().code == 486)
            #expect(try Self.client(running, "maria").allocate().isSuccess)
            #expect(try clients[0].refresh(lifetime: 0).isSuccess)
            #expect(try clients[2].allocate().isSuccess)
            #expect(await running.service.counters.quotaRefusals == 1)
        }
    }

    @Test("When no relay port is left an allocation gets 508, and the port of one that ended is given again")
    func portsExhausted() async throws {
        try await RunningService.with(Self.configuration(ports: 34_998...34_999)) { running in
            let clients = try (0..<3).map { try Self.client(running, "participant-\($0)") }
            #expect(try clients[0].allocate().isSuccess)
            #expect(try clients[1].allocate().isSuccess)
            #expect(try clients[2].allocate().code == 508)
            #expect(try clients[1].refresh(lifetime: 0).isSuccess)
            #expect(try clients[2].allocate().isSuccess)
        }
    }

    @Test("An allocation ends when its lifetime does: port closed, quota back")
    func expiry() async throws {
        let clock = ManualClock()
        let configuration = Self.configuration(quotas: RelayQuotas(perUser: 1))
        try await RunningService.with(configuration, clock: clock.clock) { running in
            let client = try Self.client(running)
            #expect(try client.allocate().isSuccess)
            clock.advance(seconds: 599)
            #expect(await running.service.counters.relays == 1)
            clock.advance(seconds: 2)
            // The first makes the worker look at the clock, the second comes after that round.
            _ = await running.service.counters
            #expect(await running.service.counters.relays == 0)
            #expect(try Self.client(running).allocate().isSuccess)
        }
    }

    @Test("A removed participant's relay ends at once, and its credentials open no other")
    func revoked() async throws {
        try await RunningService.with(Self.configuration(workers: 2)) { running in
            let (client, other) = (try Self.client(running), try Self.client(running, "maria"))
            let peer = try TestSocket.udp()
            for each in [client, other] {
                _ = try each.allocate()
                _ = try each.bind(0x4000, to: try peer.local)
            }
            let expiry = UInt64(time(nil)) + 900
            running.service.revoke(participant: "kevin")
            #expect(await running.service.counters.relays == 1)
            try client.send([1], on: 0x4000)
            try other.send([2], on: 0x4000)
            #expect(try peer.receive().bytes == [2])
            #expect(try Self.client(running, expiry: expiry).allocate().code == 401)
        }
    }

    @Test("EVEN-PORT gives an even port, and its token the next one")
    func reservation() async throws {
        try await RunningService.with(Self.configuration()) { running in
            let first = try Self.client(running).allocate { $0.write(.evenPort, [0x80].span, to: &$1) }
            let port = try #require(first.address(.xorRelayedAddress)).port
            #expect(port % 2 == 0)
            let token = try #require(first.value(.reservationToken))
            let second = try Self.client(running).allocate { $0.write(.reservationToken, token.span, to: &$1) }
            #expect(second.address(.xorRelayedAddress)?.port == port + 1)
            let third = try Self.client(running).allocate { $0.write(.reservationToken, token.span, to: &$1) }
            #expect(third.code == 508)
        }
    }

    @Test("Both families of one allocation relay, each from its own address")
    func bothFamilies() async throws {
        try await RunningService.with(Self.configuration()) { running in
            let client = try Self.client(running)
            let allocated = try client.allocate { $0.write(.additionalAddressFamily, UInt32(2) << 24, to: &$1) }
            #expect(allocated.isSuccess)
            #expect(await running.service.counters.relays == 2)
            for (channel, host) in [(UInt16(0x4000), "127.0.0.1"), (0x4001, "::1")] {
                let peer = try TestSocket.udp(host)
                #expect(try client.bind(channel, to: try peer.local).isSuccess)
                try client.send([9], on: channel)
                let received = try peer.receive()
                #expect(received.bytes == [9])
                #expect((received.from.address.v4 == nil) == (host == "::1"))
                try peer.send([8], to: received.from)
                #expect(Self.payload(try client.receive()) == [8])
            }
        }
    }

    @Test("A peer without a way to it costs nothing but the packet, and the next one arrives")
    func unreachable() async throws {
        // A socket bound to loopback cannot send to other addresses: the kernel refuses each packet.
        try await RunningService.with(Self.configuration(allowed: ["0.0.0.0/0"])) { running in
            let client = try Self.client(running)
            let peer = try TestSocket.udp()
            _ = try client.allocate()
            #expect(try client.bind(0x4000, to: TransportAddress(IPAddress(v4: 0x0808_0808), port: 9)).isSuccess)
            #expect(try client.bind(0x4001, to: try peer.local).isSuccess)
            for _ in 0..<5 { try client.send([1], on: 0x4000) }
            try client.send([2], on: 0x4001)
            #expect(try peer.receive().bytes == [2])
            let counters = await running.service.counters
            #expect(counters.unreachable + counters.refused + counters.notSent == 5)
        }
    }

    @Test("Clients are told the public address, and relays under it reach each other in process")
    func publicAddress() async throws {
        var configuration = Self.configuration(allowed: [])
        configuration.publicAddresses = [IPAddress(v4: 0xC633_6407)]
        try await RunningService.with(configuration) { running in
            let (client, other) = (try Self.client(running), try Self.client(running, "maria"))
            let from = try #require(try client.allocate().address(.xorRelayedAddress))
            let to = try #require(try other.allocate().address(.xorRelayedAddress))
            #expect(from.address == IPAddress("198.51.100.7") && to.address == from.address)
            #expect(try client.bind(0x4000, to: to).isSuccess)
            #expect(try other.bind(0x4005, to: from).isSuccess)
            try client.send([7], on: 0x4000)
            let frame = try other.receive()
            #expect(frame[..<2] == [0x40, 0x05] && Self.payload(frame) == [7])
        }
    }
}

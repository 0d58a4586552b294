import CLinux
import Glibc
import Synchronization
import Testing
import Units

@testable import MediaTransport

@Suite("Media port", .timeLimit(.minutes(1)))
struct MediaServiceTests {
    @Test("A Binding request over UDP gets the address and port it was sent from", arguments: ["127.0.0.1", "::1"])
    func udp(host: String) async throws {
        try await RunningService.with(.init(hosts: [host], port: 0)) { running in
            let client = try TestSocket.udp(host)
            // A datagram that is no STUN first: it gets no answer and breaks nothing.
            try client.send(Array("hello".utf8), to: try running.address(host))
            try client.send(Binding.request, to: try running.address(host))
            let answer = try client.receive()
            #expect(Binding.mappedAddress(answer.bytes) == (try client.local))
            #expect(answer.from == (try running.address(host)))
        }
    }

    @Test("An answer leaves from the address the client reached, though one socket has all of them")
    func source() async throws {
        try await RunningService.with(.init(hosts: ["0.0.0.0"], port: 0)) { running in
            let client = try TestSocket.udp("127.0.0.1")
            let other = TransportAddress(IPAddress(v4: 0x7F00_0005), port: UInt16(try running.port(.udp, "0.0.0.0")))
            try client.send(Binding.request, to: other)
            #expect(try client.receive().from == other)
        }
    }

    @Test("Many workers share one port for UDP and TCP, and each client gets its answer", arguments: [1, 4])
    func workers(count: Int) async throws {
        try await RunningService.with(.init(hosts: ["127.0.0.1"], port: 0, workers: count)) { running in
            #expect(try running.port(.udp) == running.port(.tcp))
            for _ in 0..<10 {
                let client = try TestSocket.udp()
                try client.send(Binding.request, to: try running.address())
                #expect(Binding.mappedAddress(try client.receive().bytes) == (try client.local))
            }
        }
    }

    @Test("Messages over TCP are answered one by one, however they are cut")
    func tcp() async throws {
        try await RunningService.with(.init(hosts: ["127.0.0.1"], port: 0)) { running in
            let client = try TestSocket.tcp(port: try running.port(.tcp))
            let two = Binding.request + Binding.request
            try client.write(Array(two[..<7]))
            // The first part is read before the second is there: the counters come after the round that reads it.
            _ = await running.service.counters
            try client.write(Array(two[7...]))
            for _ in 0..<2 {
                let answer = try #require(try client.read(32))
                #expect(Binding.mappedAddress(answer) == (try client.local))
            }
        }
    }

    @Test(
        "A TCP connection that does not speak STUN is closed",
        arguments: ["GET / HTTP/1.1\r\n\r\n", "\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}\u{0}\u{1}"]
    )
    func notSTUN(text: String) async throws {
        try await RunningService.with(.init(hosts: ["127.0.0.1"], port: 0)) { running in
            let client = try TestSocket.tcp(port: try running.port(.tcp))
            try client.write(Array(text.utf8))
            #expect(try client.read(1) == nil)
        }
    }

    @Test("Both families share a port when it is free, and each socket says where it is")
    func families() async throws {
        try await RunningService.with(.init(hosts: ["0.0.0.0", "::"], port: 0)) { running in
            #expect(running.sockets.map(\.host) == ["0.0.0.0", "0.0.0.0", "::", "::"])
            #expect(running.sockets.map(\.transport) == [.udp, .tcp, .udp, .tcp])
            #expect(Set(running.sockets.map(\.port)).count == 1)
        }
    }

    @Test("An IPv6 address that cannot be bound is survived, an IPv4 address is not")
    func missingAddress() async throws {
        // Addresses for documentation, which no machine has.
        try await RunningService.with(.init(hosts: ["127.0.0.1", "2001:db8::1"], port: 0)) { running in
            #expect(running.sockets.map(\.host) == ["127.0.0.1", "127.0.0.1"])
        }
        await #expect(throws: MediaPortError.self) {
            try await RunningService.with(.init(hosts: ["192.0.2.1", "::1"], port: 0)) { _ in }
        }
        await #expect(throws: MediaPortError.self) {
            try await RunningService.with(.init(hosts: ["2001:db8::1"], port: 0)) { _ in }
        }
    }

    @Test("A port that another program uses is noticed, though that program would share it", arguments: [false, true])
    func portInUse(isShared: Bool) async throws {
        let other = linux_socket(AF_INET, Int32(SOCK_DGRAM.rawValue))
        defer { close(other) }
        if isShared { _ = linux_set_option(other, LINUX_REUSE_PORT, 1) }
        let loopback = IPAddress(v4: 0x7F00_0001)
        try TestSocket.check(linux_bind(other, AF_INET, linux_address(high: loopback.high, low: loopback.low, port: 0)))
        var local = linux_address()
        try TestSocket.check(unsafe linux_local_address(other, &local))
        let port = Int(local.port)
        let error = await #expect(throws: MediaPortError.self) {
            try await RunningService.with(.init(hosts: ["127.0.0.1"], port: port)) { _ in }
        }
        #expect(error?.errno == EADDRINUSE)
        #expect(error?.description.contains("already uses UDP port \(port)") == true)
    }

    @Test("A port is free again as soon as the service has stopped")
    func restart() async throws {
        let port = Atomic(0)
        try await RunningService.with(.init(hosts: ["127.0.0.1"], port: 0, workers: 2)) { running in
            port.store(try running.port(.udp), ordering: .relaxed)
            // A connection that is open when the service stops.
            let client = try TestSocket.tcp(port: try running.port(.tcp))
            try client.write(Binding.request)
            _ = try client.read(32)
        }
        try await RunningService.with(.init(hosts: ["127.0.0.1"], port: port.load(ordering: .relaxed))) { _ in }
    }

    @Test("What is for the SFU or for nobody is dropped and counted")
    func dropped() async throws {
        try await RunningService.with(.init(hosts: ["127.0.0.1"], port: 0)) { running in
            let client = try TestSocket.udp()
            for first: UInt8 in [20, 63, 128, 191] { try client.send([first, 0, 0], to: try running.address()) }
            for first: UInt8 in [4, 19, 192, 255] { try client.send([first, 0], to: try running.address()) }
            try client.send([], to: try running.address())
            try client.send([UInt8](repeating: 128, count: 3_000), to: try running.address())
            try client.send(Binding.request, to: try running.address())
            _ = try client.receive()
            let counters = await running.service.counters
            #expect(counters.forSFU == 4)
            #expect(counters.unknownProtocol == 5)
            #expect(counters.tooLong == 1)
            #expect(counters.bindingsAnswered == 1)
            #expect(counters.datagramsReceived == 11)
            #expect(counters.datagramsSent == 1)
        }
    }
}

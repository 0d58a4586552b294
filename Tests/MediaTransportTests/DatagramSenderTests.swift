import CLinux
import Glibc
import PacketStore
import Testing
import Units

@testable import MediaTransport

@Suite("Sending datagrams")
struct DatagramSenderTests {
    private static let loopback = IPAddress(v4: 0x7F00_0001)

    typealias Payload = (bytes: [UInt8], to: TransportAddress)

    /// Sends payloads, each to its peer, with one call of the sender; returns what was counted.
    private func send(
        _ payloads: [Payload],
        isSegmenting: Bool = true,
        from descriptor: Int32
    ) throws -> MediaCounters {
        var slab = PacketSlab(slots: 512)
        var sender = DatagramSender(isSegmenting: isSegmenting)
        var queue = SlotQueue()
        var counters = MediaCounters()
        for payload in payloads {
            let taken = slab.take()
            let slot = try #require(taken)
            let room = unsafe slab.room(slot)
            for (index, byte) in payload.bytes.enumerated() { unsafe room[index] = byte }
            slab[slot].start = Int32(PacketSlab.headRoom)
            slab[slot].count = Int32(payload.bytes.count)
            slab[slot].destination = payload.to
            slab[slot].source = Self.loopback
            slab.append(slot, to: &queue)
        }
        let socket = DatagramSocket(descriptor: descriptor, version: .v4, namesSource: true)
        sender.send(&queue, on: socket, &slab, &counters)
        #expect(slab.available == 512, "every slot is back")
        return counters
    }

    @Test("Datagrams of one size to one peer leave as one message and arrive as they were", arguments: [true, false])
    func segments(isSegmenting: Bool) throws {
        let (from, peer) = (try TestSocket.udp(), try TestSocket.udp())
        let sizes = Array(repeating: 1_000, count: 10) + [400] + Array(repeating: 300, count: 3)
        let payloads = try sizes.enumerated().map {
            ([UInt8](repeating: UInt8($0.offset), count: $0.element), try peer.local)
        }
        let counters = try send(payloads, isSegmenting: isSegmenting, from: from.descriptor)
        for payload in payloads { #expect(try peer.receive().bytes == payload.0) }
        #expect(counters.datagramsSent == 14)
        #expect(counters.segmentedSends == (isSegmenting ? 2 : 0))
    }

    @Test("More than a batch, and more than 64 of one size, all arrive")
    func many() throws {
        let (from, peer) = (try TestSocket.udp(), try TestSocket.udp())
        _ = linux_set_option(peer.descriptor, LINUX_RECEIVE_BUFFER, 4 << 20)
        let to = try peer.local
        let payloads = (0..<400).map { ([UInt8($0 & 255), UInt8($0 >> 8)], to) }
        #expect(try send(payloads, from: from.descriptor).datagramsSent == 400)
        for payload in payloads { #expect(try peer.receive().bytes == payload.0) }
    }

    @Test("Peers are not mixed up, and empty datagrams are datagrams")
    func peers() throws {
        let (from, one, other) = (try TestSocket.udp(), try TestSocket.udp(), try TestSocket.udp())
        let payloads: [Payload] = [
            ([1], try one.local), ([2], try one.local), ([3], try other.local), ([], try one.local),
            ([4], try one.local),
        ]
        _ = try send(payloads, from: from.descriptor)
        for expected: [UInt8] in [[1], [2], [], [4]] { #expect(try one.receive().bytes == expected) }
        #expect(try other.receive().bytes == [3])
    }

    @Test("What the kernel refuses is dropped and counted, and what stands behind it is sent")
    func refusals() throws {
        let (from, peer) = (try TestSocket.udp(), try TestSocket.udp())
        let broadcast = TransportAddress(IPAddress(v4: 0xFFFF_FFFF), port: 9)
        let v6 = TransportAddress(IPAddress(high: 0, low: 1), port: 9)
        let payloads: [Payload] = [
            ([1], try peer.local), ([2], broadcast), ([3], v6), ([4], try peer.local),
        ]
        let counters = try send(payloads, from: from.descriptor)
        #expect(try peer.receive().bytes == [1])
        #expect(try peer.receive().bytes == [4])
        #expect(counters.datagramsSent == 2 && counters.refused == 1 && counters.unreachable == 1)
    }

    @Test("When the kernel refuses to cut, the pieces are sent, each with its source")
    func noSegments() throws {
        let (from, peer) = (try TestSocket.udp(), try TestSocket.udp())
        // Linux cuts only what it can put a checksum on.
        var isOn: Int32 = 1
        let size = socklen_t(MemoryLayout<Int32>.size)
        try TestSocket.check(unsafe setsockopt(from.descriptor, SOL_SOCKET, SO_NO_CHECK, &isOn, size))
        let payloads: [Payload] = [([1, 1], try peer.local), ([2, 2], try peer.local), ([3], try peer.local)]
        let counters = try send(payloads, from: from.descriptor)
        for payload in payloads {
            let received = try peer.receive()
            #expect(received.bytes == payload.bytes)
            #expect(received.from == (try from.local))
        }
        #expect(counters.datagramsSent == 3 && counters.segmentedSends == 0)
    }

    @Test(
        "Each errno has its counter, and none is forgotten",
        arguments: [ENETUNREACH, EPERM, EHOSTUNREACH, ECONNREFUSED, EAGAIN, ENOBUFS, EMSGSIZE, EINVAL]
    )
    func errors(number: Int32) {
        var counters = MediaCounters()
        counters.countUnsent(number, datagrams: 3)
        let sum =
            counters.unreachable + counters.refused + counters.socketFull + counters.tooLong + counters.notSent
        #expect(sum == 3)
    }
}

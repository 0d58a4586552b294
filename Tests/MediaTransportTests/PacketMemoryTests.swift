import PacketStore
import TURN
import Testing
import Units

@testable import MediaTransport

@Suite("Memory of packets")
struct PacketMemoryTests {
    @Test("A buffer takes what fits, in order, and refuses what does not")
    func buffer() {
        var buffer = PlainBuffer(capacity: 8)
        #expect(append([1, 2, 3, 4, 5], to: &buffer))
        buffer.removeFirst(3)
        #expect(append([6, 7, 8, 9, 10, 11], to: &buffer), "what is in front makes room")
        #expect(!append([12], to: &buffer))
        #expect(unsafe Array(buffer.bytes) == [4, 5, 6, 7, 8, 9, 10, 11])
        buffer.removeFirst(8)
        #expect(buffer.isEmpty)
        #expect(append([1, 2, 3, 4, 5, 6, 7, 8], to: &buffer))
        buffer.empty()
    }

    private func append(_ bytes: [UInt8], to buffer: inout PlainBuffer) -> Bool {
        var bytes = bytes
        return unsafe bytes.withUnsafeMutableBufferPointer { unsafe buffer.append($0) }
    }

    @Test("A token comes back as it was")
    func token() {
        let token = Token(.relay, 123_456, generation: 65_535)
        #expect(Token(token.raw) == token)
        #expect(Token(Token(.stream, 0).raw) == Token(.stream, 0))
    }

    @Test("A ring carries packets in order; full, it refuses, and goes on when there is room")
    func ring() throws {
        let ring = try HandOverRing()
        let from = TransportAddress(IPAddress(v4: 1), port: 2)
        func target(_ number: Int) -> RelayID { AllocationID(slot: UInt32(number), generation: 1).relay(.v4) }
        func push(_ number: Int) -> Bool {
            var bytes = [UInt8(truncatingIfNeeded: number), 9]
            let path = FiveTuple(client: from, server: from, transport: .udp)
            let what = HandOver(target: target(number), path: path, outlet: OutletID(rawValue: 5))
            return unsafe bytes.withUnsafeMutableBufferPointer { unsafe ring.push(what, $0) }
        }
        var room = [UInt8](repeating: 0, count: Limits.packetBytes)
        func pop() -> HandOver? { unsafe room.withUnsafeMutableBufferPointer { unsafe ring.pop(into: $0) } }

        #expect(pop() == nil)
        #expect((0..<Limits.handOvers).allSatisfy(push))
        #expect(!push(999))
        for number in 0..<3 {
            let packet = try #require(pop())
            #expect(packet.target == target(number) && packet.path.client == from && packet.count == 2)
            #expect(room[0] == UInt8(number))
        }
        #expect(push(Limits.handOvers))
        var last: HandOver?
        while let packet = pop() { last = packet }
        #expect(last?.target == target(Limits.handOvers))
    }

    @Test("The port table knows whose relay a port is, until it is cleared")
    func ports() {
        let table = PortTable(40_000...40_100)
        let place = RelayPlace(worker: 63, id: AllocationID(slot: 8_191, generation: 77).relay(.v6))
        table.set(40_100, place)
        #expect(table.relay(at: 40_100) == place)
        #expect(table.hasRelay(at: TransportAddress(IPAddress(high: 1, low: 1), port: 40_100)))
        #expect(!table.hasRelay(at: TransportAddress(IPAddress(v4: 1), port: 40_100)), "of the other IP version")
        for port: UInt16 in [0, 39_999, 40_000, 40_101, 65_535] { #expect(table.relay(at: port) == nil) }
        table.clear(40_100)
        #expect(table.relay(at: 40_100) == nil)
    }
}

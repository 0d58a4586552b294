import Testing
import Units

@testable import Simulation

@Suite("A lossy link")
struct LossyLinkTests {
    private static let path = FiveTuple(
        client: TransportAddress(IPAddress(v4: 1), port: 1),
        server: TransportAddress(IPAddress(v4: 2), port: 2),
        transport: .udp
    )

    /// What comes out when 10,000 numbers go in, one each millisecond: number and arrival.
    private func run(seed: UInt64, _ conditions: LossyLink.Conditions) -> [(Int, UInt64)] {
        var link = LossyLink(seed: seed, conditions)
        var out: [(Int, UInt64)] = []
        for number in 0..<10_000 {
            let bytes = [UInt8(number >> 8), UInt8(number & 255)]
            let now = Timestamp(nanoseconds: UInt64(number) * 1_000_000)
            link.send(bytes.span, on: Self.path, at: now)
            while let next = link.next(at: now) {
                out.append((Int(next.bytes[0]) << 8 | Int(next.bytes[1]), next.arrival.nanoseconds))
            }
        }
        while let next = link.next(at: Timestamp(nanoseconds: .max)) {
            out.append((Int(next.bytes[0]) << 8 | Int(next.bytes[1]), next.arrival.nanoseconds))
        }
        return out
    }

    @Test("A good one delivers all in order, each after the delay")
    func good() {
        let out = run(seed: 1, LossyLink.Conditions())
        #expect(out.map(\.0) == Array(0..<10_000))
        #expect(out.allSatisfy { $0.1 == UInt64($0.0 + 10) * 1_000_000 })
    }

    @Test("It loses, doubles and reorders as often as it is told to")
    func bad() {
        var conditions = LossyLink.Conditions.losing(20)
        conditions.duplication = 10
        conditions.reordering = 5
        let out = run(seed: 2, conditions)
        let distinct = Set(out.map(\.0)).count
        #expect((7_700...8_300).contains(distinct))
        #expect((600...1_000).contains(out.count - distinct))
        let backwards = zip(out, out.dropFirst()).count { $0.0 > $1.0 }
        #expect((200...700).contains(backwards))
        #expect(zip(out, out.dropFirst()).allSatisfy { $0.1 <= $1.1 }, "time goes forward")
    }

    @Test("The same seed does the same, another another")
    func seeds() {
        let conditions = LossyLink.Conditions.losing(50)
        #expect(run(seed: 3, conditions).map(\.0) == run(seed: 3, conditions).map(\.0))
        #expect(run(seed: 3, conditions).map(\.0) != run(seed: 4, conditions).map(\.0))
    }

    @Test("What does not fit on the way is lost")
    func capacity() {
        var conditions = LossyLink.Conditions()
        conditions.capacity = 4
        conditions.delay = .milliseconds(8)
        #expect((4_000...6_000).contains(run(seed: 1, conditions).count))
    }
}

import TURN
import Testing
import Units

@testable import MediaTransport

@Suite("Relay ledger")
struct RelayLedgerTests {
    private let kevin = UserKey(participant: "kevin")
    private let maria = UserKey(participant: "maria")
    private let home = IPAddress(v4: 0xC000_0201)
    private let office = IPAddress(v4: 0xC000_0202)

    @Test("A participant, an address and everybody have their quota, and get it back")
    func quotas() {
        let ledger = RelayLedger(RelayQuotas(perUser: 2, perAddress: 3, total: 4), ports: 40_000...40_009)
        #expect(ledger.admit(kevin, at: home))
        #expect(ledger.admit(kevin, at: office))
        #expect(!ledger.admit(kevin, at: home), "the participant's third")
        #expect(ledger.admit(maria, at: home))
        #expect(ledger.admit(UserKey(participant: "ada"), at: home))
        #expect(!ledger.admit(UserKey(participant: "bob"), at: office), "everybody's fifth")
        ledger.release(kevin, at: office)
        #expect(!ledger.admit(UserKey(participant: "bob"), at: home), "the address's fourth")
        #expect(ledger.admit(UserKey(participant: "bob"), at: office))
    }

    @Test("The addresses of one IPv6 network share a quota")
    func networks() {
        let ledger = RelayLedger(RelayQuotas(perUser: 9, perAddress: 1, total: 9), ports: 40_000...40_009)
        #expect(ledger.admit(kevin, at: IPAddress(high: 0x2001_0DB8 << 32, low: 1)))
        #expect(!ledger.admit(kevin, at: IPAddress(high: 0x2001_0DB8 << 32, low: 2)))
        #expect(ledger.admit(kevin, at: IPAddress(high: 0x2001_0DB8 << 32 | 1, low: 2)))
    }

    @Test("Every port of the range is given once, none outside, and again when it is free")
    func ports() {
        let ledger = RelayLedger(RelayQuotas(), ports: 65_500...65_535)
        let given = (0..<36).compactMap { _ in ledger.takePort(isEven: false, isPair: false) }
        #expect(Set(given) == Set(65_500...65_535))
        #expect(ledger.takePort(isEven: false, isPair: false) == nil)
        ledger.free(65_535)
        #expect(ledger.takePort(isEven: false, isPair: true) == nil)
        #expect(ledger.takePort(isEven: true, isPair: false) == nil)
        #expect(ledger.takePort(isEven: false, isPair: false) == 65_535)
    }

    @Test("Even ports are even, and a pair takes the next one as well")
    func pairs() {
        let ledger = RelayLedger(RelayQuotas(), ports: 40_001...40_009)
        let pairs = (0..<4).compactMap { _ in ledger.takePort(isEven: true, isPair: true) }
        #expect(Set(pairs) == [40_002, 40_004, 40_006, 40_008])
        #expect(ledger.takePort(isEven: true, isPair: false) == nil)
        #expect(ledger.takePort(isEven: false, isPair: false) == 40_001)
    }

    @Test("Ports come in no order that could be guessed")
    func randomness() {
        let orders = (0..<8).map { _ in
            let ledger = RelayLedger(RelayQuotas(), ports: 30_000...60_000)
            return (0..<4).compactMap { _ in ledger.takePort(isEven: false, isPair: false) }
        }
        #expect(Set(orders).count == 8)
        #expect(orders.allSatisfy { $0 != $0.sorted() || $0[3] - $0[0] > 3 })
    }

    @Test("A held port goes to its user once, within 30 seconds, and is closed after that")
    func reservations() throws {
        let now = Timestamp(nanoseconds: 0)
        let ledger = RelayLedger(RelayQuotas(), ports: 34_000...34_499)
        let socket = try bound(ledger)
        let token = try #require(ledger.hold(.init(user: kevin, socket: socket, until: now + .seconds(30))))
        #expect(ledger.redeem(token, by: maria, at: now) == nil, "somebody else")
        #expect(ledger.redeem(token &+ 1, by: kevin, at: now) == nil, "another token")
        #expect(ledger.redeem(token, by: kevin, at: now + .seconds(30)) == nil, "too late")
        #expect(ledger.redeem(token, by: kevin, at: now + .seconds(29))?.port == socket.port)
        #expect(ledger.redeem(token, by: kevin, at: now) == nil, "a second time")
        #expect(!ledger.holdsAny)
    }

    @Test("A held port that nobody comes for is free and closed after 30 seconds")
    func expiry() throws {
        let now = Timestamp(nanoseconds: 0)
        let ledger = RelayLedger(RelayQuotas(), ports: 34_500...34_500)
        let port = try hold(ledger, until: now + .seconds(30))
        ledger.expire(at: now + .seconds(29))
        #expect(ledger.takePort(isEven: false, isPair: false) == nil)
        ledger.expire(at: now + .seconds(30))
        #expect(ledger.takePort(isEven: false, isPair: false) == port)
        _ = try RelaySocket(IPAddress(v4: 0x7F00_0001), port: port)
    }

    private func hold(_ ledger: RelayLedger, until: Timestamp) throws -> UInt16 {
        let socket = try bound(ledger)
        _ = try #require(ledger.hold(.init(user: kevin, socket: socket, until: until)))
        return socket.port
    }

    private func bound(_ ledger: RelayLedger) throws -> RelaySocket {
        let port = try #require(ledger.takePort(isEven: false, isPair: false))
        return try RelaySocket(IPAddress(v4: 0x7F00_0001), port: port)
    }
}

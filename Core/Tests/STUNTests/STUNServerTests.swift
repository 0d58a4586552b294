import Testing
import Units

@testable import STUN

@Suite("STUN server")
struct STUNServerTests {
    private let source = TransportAddress(IPAddress(v4: 0xC633_640A), port: 50_000)
    private let start = Timestamp(nanoseconds: 5_000_000_000)
    private static let plain = "00010000 2112a442 01020304 05060708 090a0b0c"

    private func ask(
        _ server: STUNServer,
        _ request: [UInt8],
        from source: TransportAddress? = nil,
        at now: Timestamp? = nil
    ) -> [UInt8]? {
        var room = [UInt8](repeating: 0xEE, count: Limits.bindingAnswer)
        var span = room.mutableSpan
        let count = server.answer(request.span, from: source ?? self.source, into: &span, now: now ?? start)
        return count.map { Array(room[..<$0]) }
    }

    private func ask(_ text: String) -> [UInt8]? {
        let server = STUNServer(budget: AnswerBudget(seed: 1))
        return ask(server, Vectors.bytes(text))
    }

    /// A request with the attributes and a right fingerprint.
    private func withFingerprint(_ attribute: AttributeType?) throws -> [UInt8] {
        let bytes = written(.request, TransactionID(high: 1, low: 2)) { writer, span in
            if let attribute { writer.write(attribute, [UInt8]().span, to: &span) }
            writer.writeFingerprint(to: &span)
        }
        return try #require(bytes)
    }

    @Test("A Binding request gets the address it came from, in 32 bytes and no more")
    func binding() throws {
        let answer = ask(Self.plain)
        let bytes = try #require(answer)
        let parsed = try Parsed(bytes)
        #expect(parsed.message.type == MessageType(.success, .binding))
        #expect(parsed.message.transactionID == TransactionID(high: 0x0102_0304, low: 0x0506_0708_090A_0B0C))
        #expect(parsed.address == source)
        #expect(bytes.count == 32)
    }

    @Test("FINGERPRINT is mirrored when the request had it")
    func fingerprint() throws {
        let server = STUNServer(budget: AnswerBudget(seed: 1))
        let answer = ask(server, try withFingerprint(nil))
        let parsed = try Parsed(try #require(answer))
        #expect(parsed.bytes.count == 40 && parsed.fingerprint == .valid)
    }

    @Test("Unknown attributes that must be understood get 420 with their list; optional ones are passed over")
    func unknownAttributes() throws {
        let request = "00010010 2112a442 01020304 05060708 090a0b0c 0003000400000000 7fff0000 80ff0000"
        #expect(
            ask(request)
                == Vectors.bytes("01110010 2112a442 01020304 05060708 090a0b0c 00090004 00000414 000a0004 00037fff")
        )
        #expect(ask("00010004 2112a442 01020304 05060708 090a0b0c 80ff0000")?.count == 32)
        let server = STUNServer(budget: AnswerBudget(seed: 1))
        let refused = ask(server, try withFingerprint(AttributeType(rawValue: 0x0003)))
        #expect(try Parsed(try #require(refused)).fingerprint == .valid)
    }

    @Test("A list of unknown attributes is cut at eight, so no answer grows past 1.4 times its request on the wire")
    func amplification() throws {
        for count in 0...100 {
            let length = String(count * 4 + 0x1_0000, radix: 16).suffix(4)
            let attributes = String(repeating: "00030000", count: count)
            let request = Vectors.bytes("0001\(length) 2112a442 01020304 05060708 090a0b0c \(attributes)")
            for (address, header) in [(IPAddress(v4: 1), 28), (IPAddress(high: 1, low: 1), 48)] {
                let server = STUNServer(budget: AnswerBudget(seed: 1))
                let reply = ask(server, request, from: TransportAddress(address, port: 1))
                let answer = try #require(reply)
                #expect(Double(answer.count + header) / Double(request.count + header) <= 1.4, "\(count)")
            }
        }
    }

    @Test(
        "Nothing else gets an answer",
        arguments: [
            ("an indication", "00110000 2112a442 01020304 05060708 090a0b0c"),
            ("a success", "01010000 2112a442 01020304 05060708 090a0b0c"),
            ("an error", "01110000 2112a442 01020304 05060708 090a0b0c"),
            ("Allocate", "00030000 2112a442 01020304 05060708 090a0b0c"),
            ("a client of RFC 3489", "00010000 01020304 01020304 05060708 090a0b0c"),
            ("a wrong fingerprint", "00010008 2112a442 01020304 05060708 090a0b0c 8028000400000000"),
            ("a request of ICE", "00010008 2112a442 01020304 05060708 090a0b0c 0006000461626364"),
            ("nothing", ""),
        ]
    )
    func silence(what: String, request: String) {
        #expect(ask(request) == nil, "\(what)")
    }

    @Test("The request of RFC 5769 is ICE's, not ours")
    func ice() {
        let server = STUNServer(budget: AnswerBudget(seed: 1))
        #expect(ask(server, Vectors.request) == nil)
    }

    @Test("A source gets ten answers in a second, then silence, then ten more; others are not touched")
    func budget() {
        let server = STUNServer(budget: AnswerBudget(seed: 1))
        let request = Vectors.bytes(Self.plain)
        for port in 0..<100 {
            let source = TransportAddress(source.address, port: UInt16(port))
            let answer = ask(server, request, from: source)
            #expect((answer != nil) == (port < 10))
        }
        let other = ask(server, request, from: TransportAddress(IPAddress(v4: 1), port: 1))
        #expect(other != nil)
        let late = ask(server, request, at: start + .milliseconds(990))
        #expect(late == nil)
        let next = (0..<12).filter { _ in ask(server, request, at: start + .milliseconds(1_002)) != nil }
        #expect(next.count == 10)
    }

    @Test("The budget of IPv6 is for a /64")
    func budgetIPv6() {
        let server = STUNServer(budget: AnswerBudget(seed: 1))
        let request = Vectors.bytes(Self.plain)
        let answers = (0..<50).filter { host in
            let address = IPAddress(high: 0x2001_0DB8_0000_0000, low: UInt64(host))
            return ask(server, request, from: TransportAddress(address, port: 1)) != nil
        }
        #expect(answers.count == 10)
    }

    @Test("A full table answers no new source, keeps the old ones' budgets, and is free a second later")
    func fullTable() {
        var budget = ReplyBudget(seed: 7, sources: 64)
        let allowed = (0..<10_000).filter { budget.allows(IPAddress(v4: UInt32($0)), now: start) }
        #expect(allowed.count == 64)
        let old = IPAddress(v4: UInt32(allowed[0]))
        let more = (0..<20).filter { _ in budget.allows(old, now: start) }
        #expect(more.count == 9)
        let later = budget.allows(IPAddress(v4: 99_999), now: start + .milliseconds(1_002))
        #expect(later)
    }

    @Test("The table lives through its clock's wrap after 49 days")
    func wrap() {
        var budget = ReplyBudget(seed: 7, sources: 4)
        let wrap = Timestamp(nanoseconds: UInt64(UInt32.max) * 1_000_000)
        let first = (0..<20).filter { _ in budget.allows(source.address, now: wrap) }
        let soon = budget.allows(source.address, now: wrap + .milliseconds(500))
        let later = budget.allows(source.address, now: wrap + .milliseconds(1_500))
        #expect(first.count == 10 && !soon && later)
    }

    @Test("An address that somebody vouched for gets 250 answers a second for ten minutes, and then ten again")
    func vouched() {
        var budget = ReplyBudget(seed: 7, sources: 64)
        budget.vouch(for: source.address, now: start)
        let first = (0..<400).filter { _ in budget.allows(source.address, now: start) }
        let soon = (0..<400).filter { _ in budget.allows(source.address, now: start + .seconds(599)) }
        let later = (0..<400).filter { _ in budget.allows(source.address, now: start + .seconds(601)) }
        #expect([first.count, soon.count, later.count] == [250, 250, 10])
    }

    @Test("A flood from everywhere takes the places of strangers before those of known addresses")
    func vouchedStays() {
        var budget = ReplyBudget(seed: 7, sources: 64)
        budget.vouch(for: source.address, now: start)
        for second in 1...5 {
            for host in 0..<10_000 {
                _ = budget.allows(IPAddress(v4: UInt32(host)), now: start + .seconds(2 * second))
            }
        }
        let answers = (0..<400).filter { _ in budget.allows(source.address, now: start + .seconds(12)) }
        #expect(answers.count == 250)
    }

    @Test("A thread whose clock is a little behind spends from the same second")
    func clockBehind() {
        var budget = ReplyBudget(seed: 7, sources: 64)
        budget.vouch(for: source.address, now: start + .milliseconds(20))
        let early = (0..<400).filter { _ in budget.allows(source.address, now: start) }
        let stranger = IPAddress(v4: 7)
        let first = (0..<20).filter { _ in budget.allows(stranger, now: start + .milliseconds(20)) }
        let second = (0..<20).filter { _ in budget.allows(stranger, now: start) }
        #expect([early.count, first.count, second.count] == [250, 10, 0])
    }
}

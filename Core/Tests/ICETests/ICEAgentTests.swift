import STUN
import Testing
import Units

@testable import ICE

@Suite("ICE lite agent")
struct ICEAgentTests {
    @Test("A check is answered with the address it came from, vouched for and with a fingerprint")
    func answer() throws {
        var link = Link()
        let reply = link.receive(link.check())
        let message = try Message(parsing: reply.answer.span)
        let address = message.attribute(.xorMappedAddress, in: reply.answer.span)
        let source = address.flatMap { message.xorAddress(of: $0, in: reply.answer.span) }
        let isVouched = message.hasIntegrity(.sha1, key: link.local.password.span, in: reply.answer.span)
        let fingerprint = message.fingerprint(in: reply.answer.span)
        #expect(reply.kind == "success" && source == Link.path(1).client && isVouched && fingerprint == .valid)
        #expect(link.agent.counters.answered == 1 && link.agent.admits(Link.path(1)))
    }

    @Test("Over IPv6 too")
    func v6() {
        var link = Link()
        let path = FiveTuple(
            client: TransportAddress(IPAddress(high: 0x2001_0DB8 << 32, low: 5), port: 9),
            server: TransportAddress(IPAddress(high: 0x2001_0DB8 << 32, low: 1), port: 3478),
            transport: .tcp
        )
        #expect(link.connect(path) == .selected(path))
    }

    @Test("What is no authentic check of this transport gets no answer and leaves no path", arguments: Forgery.all)
    func dropped(forgery: Forgery) {
        var link = Link()
        let bytes = forgery.make(&link)
        let reply = link.receive(bytes)
        #expect(reply.isEmpty && reply.event == .none && !link.agent.admits(Link.path(1)))
        #expect(forgery.counter(link.agent.counters) == 1)
        #expect(link.agent.counters.answered == 0)
    }

    @Test("Every bit of a check matters: with any one flipped there is no answer")
    func flipped() {
        var link = Link()
        let bytes = link.check(nominates: true)
        for bit in 0..<(8 * bytes.count) {
            var flipped = bytes
            flipped[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(link.receive(flipped).isEmpty, "bit \(bit)")
        }
        #expect(!link.receive(bytes).isEmpty)
    }

    @Test("Unknown attributes that must be understood get 420, and no path is nominated by such a check")
    func unknownAttributes() throws {
        var link = Link()
        let unknown = AttributeType(rawValue: 0x7FFE)
        let reply = link.receive(link.check(nominates: true, attributes: [unknown, AttributeType(rawValue: 0xC057)]))
        let message = try Message(parsing: reply.answer.span)
        let list = message.attribute(.unknownAttributes, in: reply.answer.span).map { Array(reply.answer[$0.value]) }
        #expect(reply.kind == "420" && list == [0x7F, 0xFE] && reply.check.isEmpty)
        let event = link.agent.receivedAuthenticated(on: Link.path(1), at: link.now)
        #expect(event == .none && link.agent.selected == nil)
    }

    @Test("A client that says it is controlled is told 487: a lite agent never controls")
    func roleConflict() {
        var link = Link()
        #expect(link.receive(link.check(nominates: true, isControlled: true)).kind == "487")
        #expect(link.agent.selected == nil && link.agent.counters.roleConflicts == 1)
    }

    @Test("The latest authenticated nomination wins, back and forth")
    func nomination() {
        var link = Link()
        #expect(link.connect(Link.path(1)) == .selected(Link.path(1)))
        #expect(link.connect(Link.path(2)) == .selected(Link.path(2)))
        // Checks without USE-CANDIDATE change nothing.
        #expect(link.receive(link.check(), on: Link.path(1)).event == .none)
        #expect(link.receive(link.check(nominates: true), on: Link.path(1)).event == .selected(Link.path(1)))
        #expect(link.receive(link.check(nominates: true), on: Link.path(1)).event == .none)
        #expect(link.agent.selected == Link.path(1))
    }

    @Test("A nomination that waits for its path to be verified gives way to a later one")
    func overtaken() {
        var link = Link()
        let first = link.receive(link.check(nominates: true), on: Link.path(1))
        let second = link.receive(link.check(nominates: true), on: Link.path(2))
        #expect(link.receive(link.answer(to: first.check), on: Link.path(1)).event == .none)
        #expect(link.receive(link.answer(to: second.check), on: Link.path(2)).event == .selected(Link.path(2)))
    }

    @Test("A path is verified without our check by what only the client can have made")
    func verifiedByMedia() {
        var link = Link()
        link.receive(link.check(nominates: true))
        #expect(link.agent.receivedAuthenticated(on: Link.path(1), at: link.now) == .selected(Link.path(1)))
        #expect(link.agent.receivedAuthenticated(on: Link.path(2), at: link.now) == .none)
        #expect(!link.agent.admits(Link.path(2)))
    }

    @Test("Eight paths are kept; a ninth takes the place of the one silent for longest, never of the selected")
    func eviction() {
        var link = Link()
        link.connect(Link.path(1))
        for number in 2...8 {
            link.seconds += 0.1
            link.receive(link.check(), on: Link.path(number))
        }
        link.seconds += 0.1
        link.receive(link.check(), on: Link.path(2))
        link.receive(link.check(), on: Link.path(9))
        #expect((1...9).filter { link.agent.admits(Link.path($0)) } == [1, 2, 4, 5, 6, 7, 8, 9])
        #expect(link.agent.counters.evicted == 1 && link.agent.selected == Link.path(1))
    }

    @Test("Room that is too small for the answer gets none, and nothing traps", arguments: [0, 1, 19, 60, 100])
    func smallRoom(size: Int) {
        var link = Link()
        let reply = link.receive(link.check(), room: size)
        #expect(reply.answer.isEmpty || reply.answer.count <= size)
    }

    @Test("The id of our check is another for every path and transport, and an answer counts only where it went")
    func strayAnswers() {
        var link = Link()
        let first = link.receive(link.check(nominates: true), on: Link.path(1))
        let second = link.receive(link.check(nominates: true), on: Link.path(2))
        #expect(first.check[8..<20] != second.check[8..<20])
        var other = Link(seed: 2)
        #expect(other.receive(other.check(nominates: true)).check[8..<20] != first.check[8..<20])
        link.receive(link.answer(to: second.check), on: Link.path(1))
        link.receive(link.answer(to: first.check), on: Link.path(3))
        link.receive(link.answer(to: second.check, password: "guessed-0123456789012345"), on: Link.path(2))
        #expect(link.agent.selected == nil)
        #expect(link.agent.counters.strayAnswers == 2 && link.agent.counters.badIntegrity == 1)
    }
}

/// A datagram that must not be believed, and how it is counted.
struct Forgery: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let counter: @Sendable (ICECounters) -> Int
    let make: @Sendable (inout Link) -> [UInt8]

    static let all = [
        Forgery(testDescription: "no STUN", counter: { $0.notICE }) { _ in [0x80, 1, 2, 3] },
        Forgery(testDescription: "nothing", counter: { $0.notICE }) { _ in [] },
        Forgery(testDescription: "an Allocate", counter: { $0.notICE }) {
            $0.check(type: MessageType(.request, .allocate))
        },
        Forgery(testDescription: "an indication", counter: { $0.notICE }) {
            $0.check(type: MessageType(.indication, .binding))
        },
        Forgery(testDescription: "no FINGERPRINT", counter: { $0.badFingerprint }) { $0.check(hasFingerprint: false) },
        Forgery(testDescription: "no MESSAGE-INTEGRITY", counter: { $0.badIntegrity }) {
            $0.check(hasIntegrity: false)
        },
        Forgery(testDescription: "another password", counter: { $0.badIntegrity }) { $0.check(password: "guessed") },
        Forgery(testDescription: "no USERNAME", counter: { $0.badUsername }) { $0.check(username: "") },
        Forgery(testDescription: "our fragment alone", counter: { $0.badUsername }) {
            $0.check(username: $0.local.userFragment)
        },
        Forgery(testDescription: "another client's fragment", counter: { $0.badUsername }) {
            $0.check(username: "\($0.local.userFragment):cLnx")
        },
        Forgery(testDescription: "a longer fragment", counter: { $0.badUsername }) {
            $0.check(username: "\($0.local.userFragment):cLntt")
        },
        Forgery(testDescription: "another transport", counter: { $0.badUsername }) {
            $0.check(username: "AAAAAAAAAAAA:cLnt")
        },
        Forgery(testDescription: "an answer to nothing", counter: { $0.strayAnswers }) {
            $0.check(type: MessageType(.success, .binding))
        },
        Forgery(testDescription: "an error", counter: { $0.strayAnswers }) {
            $0.check(type: MessageType(.error, .binding))
        },
    ]
}

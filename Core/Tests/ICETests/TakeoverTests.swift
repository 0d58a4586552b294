import Testing
import Units

@testable import ICE

@Suite("ICE: nobody turns a stream against others (T-STUN-1)")
struct TakeoverTests {
    @Test(
        "A recorded check sent again from a victim's address moves no media, and the victim gets at most 3 times its bytes"
    )
    func replay() {
        var link = Link()
        let recorded = link.check(nominates: true)
        let reply = link.receive(recorded)
        link.receive(link.answer(to: reply.check))
        #expect(link.agent.selected == Link.path(1))
        let victim = Link.path(66)
        var received = 0
        for _ in 0..<1_000 {
            received += recorded.count
            #expect(link.receive(recorded, on: victim).event == .none)
            // Whatever else the server would like to send there.
            if link.agent.maySend(1_200, on: victim) { link.sent[victim, default: 0] += 1_200 }
        }
        #expect(link.agent.selected == Link.path(1))
        #expect(link.sent[victim, default: 0] <= 3 * received)
    }

    @Test("One datagram brings its source at most three times its bytes, also when DTLS wants more")
    func amplification() {
        var link = Link()
        let check = link.check(nominates: true)
        link.receive(check)
        let hello = 200
        link.agent.receivedUnauthenticated(hello, on: Link.path(1))
        // Far more tries than may succeed.
        for _ in 0..<1_000 where link.agent.maySend(50, on: Link.path(1)) { link.sent[Link.path(1), default: 0] += 50 }
        let sent = link.sent[Link.path(1), default: 0]
        #expect(sent <= 3 * (check.count + hello) && sent > 2 * (check.count + hello))
        #expect(link.agent.counters.overBudget > 900)
    }

    @Test("What a path may be sent does not pile up: silence after a flood is not answered with a burst")
    func burst() {
        var link = Link()
        link.receive(link.check())
        for _ in 0..<1_000 { link.agent.receivedUnauthenticated(1_200, on: Link.path(1)) }
        var sent = 0
        for _ in 0..<1_000 where link.agent.maySend(1_200, on: Link.path(1)) { sent += 1_200 }
        #expect(sent <= 16_384)
    }

    @Test("Once its owner answered a check of ours a path has no limit; an unknown path gets nothing")
    func verified() {
        var link = Link()
        link.connect()
        let sent = (0..<1_000).count { _ in link.agent.maySend(1_200, on: Link.path(1)) }
        let isUnknownSent = link.agent.maySend(1, on: Link.path(2))
        #expect(sent == 1_000 && !isUnknownSent)
    }

    @Test("Our check goes out with every check of the client's until one is answered, and then no more")
    func retries() {
        var link = Link()
        let first = link.receive(link.check())
        let second = link.receive(link.check())
        #expect(!first.check.isEmpty && first.check == second.check)
        link.receive(link.answer(to: first.check))
        #expect(link.receive(link.check()).check.isEmpty)
    }
}

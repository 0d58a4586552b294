import Testing
import Units

@testable import ICE

@Suite("ICE: life and restart")
struct LifeTests {
    @Test("Ten seconds without anything authenticated end a path; a check brings it back")
    func liveness() {
        var link = Link()
        #expect(link.agent.nextDeadline == nil)
        link.connect()
        link.seconds += 9.9
        #expect(link.agent.expire(at: link.now) == .none)
        link.seconds += 0.1
        #expect(link.agent.nextDeadline == link.now && link.agent.expire(at: link.now) == .lost)
        #expect(link.agent.selected == nil && link.agent.expire(at: link.now) == .none)
        #expect(link.receive(link.check()).event == .selected(Link.path(1)))
    }

    @Test("Checks and media keep a path alive; forged checks and media on another path do not")
    func keptAlive() {
        var link = Link()
        link.connect()
        link.seconds += 6
        link.receive(link.check())
        link.seconds += 6
        #expect(link.agent.receivedAuthenticated(on: Link.path(1), at: link.now) == .none)
        link.seconds += 6
        #expect(link.agent.expire(at: link.now) == .none)
        link.receive(link.check(password: "guessed"))
        link.receive(link.check(), on: Link.path(2))
        link.seconds += 4
        #expect(link.agent.expire(at: link.now) == .lost)
    }

    @Test("A closed connection ends its path at once, another path's does not matter")
    func closed() {
        var link = Link()
        let tcp = Link.path(1, transport: .tcp)
        link.connect(tcp)
        link.receive(link.check(), on: Link.path(2))
        #expect(link.agent.closed(Link.path(2)) == .none && !link.agent.admits(Link.path(2)))
        #expect(link.agent.closed(tcp) == .lost && !link.agent.admits(tcp) && link.agent.selected == nil)
    }

    @Test(
        "After a restart both generations are answered until the first check with the new one; media stays where it was"
    )
    func restart() {
        var link = Link()
        link.connect()
        let before = link
        let renewed = LocalCredentials(worker: 3, using: &link.generator)
        link.agent.restart(local: renewed, remote: Link.remote)
        #expect(link.agent.fragments.current == renewed.fragment)
        #expect(link.agent.fragments.previous == before.local.fragment)
        #expect(link.receive(link.check()).kind == "success")
        #expect(link.agent.selected == Link.path(1))
        link.local = renewed
        #expect(link.receive(link.check(), on: Link.path(2)).kind == "success")
        #expect(link.agent.fragments.previous == nil && link.agent.selected == Link.path(1))
        link.local = before.local
        #expect(link.receive(link.check()).isEmpty)
        link.local = renewed
        #expect(link.connect(Link.path(2)) == .selected(Link.path(2)))
    }

    @Test("A restart that the client never followed does not lock it out when another comes")
    func twoRestarts() {
        var link = Link()
        link.connect()
        for _ in 0..<2 {
            let renewed = LocalCredentials(worker: 3, using: &link.generator)
            link.agent.restart(local: renewed, remote: Link.remote)
        }
        #expect(link.receive(link.check()).kind == "success")
    }
}

@Suite("ICE: credentials, candidates, frames")
struct DescriptionTests {
    @Test("A user fragment says whose worker's transport it is; it and the password are ice-chars, long enough")
    func credentials() throws {
        var generator = Generator(state: 5)
        let allowed = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
        for worker in [0, 1, 63, 64, 4_095] as [UInt16] {
            let credentials = LocalCredentials(worker: worker, using: &generator)
            #expect(credentials.userFragment.count == 12 && credentials.passwordText.count == 24)
            #expect(allowed.isSuperset(of: credentials.userFragment + credentials.passwordText))
            let username = Array("\(credentials.userFragment):x".utf8)
            let fragment = LocalFragment(ofUsername: username.span)
            #expect(fragment == credentials.fragment && fragment?.worker == worker)
        }
        for other in ["", ":", "short:x", "AAAAAAAAAAAA", "AAAAAAAAAAAA;x", "AAAA AAAAAAA:x", "AAAAAAAAAAAAA:x"] {
            let isRead = LocalFragment(ofUsername: Array(other.utf8).span) != nil
            #expect(!isRead, "\(other)")
        }
        #expect(RemoteCredentials(userFragment: "", password: "x") == nil)
        #expect(RemoteCredentials(userFragment: String(repeating: "x", count: 257), password: "x") == nil)
        #expect(RemoteCredentials(userFragment: String(repeating: "x", count: 256), password: "x") != nil)
    }

    @Test("No two transports have the same credentials")
    func distinct() {
        var generator = Generator(state: 6)
        let all = (0..<1_000).map { _ in LocalCredentials(worker: 0, using: &generator) }
        #expect(Set(all.map(\.userFragment)).count == 1_000 && Set(all.map(\.passwordText)).count == 1_000)
    }

    @Test("Candidates: every address over UDP, then over passive TCP, with the priorities of RFC 8445 and RFC 6544")
    func candidates() throws {
        let addresses = [IPAddress(v4: 0xCB00_7101), try #require(IPAddress("2001:db8::1"))]
        let candidates = Candidate.host(addresses, udpPort: 3478, tcpPort: 3479)
        #expect(
            candidates.map(\.text) == [
                "candidate:1 1 udp 2130706431 203.0.113.1 3478 typ host",
                "candidate:2 1 udp 2130706175 2001:db8::1 3478 typ host",
                "candidate:3 1 tcp 1520435199 203.0.113.1 3479 typ host tcptype passive",
                "candidate:4 1 tcp 1520434943 2001:db8::1 3479 typ host tcptype passive",
            ]
        )
        #expect(Candidate.host(addresses, udpPort: nil, tcpPort: 1).map(\.isTCP) == [true, true])
        // 2^24 × 90 + 2^8 × (2^13 × 4 + 8191) + 255
        #expect(candidates[2].priority == 90 << 24 + (4 * 8_192 + 8_191) << 8 + 255)
    }

    @Test("A stream is cut at its lengths; zero and more than 1,500 close it")
    func frames() {
        func cut(_ bytes: [UInt8]) -> FramedPacket { FramedPacket(startOf: bytes.span) }
        #expect(cut([]) == .incomplete && cut([5]) == .incomplete)
        #expect(cut([0, 3]) == .packet(2..<5) && cut([0, 3, 1, 2, 3, 9]) == .packet(2..<5))
        #expect(cut([0, 0]) == .invalid && cut([5, 0xDC]) == .packet(2..<1_502) && cut([5, 0xDD]) == .invalid)
        for count in [0, 1, 1_500, 1_501] {
            var header = [UInt8](repeating: 0, count: 2)
            var span = header.mutableSpan
            let isWritten = FramedPacket.writeHeader(for: count, to: &span)
            #expect(isWritten == (count == 1 || count == 1_500))
            if isWritten { #expect(cut(header) == .packet(2..<(2 + count))) }
        }
    }

    @Test("The first bytes of a connection tell TURN from ICE")
    func streams() {
        var link = Link()
        let check = link.check()
        let framed = [0, UInt8(check.count)] + check
        func begins(_ bytes: some Sequence<UInt8>) -> StreamProtocol { StreamProtocol(startOf: Array(bytes).span) }
        #expect(begins(check) == .turn && begins(check.prefix(8)) == .turn)
        #expect(begins(framed) == .ice && begins(framed.prefix(10)) == .ice && begins(framed.prefix(9)) == .undecided)
        #expect(begins("GET / HTTP/1.1".utf8) == .unknown && begins([]) == .undecided)
    }
}

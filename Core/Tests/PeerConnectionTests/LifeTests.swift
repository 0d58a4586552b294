import DTLS
import ICE
import Simulation
import Testing
import Units

@testable import PeerConnection

@Suite("The life of a link")
struct LifeTests {
    /// New credentials at both ends, as an ICE restart's offer and answer make them.
    private func restart(_ pair: Pair, _ client: RemoteCredentials) {
        pair.local = LocalCredentials(worker: 3, using: &pair.generator)
        pair.server.update(
            SessionParameters(
                local: pair.local,
                remote: client,
                isRestart: true,
                fingerprints: [Pair.hash(Pair.clientIdentity)]
            )
        )
    }

    @Test("An ICE restart leaves DTLS and SRTP as they are")
    func restartKeepsKeys() throws {
        let pair = Pair()
        pair.connect()
        for number in 0..<5 { pair.deliver(pair.packet(UInt16(number))) }
        let client = Pair.credentials("new1", "another-password-0123456789")
        restart(pair, client)
        pair.deliver(pair.packet(5))
        let hellos = pair.fromClient.count { $0[0] == 22 }
        let remote = Pair.credentials(pair.local.userFragment, pair.local.passwordText)
        pair.client.restart(local: client, remote: remote, at: pair.now)
        pair.client.remove(client: Pair.path(1).client)
        pair.add(Pair.path(2))
        #expect(pair.run { $0.server.selected == Pair.path(2) })
        pair.deliver(pair.packet(6), on: Pair.path(2))
        #expect(pair.atServer == (0..<7).map { Pair.plain(UInt16($0)) })
        pair.deliverToClient(try pair.serverPacket(1), on: Pair.path(2))
        #expect(pair.atClient.count == 1)
        #expect(pair.fromClient.count { $0[0] == 22 } == hellos, "no new handshake")
        #expect(pair.events.count { $0 == .established } == 1)
    }

    @Test("The credentials before a restart are good until the first check with the new ones")
    func oldCredentials() {
        let pair = Pair()
        pair.connect()
        let old = pair.local.fragment
        let client = Pair.credentials("new1", "another-password-0123456789")
        restart(pair, client)
        #expect(pair.server.fragments.previous == old)
        // The client has not heard the answer yet and goes on checking as before.
        #expect(!pair.run(seconds: 12) { $0.events.contains(.lost) })
        let remote = Pair.credentials(pair.local.userFragment, pair.local.passwordText)
        pair.client.restart(local: client, remote: remote, at: pair.now)
        pair.run(seconds: 1)
        #expect(pair.server.fragments.previous == nil)
        #expect(pair.server.fragments.current == pair.local.fragment)
    }

    @Test("Silence loses the link after ten seconds, and a check brings it back with the same keys")
    func silence() {
        let pair = Pair()
        pair.connect()
        pair.up.conditions.loss = 100
        #expect(pair.run(seconds: 14) { $0.events.last == .lost })
        #expect(pair.server.selected == nil)
        #expect(pair.hasServerKeys)
        pair.up.conditions.loss = 0
        #expect(pair.run(seconds: 5) { $0.server.selected != nil })
        #expect(pair.events.last == .pathSelected(Pair.path(1)))
        pair.deliver(pair.packet(1))
        #expect(pair.atServer == [Pair.plain(1)])
    }

    @Test("Media alone keeps a link alive, and brings a lost one back")
    func mediaKeepsAlive() {
        let pair = Pair()
        pair.connect()
        pair.up.conditions.loss = 100
        for number in 0..<30 {
            pair.run(seconds: 1)
            pair.deliver(pair.packet(UInt16(number)))
        }
        #expect(!pair.events.contains(.lost))
        pair.run(seconds: 12)
        #expect(pair.events.last == .lost)
        pair.deliver(pair.packet(100))
        #expect(pair.events.last == .pathSelected(Pair.path(1)))
    }

    @Test("A connection that ends is a lost link when media went over it")
    func closedPath() {
        let pair = Pair()
        let path = Pair.path(1, transport: .tcp)
        pair.connect(path)
        pair.server.closed(Pair.path(4, transport: .tcp))
        pair.collect()
        #expect(pair.events.last != .lost)
        pair.server.closed(path)
        pair.collect()
        #expect(pair.events.last == .lost)
    }

    @Test("Another certificate means another handshake; the keys before are good until it is done")
    func newAssociation() throws {
        let pair = Pair()
        pair.connect()
        pair.deliver(pair.packet(1))
        let identity = Pair.identity()
        pair.server.update(
            SessionParameters(
                local: pair.local,
                remote: Pair.remote,
                fingerprints: [Pair.hash(identity)],
                isNewAssociation: true
            )
        )
        pair.deliver(pair.packet(2))
        #expect(pair.atServer.count == 2)
        let late = pair.packet(3)
        pair.client = ClientTransport(
            identity: identity,
            local: Pair.remote,
            remote: Pair.credentials(pair.local.userFragment, pair.local.passwordText),
            fingerprints: [Pair.hash(Pair.serverIdentity)],
            seed: 9
        )
        pair.add(Pair.path(1))
        #expect(pair.run { $0.client.isEstablished })
        #expect(pair.events.count { $0 == .established } == 2)
        pair.deliver(late)
        #expect(pair.atServer.count == 2, "the old keys are gone")
        pair.deliver(pair.packet(1))
        #expect(pair.atServer.count == 3)
    }

    @Test("Without fingerprints there is no transport")
    func noFingerprints() {
        var generator = SplitMix64(seed: 1)
        let local = LocalCredentials(worker: 0, using: &generator)
        let session = SessionParameters(local: local, remote: Pair.remote, fingerprints: [])
        let isThere = PeerConnection(session, identity: Pair.serverIdentity, using: &generator) != nil
        #expect(!isThere)
    }
}

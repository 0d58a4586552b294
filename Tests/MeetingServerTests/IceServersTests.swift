import Meeting
import TURN
import Testing

@testable import MeetingServer

@Suite("iceServers")
struct IceServersTests {
    private let secret = Array("north-star-of-the-lab".utf8)

    private func list(_ arguments: String..., reachedAt host: String?, port: Int = 3478) throws -> [ICEServer] {
        let options = try ServeOptions.parse(arguments: arguments, environment: [:], readFile: { _ in "" })
        return IceServers(
            options: options,
            mediaPort: BoundPort(port),
            secret: TURNSecret(given: "north-star-of-the-lab")
        )
        .list(for: ParticipantID("ana"), reachedAt: ReachedHost(authority: host), wall: 1_767_225_600_999)
    }

    private func urls(_ arguments: String..., reachedAt host: String?) throws -> [String] {
        let options = try ServeOptions.parse(arguments: arguments, environment: [:], readFile: { _ in "" })
        return IceServers(
            options: options,
            mediaPort: BoundPort(3478),
            secret: TURNSecret(given: "north-star-of-the-lab")
        )
        .list(for: ParticipantID("ana"), reachedAt: ReachedHost(authority: host), wall: 0).flatMap(\.urls)
    }

    @Test("A client finds STUN and TURN where it found the page")
    func own() throws {
        #expect(
            try urls(reachedAt: "meet.example.org") == [
                "stun:meet.example.org:3478", "turn:meet.example.org:3478?transport=udp",
                "turn:meet.example.org:3478?transport=tcp",
            ]
        )
        #expect(try urls(reachedAt: "[2001:db8::1]:8080").first == "stun:[2001:db8::1]:3478")
    }

    @Test("With TLS there is TURN inside it too, by the very name and port of the page, so that the certificate fits")
    func overTLS() throws {
        let tls = ["--tls", "self-signed", "--public-address", "203.0.113.9"]
        #expect(
            try urls(tls[0], tls[1], reachedAt: "meet.example.org").last == "turns:meet.example.org:443?transport=tcp"
        )
        #expect(
            try urls(tls[0], tls[1], tls[2], tls[3], reachedAt: "meet.example.org:8443") == [
                "stun:203.0.113.9:3478", "turn:203.0.113.9:3478?transport=udp", "turn:203.0.113.9:3478?transport=tcp",
                "turns:meet.example.org:8443?transport=tcp",
            ]
        )
        #expect(try urls(tls[0], tls[1], reachedAt: "[::1]:8443").last == "turns:[::1]:8443?transport=tcp")
    }

    @Test("A public address takes the place of a name; who comes from the own network is told the way he came, too")
    func publicAddress() throws {
        let address = ["--public-address", "203.0.113.9"]
        #expect(try urls(address[0], address[1], reachedAt: "meet.example.org").first == "stun:203.0.113.9:3478")
        #expect(try urls(address[0], address[1], reachedAt: "203.0.113.9").count == 3)
        for near in ["10.0.0.1", "192.168.1.5", "localhost", "127.0.0.1", "[fd00::1]"] {
            #expect(try urls(address[0], address[1], reachedAt: near).count == 6)
        }
    }

    @Test("Credentials name the participant, end after 15 minutes, and are made with the secret")
    func credentials() throws {
        let expected = RESTCredentials(participant: "ana", expiry: 1_767_226_500, secret: secret)
        let turn = try #require(try list(reachedAt: "a.example").last)
        #expect(turn.username == "1767226500:ana")
        #expect(turn.credential == expected.password)
        #expect(try list(reachedAt: "a.example").first?.username == nil)
    }

    @Test("Servers of others follow: with the password they were given, or with credentials of the same secret")
    func others() throws {
        let list = try list(
            "--ice-server",
            "turn:one.example ana secret",
            "--ice-server",
            "turn:two.example",
            "--ice-server",
            "stun:three.example",
            reachedAt: nil
        )
        #expect(list.map(\.urls) == [["turn:one.example"], ["turn:two.example"], ["stun:three.example"]])
        #expect(list[0].username == "ana" && list[0].credential == "secret")
        #expect(list[1].username == "1767226500:ana" && list[1].credential != nil)
        #expect(list[2].username == nil && list[2].credential == nil)
    }

    @Test("Without a sound host there is no server of our own to name", arguments: ["", "a b", "a:0", "[::1", nil])
    func none(host: String?) throws {
        #expect(try urls(reachedAt: host).isEmpty)
        #expect(try urls("--tls", "self-signed", reachedAt: host).isEmpty)
    }
}

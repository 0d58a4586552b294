import Meeting
import Testing

@testable import MeetingServer

@Suite("iceServers")
struct IceServersTests {
    private func servers(_ arguments: String..., port: Int = 3478) throws -> IceServers {
        let options = try ServeOptions.parse(arguments: arguments, environment: [:], readFile: { _ in "" })
        return IceServers(options: options, mediaPort: BoundPort(port))
    }

    @Test("A client finds STUN where it found the page")
    func own() throws {
        #expect(try servers().list(reachedAt: "meet.example.org").map(\.urls) == [["stun:meet.example.org:3478"]])
        #expect(try servers().list(reachedAt: "2001:db8::1").map(\.urls) == [["stun:[2001:db8::1]:3478"]])
    }

    @Test("A public address takes the place of the name, and servers of others follow")
    func others() throws {
        let list = try servers("--public-address", "203.0.113.9", "--ice-server", "turn:turn.example.org ana secret")
            .list(reachedAt: "10.0.0.1")
        #expect(list.map(\.urls) == [["stun:203.0.113.9:3478"], ["turn:turn.example.org"]])
        #expect(list[1].username == "ana" && list[1].credential == "secret")
    }

    @Test("Without a sound host there is no server of our own to name")
    func none() throws {
        #expect(try servers().list(reachedAt: "").isEmpty)
        #expect(try servers().list(reachedAt: nil).isEmpty)
    }
}

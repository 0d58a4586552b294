import NIOCore
import Testing

@testable import WebSocket

@Suite("WebSocket keep-alive")
struct WebSocketKeepAliveTests {
    private let start = NIODeadline.uptimeNanoseconds(1_000_000_000)
    private var keepAlive: WebSocketKeepAlive

    init() {
        keepAlive = WebSocketKeepAlive(configuration: .init(), now: start)
    }

    @Test("Pings go out every ten seconds")
    mutating func pings() {
        #expect(keepAlive.deadline == start + .seconds(10))
        #expect(keepAlive.fire(now: start + .seconds(10)) == .ping)
        #expect(keepAlive.deadline == start + .seconds(20))
    }

    @Test("Twenty-five silent seconds end the connection")
    mutating func givesUpSilent() {
        _ = keepAlive.fire(now: start + .seconds(20))
        #expect(keepAlive.deadline == start + .seconds(25))
        #expect(keepAlive.fire(now: start + .seconds(25)) == .giveUpSilent)
    }

    @Test("Any byte is a sign of life")
    mutating func bytesKeepAlive() {
        keepAlive.received(now: start + .seconds(24))
        #expect(keepAlive.fire(now: start + .seconds(25)) == .ping)
        #expect(keepAlive.fire(now: start + .seconds(49)) == .giveUpSilent)
    }

    @Test("A frame that dribbles is given up ten seconds after its first byte")
    mutating func givesUpFrame() {
        for second in Int64(1)...10 {
            keepAlive.received(now: start + .seconds(second))
            keepAlive.decoded(isMidFrame: true, endedFrame: false, now: start + .seconds(second))
        }
        #expect(keepAlive.fire(now: start + .seconds(10)) == .ping)
        #expect(keepAlive.deadline == start + .seconds(11))
        #expect(keepAlive.fire(now: start + .seconds(11)) == .giveUpFrame)
    }

    @Test("A completed frame gives the next one its own ten seconds")
    mutating func frameTimesAreSeparate() {
        keepAlive.decoded(isMidFrame: true, endedFrame: false, now: start)
        keepAlive.decoded(isMidFrame: true, endedFrame: true, now: start + .seconds(9))
        keepAlive.received(now: start + .seconds(9))
        #expect(keepAlive.fire(now: start + .seconds(11)) == .ping)
        #expect(keepAlive.fire(now: start + .seconds(19)) == .giveUpFrame)
    }

    @Test("Silence does not count while we are not reading")
    mutating func pauseStopsTheClock() {
        keepAlive.paused()
        #expect(keepAlive.fire(now: start + .seconds(100)) == .ping)
        keepAlive.resumed(now: start + .seconds(100))
        #expect(keepAlive.fire(now: start + .seconds(124)) == .ping)
        #expect(keepAlive.fire(now: start + .seconds(125)) == .giveUpSilent)
    }

    @Test("After a close only the close timeout counts")
    mutating func givesUpClosing() {
        keepAlive.closing(now: start)
        keepAlive.closing(now: start + .seconds(3))
        #expect(keepAlive.deadline == start + .seconds(5))
        #expect(keepAlive.fire(now: start + .seconds(4)) == .none)
        #expect(keepAlive.fire(now: start + .seconds(5)) == .giveUpClosing)
    }
}

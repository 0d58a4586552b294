import NIOCore

/// The clock side of one connection as a value: when to ping and when to give up. Time is an argument.
///
/// The driver calls ``fire(now:)`` at ``deadline`` and does what it says.
struct WebSocketKeepAlive {
    enum Action: Equatable {
        case none
        case ping
        case giveUpSilent
        case giveUpFrame
        case giveUpClosing
    }

    private let pingInterval: TimeAmount
    private let silenceLimit: TimeAmount
    private let frameTimeout: TimeAmount
    private let closeTimeout: TimeAmount
    private var nextPing: NIODeadline
    private var lastReceived: NIODeadline
    private var frameBegan: NIODeadline?
    private var closeBegan: NIODeadline?
    /// Whether we have stopped reading, so that silence and slowness are not the peer's.
    private var isPaused = false

    init(configuration: WebSocketConfiguration, now: NIODeadline) {
        pingInterval = configuration.pingInterval
        silenceLimit = configuration.silenceLimit
        frameTimeout = configuration.frameTimeout
        closeTimeout = configuration.closeTimeout
        nextPing = now + configuration.pingInterval
        lastReceived = now
    }

    /// When ``fire(now:)`` is due next.
    var deadline: NIODeadline {
        if let closeBegan { return closeBegan + closeTimeout }
        if isPaused { return nextPing }
        let silence = min(nextPing, lastReceived + silenceLimit)
        return frameBegan.map { min(silence, $0 + frameTimeout) } ?? silence
    }

    /// Bytes came. A frame's time runs from its first byte, however many more of its bytes come.
    mutating func received(now: NIODeadline) {
        lastReceived = now
    }

    /// All received bytes were decoded; `isMidFrame`: the last frame is not complete. `endedFrame`: one was completed.
    mutating func decoded(isMidFrame: Bool, endedFrame: Bool, now: NIODeadline) {
        guard isMidFrame else {
            frameBegan = nil
            return
        }
        if endedFrame || frameBegan == nil { frameBegan = now }
    }

    mutating func paused() {
        isPaused = true
    }

    mutating func resumed(now: NIODeadline) {
        isPaused = false
        lastReceived = now
        frameBegan = frameBegan.map { _ in now }
    }

    /// A close frame is due; from here on only the close timeout counts.
    mutating func closing(now: NIODeadline) {
        if closeBegan == nil { closeBegan = now }
    }

    mutating func fire(now: NIODeadline) -> Action {
        if let closeBegan { return now >= closeBegan + closeTimeout ? .giveUpClosing : .none }
        if !isPaused {
            if now >= lastReceived + silenceLimit { return .giveUpSilent }
            if let frameBegan, now >= frameBegan + frameTimeout { return .giveUpFrame }
        }
        guard now >= nextPing else { return .none }
        nextPing = now + pingInterval
        return .ping
    }
}

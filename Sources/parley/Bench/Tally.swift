import NIOCore
import Synchronization

/// Counts what arrives, and how long it took where the text tells when it left.
final class Tally: Sendable {
    private struct State {
        var count = 0
        var bytes = 0
        var welcomes = 0
        var nanoseconds: [UInt64] = []
        var lastArrival: UInt64 = 0
    }

    private let state = Mutex(State())
    private let wanted: [UInt8]

    init(counting text: String) { wanted = Array(text.utf8) }

    var count: Int { state.withLock { $0.count } }
    var bytes: Int { state.withLock { $0.bytes } }

    func reset() {
        state.withLock { $0 = State() }
    }

    /// Takes one text message; called on the clients' event loop. Bytes are compared in place: the load generator must
    /// not be what is measured.
    func note(_ text: Span<UInt8>) {
        let isWanted = Self.position(of: wanted, in: text, before: wanted.count + 2) != nil
        let isWelcome = Self.position(of: Self.welcome, in: text, before: Self.welcome.count + 2) != nil
        guard isWanted || isWelcome else { return }
        let sent = isWanted ? Self.momentSent(in: text) : nil
        let now = NIODeadline.now().uptimeNanoseconds
        state.withLock { state in
            state.lastArrival = now
            if isWelcome { state.welcomes += 1 }
            guard isWanted else { return }
            state.count += 1
            state.bytes += text.count
            if let sent { state.nanoseconds.append(now &- sent) }
        }
    }

    private static let welcome = Array("\"type\":\"welcome\"".utf8)
    private static let textField = Array("\"text\":\"".utf8)

    /// Where `pattern` ends first in the bytes up to `limit`.
    private static func position(of pattern: [UInt8], in text: Span<UInt8>, before limit: Int) -> Int? {
        var matched = 0
        for index in 0..<min(limit, text.count) {
            matched = text[index] == pattern[matched] ? matched + 1 : text[index] == pattern[0] ? 1 : 0
            if matched == pattern.count { return index + 1 }
        }
        return nil
    }

    /// The number that follows `"text":"`.
    private static func momentSent(in message: Span<UInt8>) -> UInt64? {
        guard let start = position(of: textField, in: message, before: message.count) else { return nil }
        var number: UInt64?
        for index in start..<message.count {
            let digit = message[index] &- UInt8(ascii: "0")
            guard digit < 10 else { break }
            number = (number ?? 0) &* 10 &+ UInt64(digit)
        }
        return number
    }

    /// Waits until as many members as one room has were welcomed since the last call.
    func waitForWelcomes(rooms members: Int) async throws {
        try await poll("people were joining") { state in
            guard state.welcomes >= members else { return false }
            state.welcomes -= members
            return true
        }
    }

    /// Waits until as many came as can come, or until nothing came for two seconds: what was outdated is not sent.
    func wait(for count: Int, doing what: String) async throws {
        let began = NIODeadline.now().uptimeNanoseconds
        try await poll(what) { state in
            let quietSince = max(began, state.lastArrival)
            return state.count >= count || NIODeadline.now().uptimeNanoseconds &- quietSince > 2_000_000_000
        }
    }

    /// When the last message came.
    var lastArrival: NIODeadline { .uptimeNanoseconds(state.withLock { $0.lastArrival }) }

    private func poll(_ what: String, until isDone: (inout State) -> Bool) async throws {
        for _ in 0..<30_000 {
            if state.withLock({ isDone(&$0) }) { return }
            try await Task.sleep(for: .milliseconds(1))
        }
        throw BenchError.timedOut(what)
    }

    /// Percentiles in milliseconds.
    var latencies: [(String, Double)] {
        let sorted = state.withLock { $0.nanoseconds }.sorted()
        guard !sorted.isEmpty else { return [] }
        return [("p50", 0.5), ("p95", 0.95), ("p99", 0.99)].map { name, share in
            (name, Double(sorted[min(sorted.count - 1, Int(Double(sorted.count) * share))]) / 1e6)
        }
    }
}

import NIOCore
import Synchronization

/// Counts what arrives, and how long it took where the text tells when it left.
final class Tally: Sendable {
    private struct State {
        var count = 0
        var bytes = 0
        var welcomes = 0
        var nanoseconds: [UInt64] = []
    }

    private let state = Mutex(State())
    private let wanted: [UInt8]

    init(counting text: String) { wanted = Array(text.utf8) }

    var count: Int { state.withLock { $0.count } }
    var bytes: Int { state.withLock { $0.bytes } }

    func reset() {
        state.withLock { $0 = State() }
    }

    /// Takes one text message; called on the clients' event loop.
    func note(_ text: ByteBufferView) {
        let head = text.prefix(wanted.count + 1).dropFirst()
        let isWelcome = text.dropFirst().starts(with: "\"type\":\"welcome\"".utf8)
        let isWanted = head.elementsEqual(wanted)
        guard isWanted || isWelcome else { return }
        let sent = isWanted ? Self.momentSent(in: text) : nil
        state.withLock { state in
            if isWelcome { state.welcomes += 1 }
            guard isWanted else { return }
            state.count += 1
            state.bytes += text.count
            if let sent { state.nanoseconds.append(NIODeadline.now().uptimeNanoseconds &- sent) }
        }
    }

    /// The number that follows `"text":"`.
    private static func momentSent(in message: ByteBufferView) -> UInt64? {
        guard let range = message.firstRange(of: Array("\"text\":\"".utf8)) else { return nil }
        let digits = message[range.upperBound...].prefix { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
        return UInt64(String(decoding: digits, as: UTF8.self))
    }

    /// Waits until as many members as one room has were welcomed since the last call.
    func waitForWelcomes(rooms members: Int) async throws {
        try await poll("people were joining") { state in
            guard state.welcomes >= members else { return false }
            state.welcomes -= members
            return true
        }
    }

    func wait(for count: Int, doing what: String) async throws {
        try await poll(what) { $0.count >= count }
    }

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

import Synchronization
public import Units

/// The one `ReplyBudget` of a process: all workers, STUN and TURN alike, ask it before they answer a datagram whose sender
/// may be forged. A flood that uses many ports would otherwise get its ten answers from each of them.
///
/// A lock, because the workers are threads; held for one look into a table, and never for packets of known clients.
public final class AnswerBudget: Sendable {
    private let budget: Mutex<ReplyBudget>

    /// `seed` is random. `sources` bounds how many addresses are told apart within a second.
    public init(seed: UInt64, sources: Int? = nil) {
        budget = Mutex(ReplyBudget(seed: seed, sources: sources ?? Limits.sources))
    }

    /// Whether one more answer may go to `address`; if so it is counted.
    public func allows(_ address: IPAddress, now: Timestamp) -> Bool {
        budget.withLock { $0.allows(address, now: now) }
    }

    /// Somebody at `address` has shown that he receives what is sent there.
    public func vouch(for address: IPAddress, now: Timestamp) {
        budget.withLock { $0.vouch(for: address, now: now) }
    }
}

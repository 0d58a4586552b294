/// What the control plane should know.
public enum RouterEvent: Hashable, Sendable {
    /// Media comes from a source: the first packet, or the first one after `stalled`.
    case started(Track)
    /// Nothing came from a source for `Limits.stall`, or it said goodbye.
    case stalled(Track)
    /// Who talks, the loudest first; empty when nobody does. Comes at most five times a second, and only when it
    /// differs from the one before.
    case speaking([TransportIndex])
}

import Meeting
import Units

/// What the control plane orders of the media plane.
struct MediaControl: Sendable {
    /// A participant is gone: his allocations end, and the credentials he was given open no new ones.
    var revoke: @Sendable (ParticipantID) -> Void
    /// Takes over a stream of TURN messages, TLS already taken off: the descriptor is the media plane's from now on, also when
    /// it wants none more and closes it.
    var adopt: @Sendable (_ descriptor: CInt, _ client: TransportAddress, _ server: TransportAddress) -> Void

    /// Nobody is listening.
    static let none = MediaControl(revoke: { _ in }, adopt: { _, _, _ in })
}

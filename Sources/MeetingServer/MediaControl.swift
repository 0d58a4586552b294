import MediaTransport
import Meeting
import NIOCore
import SFU
import TURN
import Units

/// What the control plane orders of the media plane.
struct MediaControl: Sendable {
    /// A participant is gone: his allocations end, and the credentials he was given open no new ones.
    var revoke: @Sendable (ParticipantID) -> Void
    /// Takes over a stream of TURN messages, TLS already taken off: the descriptor is the media plane's from now on, also when
    /// it wants none more and closes it.
    var adopt: @Sendable (_ descriptor: CInt, _ client: TransportAddress, _ server: TransportAddress) -> Void
    /// The SFU's half in the media plane.
    var sfu: SFULinks.Plane
    /// What the SFU has to say, in order.
    var events: AsyncStream<SFUEvent>
}

extension MediaControl {
    init(_ media: MediaService, events: AsyncStream<SFUEvent>) {
        revoke = { media.revoke(participant: $0.description) }
        adopt = { media.adopt(descriptor: $0, client: $1, server: $2) }
        sfu = SFULinks.Plane(
            workers: media.workers,
            fingerprint: media.fingerprint,
            candidates: { media.candidates },
            order: { media.order($0, of: $1) }
        )
        self.events = events
    }
}

extension MediaService.Configuration {
    /// The media plane as the options want it, with TURN for whoever has credentials of the secret.
    ///
    /// `onEvent` hears what the SFU has to say; see there.
    init(options: ServeOptions, secret: TURNSecret, onEvent: @escaping @Sendable (SFUEvent) -> Void) {
        let all = options.publicAddresses.compactMap { IPAddress($0) }
        // One of each family is what a relayed address can be.
        let told = [all.first { $0.v4 != nil }, all.first { $0.v4 == nil }].compactMap { $0 }
        self.init(
            port: options.mediaPort,
            workers: options.mediaWorkers ?? System.coreCount,
            relayPorts: UInt16(clamping: options.turnPorts.lowerBound)...UInt16(clamping: options.turnPorts.upperBound),
            publicAddresses: told,
            // A browser with two networks makes up to twelve for each of the others.
            quotas: RelayQuotas(perUser: 12 * max(options.meshLimit, 2)),
            turn: TURN.Configuration(
                secrets: [secret.key],
                nonceKey: (0..<32).map { _ in UInt8.random(in: .min ... .max) },
                policy: PeerPolicy(allowed: options.turnAllowedPeers)
            ),
            onEvent: onEvent
        )
    }
}

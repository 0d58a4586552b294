/// What the media port received, sent and dropped since it was opened: the sum over its workers.
public struct MediaCounters: Equatable, Sendable {
    /// Datagrams that came to the media port and to relay sockets.
    public internal(set) var datagramsReceived: UInt64 = 0
    /// Datagrams that left.
    public internal(set) var datagramsSent: UInt64 = 0
    /// Dropped because they were longer than a slot.
    public internal(set) var tooLong: UInt64 = 0
    /// Dropped because their first byte belongs to no protocol of this port.
    public internal(set) var unknownProtocol: UInt64 = 0
    /// Dropped because they are for the SFU, which is not there yet: DTLS, SRTP, ICE.
    public internal(set) var forSFU: UInt64 = 0
    /// Binding requests without an answer: no STUN after all, or over the source's budget.
    public internal(set) var bindingsIgnored: UInt64 = 0
    /// Binding requests answered.
    public internal(set) var bindingsAnswered: UInt64 = 0

    /// Not sent because there is no way to the destination.
    public internal(set) var unreachable: UInt64 = 0
    /// Not sent because this machine's rules, or the destination, refuse them.
    public internal(set) var refused: UInt64 = 0
    /// Not sent because the kernel's queue was full.
    public internal(set) var socketFull: UInt64 = 0
    /// Not sent for any other reason.
    public internal(set) var notSent: UInt64 = 0
    /// Receiving failed.
    public internal(set) var receiveErrors: UInt64 = 0
    /// Calls that sent several datagrams as one (UDP_SEGMENT).
    public internal(set) var segmentedSends: UInt64 = 0

    /// Relay sockets open now.
    public internal(set) var relays: UInt64 = 0
    /// Allocations refused because the participant, its address, or everybody has enough (486).
    public internal(set) var quotaRefusals: UInt64 = 0
    /// Allocations refused because the machine has no port, descriptor or memory left, or a token is not held (508).
    public internal(set) var capacityRefusals: UInt64 = 0
    /// Allocations refused because the machine has no address of their IP version (440).
    public internal(set) var familyRefusals: UInt64 = 0
    /// Packets that a relay gave to another one of this process, without a socket.
    public internal(set) var relayedInProcess: UInt64 = 0
    /// Packets for this machine itself on a port that no relay has.
    public internal(set) var ownPortClosed: UInt64 = 0
    /// Packets dropped because the other relay's worker did not keep up.
    public internal(set) var handOversFull: UInt64 = 0

    /// TCP and TLS connections open now.
    public internal(set) var streams: UInt64 = 0
    /// Connections refused because their address, or everybody together, has too many.
    public internal(set) var streamsRefused: UInt64 = 0
    /// Connections closed because what came was no message.
    public internal(set) var streamsOutOfStep: UInt64 = 0
    /// Connections closed because they brought no whole message for too long.
    public internal(set) var streamsIdle: UInt64 = 0
    /// Connections closed because they did not read the answers they asked for.
    public internal(set) var streamsStuck: UInt64 = 0
    /// Datagrams dropped because the connection they were for read too slowly.
    public internal(set) var slowReaders: UInt64 = 0
    /// How often connections could not be accepted because the process has no descriptors left.
    public internal(set) var acceptPauses: UInt64 = 0
}

extension MediaCounters {
    /// Adds another worker's.
    mutating func add(_ other: MediaCounters) {
        for counter in Self.all { self[keyPath: counter] &+= other[keyPath: counter] }
    }

    private static var all: [WritableKeyPath<MediaCounters, UInt64>] {
        [
            \.datagramsReceived, \.datagramsSent, \.tooLong, \.unknownProtocol, \.forSFU, \.bindingsIgnored,
            \.bindingsAnswered, \.unreachable, \.refused, \.socketFull, \.notSent, \.receiveErrors, \.segmentedSends,
            \.relays, \.quotaRefusals, \.capacityRefusals, \.familyRefusals, \.relayedInProcess, \.ownPortClosed,
            \.handOversFull,
            \.streams, \.streamsRefused, \.streamsOutOfStep, \.streamsIdle, \.streamsStuck, \.slowReaders,
            \.acceptPauses,
        ]
    }
}

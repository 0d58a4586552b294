import PacketStore

/// What peers of the media port may take.
enum Limits {
    /// Bytes of a datagram, or of one message over TCP. Longer datagrams are dropped, longer messages close the connection.
    static let packetBytes = PacketSlab.packetBytes
    /// Slots of one worker's slab: what a round holds before it is sent, and what the SFU keeps of some hundred sources for
    /// repeats. 140 MiB of addresses, of which a worker touches what it needs.
    static let slots = 65_536
    /// Slots that have to be free before a packet goes to the SFU, which may make hundreds of it; with fewer, what is ready
    /// is sent first.
    static let forwardingReserve = 1_024
    /// Paths of clients that other workers have.
    static let routes = 131_072
    /// Datagrams taken from a socket of the media port before others have their turn.
    static let batch = 64
    /// Datagrams taken from one relay socket before others have their turn.
    static let relayBatch = 32
    /// Events of one round of a worker.
    static let events = 256
    /// Bytes of the kernel's queues of a media socket: 100 ms at 300 Mbit/s.
    static let mediaSocketBytes: Int32 = 4 << 20

    /// Bytes of the kernel's queues of one relay socket, twice that for its own accounting: some 100 packets of a picture.
    static let relaySocketBytes: Int32 = 128 << 10
    /// Ports tried before an allocation is refused, because other programs have them.
    static let portAttempts = 16
    /// How long a port is held for the Allocate with its token (RFC 8656 §7.2).
    static let reservation = Duration.seconds(30)
    /// Ports held at a time for one participant, whose other quotas do not count them; further requests get 508.
    static let reservationsPerUser = 8
    /// Ports held at a time; further requests get 508.
    static let reservations = 256
    /// Packets between two workers that wait for the second: 2 MiB for each pair, touched as it is used. Further ones
    /// are dropped.
    static let handOvers = 1_024

    /// TCP connections of one address (the /64 of an IPv6 one): a school behind one NAT has fewer.
    static let connectionsPerAddress = 100
    /// TCP connections altogether; further ones are closed at once.
    static let connections = 4_096
    /// Connections waiting to be accepted by one worker.
    static let backlog: Int32 = 256
    /// Connections accepted by a worker before others have their turn.
    static let accepts = 32
    /// A TCP connection that brings no whole message for so long and has no allocation is closed.
    static let idle = Duration.seconds(30)
    /// Bytes taken from one connection before others have their turn.
    static let streamRead = 16_384
    /// Bytes waiting for the reader of a connection, in the kernel: 200 ms of a call. What waits longer is of no use to it.
    static let streamSocketBytes: Int32 = 64 << 10
    /// Bytes waiting behind those. When full, datagrams are dropped; an answer that does not fit closes the connection.
    static let streamQueueBytes = 32 << 10
    /// Milliseconds until data that nobody acknowledges ends a TCP connection.
    static let streamTimeoutMilliseconds: Int32 = 30_000

    /// How often the addresses of the machine and the limits that were reached are looked at.
    static let watch = Duration.seconds(10)
    /// Addresses of this machine that clients are told of.
    static let candidateAddresses = 8
    /// Threads at most.
    static let workers = 64
    /// Seconds for which credentials that were given out may be good, with some to spare: revoked ones are remembered so long.
    static let credentialSeconds: UInt64 = 3_600
    /// Commands waiting for a worker; more is a worker that does not run, and they are refused.
    static let commands = 65_536
    /// Bytes of a worker's stack.
    static let stackBytes = 512 << 10
}

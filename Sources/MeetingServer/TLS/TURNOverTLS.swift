import Glibc
import NIOCore
import NIOPosix
import Units

/// Connects what a client says inside TLS with the media plane: a pair of sockets, one end to a worker, the other glued to the
/// client's channel. The worker reads and writes it as a TCP connection and never sees TLS.
struct TURNOverTLS: Sendable {
    /// Takes one end over; see `MediaControl.adopt`.
    let adopt: @Sendable (_ descriptor: CInt, _ client: TransportAddress, _ server: TransportAddress) -> Void

    /// Glues the channel to a fresh pair of sockets. Fails when there are no descriptors left; then the caller closes the channel.
    /// Called on the channel's event loop.
    func glue(_ channel: any Channel) -> EventLoopFuture<Void> {
        guard let client = channel.remoteAddress.flatMap({ TransportAddress($0) }),
            let server = channel.localAddress.flatMap({ TransportAddress($0) })
        else { return channel.eventLoop.makeFailedFuture(ChannelError.unknownLocalAddress) }
        let (ours, theirs): (CInt, CInt)
        do { (ours, theirs) = try Self.socketPair() } catch { return channel.eventLoop.makeFailedFuture(error) }
        // Half of a connection cannot go on here: when the worker ends it, it ends.
        let connected = ClientBootstrap(group: channel.eventLoop).channelOption(.allowRemoteHalfClosure, value: false)
            .channelInitializer { end in
                channel.eventLoop.makeCompletedFuture {
                    let (clientSide, workerSide) = GlueHandler.pair()
                    try end.pipeline.syncOperations.addHandler(workerSide)
                    try channel.pipeline.syncOperations.addHandler(clientSide)
                    try? channel.syncOptions?.setOption(  // a channel without options is a test's
                        .writeBufferWaterMark,
                        value: .init(low: TLSLimits.turnWaiting / 2, high: TLSLimits.turnWaiting)
                    )
                }
            }
            // From here on the descriptor is the channel's, which closes it also when it cannot be set up.
            .withConnectedSocket(ours)
        return connected.flatMapError { error in
            close(theirs)
            return channel.eventLoop.makeFailedFuture(error)
        }.map { [adopt] _ in adopt(theirs, client, server) }
    }

    private static func socketPair() throws -> (CInt, CInt) {
        var ends: (CInt, CInt) = (-1, -1)
        let kind = CInt(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        let result = unsafe withUnsafeMutableBytes(of: &ends) { bytes in
            unsafe socketpair(AF_UNIX, kind, 0, bytes.assumingMemoryBound(to: CInt.self).baseAddress)
        }
        guard result == 0 else { throw IOError(errnoCode: errno, reason: "socketpair") }
        return ends
    }
}

package import HummingbirdCore
package import Logging
package import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1

extension HTTPServerBuilder {
    /// HTTP/1.1 whose requests may upgrade to WebSocket; wrap it in `.tls(…)` for https and wss.
    ///
    /// ```
    /// Application(router: router, server: .http1WebSocket())
    /// ```
    package static func http1WebSocket(configuration: HTTPWebSocketConfiguration = .init()) -> HTTPServerBuilder {
        HTTPServerBuilder { HTTPWebSocketChannel(configuration: configuration, responder: $0) }
    }
}

/// Sets up and serves one connection. Hummingbird's own task per connection answers the requests and runs the session.
package struct HTTPWebSocketChannel: ServerChildChannel, HTTPChannelHandler {
    package struct Value: ServerChildChannelValue {
        let asyncChannel: NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>
        let connection: WebSocketConnection

        package var channel: any Channel { asyncChannel.channel }
    }

    package let configuration: HTTPWebSocketConfiguration
    package let responder: HTTPChannelHandler.Responder

    package init(configuration: HTTPWebSocketConfiguration, responder: @escaping HTTPChannelHandler.Responder) {
        self.configuration = configuration
        self.responder = responder
    }

    package func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        channel.eventLoop.makeCompletedFuture {
            let connection = WebSocketConnection(channel: channel)
            if isAdmitted(channel) {
                setOptions(channel)
                try addHandlers(channel, connection, logger: logger)
            } else {
                try channel.pipeline.syncOperations.addHandler(RefusingHandler())
            }
            let asyncChannel = try NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>(
                wrappingChannelSynchronously: channel,
                configuration: .init(
                    backPressureStrategy: .init(lowWatermark: 2, highWatermark: HTTPLimits.waitingParts),
                    isOutboundHalfClosureEnabled: true
                )
            )
            return Value(asyncChannel: asyncChannel, connection: connection)
        }
    }

    package func handle(value: Value, logger: Logger) async {
        await WebSocketConnection.$current.withValue(value.connection) {
            await handleHTTP(asyncChannel: value.asyncChannel, logger: logger)
        }
    }

    private func isAdmitted(_ channel: any Channel) -> Bool {
        guard let admission = configuration.admission else { return true }
        let address = channel.remoteAddress
        guard admission.admits(address) else { return false }
        channel.closeFuture.whenComplete { _ in admission.released(address) }
        return true
    }

    private func setOptions(_ channel: any Channel) {
        // Options save memory; a channel without them (a test's) works all the same.
        try? channel.syncOptions?.setOption(
            .recvAllocator,
            value: AdaptiveRecvByteBufferAllocator(
                minimum: HTTPLimits.smallestRead,
                initial: HTTPLimits.firstRead,
                maximum: HTTPLimits.largestRead
            )
        )
        try? channel.syncOptions?.setOption(
            .writeBufferWaterMark,
            value: .init(low: HTTPLimits.writeLowWater, high: HTTPLimits.writeHighWater)
        )
    }

    private func addHandlers(_ channel: any Channel, _ connection: WebSocketConnection, logger: Logger) throws {
        let encoder = HTTPResponseEncoder()
        let decoder = configuration.makeDecoder()
        let codec = HTTP1ToHTTPServerCodec(secure: configuration.isSecure)
        let state = HTTPConnectionStateHandler(idleTimeout: Duration(configuration.idleTimeout), logger: logger)
        let upgrade = WebSocketUpgradeHandler(
            connection: connection,
            configuration: configuration,
            handlers: .init(encoder: encoder, decoder: decoder, codec: codec, state: state)
        )
        let operations = channel.pipeline.syncOperations
        try operations.addHandler(encoder)
        try operations.addHandler(decoder)
        try operations.addHandler(codec)
        try operations.addHandler(upgrade)
        try operations.addHandler(state)
    }
}

/// Closes a connection that was not admitted as soon as it is up: closing it earlier would count as an error of the listener.
private final class RefusingHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    func channelActive(context: ChannelHandlerContext) {
        context.close(promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {}
}

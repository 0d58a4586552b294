package import NIOCore
import NIOHTTP1

/// How a listener treats its HTTP/1.1 connections.
package struct HTTPWebSocketConfiguration: Sendable {
    /// Whether the listener speaks TLS; it tells requests of `https` pages from those of `http` pages.
    package var isSecure = false
    /// From accepting a connection to its first request's head, TLS handshake included.
    package var headerTimeout: TimeAmount = .seconds(10)
    /// From one answer to the next request's head; a slow head gains nothing.
    package var idleTimeout: TimeAmount = .seconds(60)
    /// From a request's head to the end of its body.
    package var bodyTimeout: TimeAmount = .seconds(60)
    /// Bytes of a head.
    package var headerBytes = 16 * 1024
    /// Fields of a head.
    package var headerFields = 100
    /// Asked for every connection; nil admits all. Hummingbird's `AvailableConnectionsDelegate` bounds the total as well, by not
    /// accepting, but knows no addresses.
    package var admission: (any ConnectionAdmission)?

    package init(isSecure: Bool = false) {
        self.isSecure = isSecure
    }

    func makeDecoder() -> ByteToMessageHandler<HTTPRequestDecoder> {
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderFieldSize = headerBytes
        limits.maxHeaderListSize = headerBytes
        limits.maxHeaderFieldCount = headerFields
        return ByteToMessageHandler(
            HTTPRequestDecoder(leftOverBytesStrategy: .forwardBytes, limitConfiguration: limits)
        )
    }
}

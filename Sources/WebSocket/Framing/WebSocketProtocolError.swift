/// A peer broke RFC 6455 or one of our limits; the connection is failed with ``closeCode``.
package enum WebSocketProtocolError: Error, Equatable, Sendable {
    /// RSV1–3 set although no extension was negotiated (§5.2): 1002.
    case reservedBits
    /// An opcode nobody has defined (§5.2): 1002.
    case reservedOpcode
    /// A client's frame without mask, or a server's with one (§5.1): 1002.
    case wrongMasking
    /// A control frame in fragments or longer than 125 bytes (§5.5): 1002.
    case invalidControlFrame
    /// A continuation of nothing (§5.4): 1002.
    case unexpectedContinuation
    /// A new message before the last one's final fragment (§5.4): 1002.
    case interleavedMessage
    /// A 64-bit length with its top bit set (§5.2): 1002.
    case invalidLength
    /// A close payload of one byte, or a code that must not be sent (§7.4): 1002.
    case invalidClose
    /// Text or a close reason that is not UTF-8 (§8.1): 1007.
    case invalidUTF8
    /// Over ``WebSocketFramingLimits/messageBytes``: 1009.
    case messageTooBig
    /// Over ``WebSocketFramingLimits/fragments``: 1009.
    case tooManyFragments
    /// Binary where only text is spoken: 1003.
    case binaryRefused

    package var closeCode: WebSocketCloseCode {
        switch self {
        case .invalidUTF8: .invalidPayload
        case .messageTooBig, .tooManyFragments: .messageTooBig
        case .binaryRefused: .unsupportedData
        default: .protocolError
        }
    }
}

import Wire

/// Why bytes are no STUN message. Nothing of this is answered: whoever sent it does not speak STUN.
public enum STUNParseError: Error, Equatable, Sendable {
    /// Fewer than the 20 bytes of a header.
    case tooShort
    /// The two highest bits are set: channel data, DTLS, RTP.
    case notSTUN
    /// The magic cookie is not there. Clients of RFC 3489 have none; they are not served.
    case noMagicCookie
    /// The length is no multiple of four, or is not that of the datagram.
    case badLength
    /// An attribute goes beyond the end.
    case badAttribute
    /// Something follows FINGERPRINT, which has to be the last (RFC 8489 §14.7).
    case fingerprintNotLast
}

/// A STUN message (RFC 8489 §5). It exists only for bytes that are one: a header and whole attributes up to the end.
///
/// ```
///  0                   1                   2                   3
///  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |0 0|     STUN Message Type     |         Message Length        |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |                 Magic Cookie = 0x2112A442                     |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |                     Transaction ID (96 bits)                  |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// ```
/// It holds no bytes: the attributes are read from the span it was parsed from, which goes in at every call.
/// Nothing is allocated, neither by parsing nor by reading attributes.
public struct Message: Hashable, Sendable {
    /// Bytes of the header.
    public static let headerLength = 20
    public static let magicCookie: UInt32 = 0x2112_A442

    public let type: MessageType
    public let transactionID: TransactionID
    /// Bytes of the whole message.
    public let length: Int

    /// Parses a datagram, or a frame cut out of a stream. All of `bytes` has to be the message.
    public init(parsing bytes: Span<UInt8>) throws(STUNParseError) {
        var reader = ByteReader(bytes)
        guard bytes.count >= Self.headerLength, let wire = reader.readUInt16(bytes),
            let length = reader.readUInt16(bytes), let cookie = reader.readUInt32(bytes),
            let high = reader.readUInt32(bytes), let low = reader.readUInt64(bytes)
        else { throw .tooShort }
        guard let type = MessageType(wire: wire) else { throw .notSTUN }
        guard cookie == Self.magicCookie else { throw .noMagicCookie }
        guard length % 4 == 0, Self.headerLength &+ Int(length) == bytes.count else { throw .badLength }
        self.type = type
        transactionID = TransactionID(high: high, low: low)
        self.length = bytes.count
        try Self.check(&reader, bytes)
    }

    /// The attributes in their order. Those after MESSAGE-INTEGRITY are left out, because nobody vouches for them;
    /// only MESSAGE-INTEGRITY-SHA256 and FINGERPRINT may follow it (RFC 8489 §14.5, §14.6).
    public var attributes: Attributes { Attributes(reader: ByteReader(Self.headerLength..<length)) }

    /// The first attribute of a type.
    public func attribute(_ type: AttributeType, in bytes: Span<UInt8>) -> Attribute? {
        var attributes = attributes
        while let attribute = attributes.next(in: bytes) {
            if attribute.type == type { return attribute }
        }
        return nil
    }

    private static func check(_ reader: inout ByteReader, _ bytes: Span<UInt8>) throws(STUNParseError) {
        while reader.remaining > 0 {
            guard let attribute = Attributes.read(&reader, bytes) else { throw .badAttribute }
            if attribute.type == .fingerprint, reader.remaining > 0 { throw .fingerprintNotLast }
        }
    }
}

/// Walks over the attributes of a message, one call at a time.
public struct Attributes: Sendable {
    private enum Seen { case nothing, integrity, integritySHA256 }

    private var reader: ByteReader
    private var seen = Seen.nothing

    init(reader: ByteReader) { self.reader = reader }

    /// The next attribute; nil after the last one. `bytes` are those the message was parsed from.
    public mutating func next(in bytes: Span<UInt8>) -> Attribute? {
        while let attribute = Self.read(&reader, bytes) {
            switch (seen, attribute.type) {
            case (_, .fingerprint): return attribute
            case (.nothing, .messageIntegrity): seen = .integrity
            case (.nothing, .messageIntegritySHA256), (.integrity, .messageIntegritySHA256): seen = .integritySHA256
            case (.nothing, _): break
            case (.integrity, _), (.integritySHA256, _): continue
            }
            return attribute
        }
        return nil
    }

    /// Type, length, value, padding to four bytes (RFC 8489 §14).
    static func read(_ reader: inout ByteReader, _ bytes: Span<UInt8>) -> Attribute? {
        guard let type = reader.readUInt16(bytes), let length = reader.readUInt16(bytes),
            let value = reader.skip(Int(length)), reader.skip((4 &- Int(length) % 4) % 4) != nil
        else { return nil }
        return Attribute(type: AttributeType(rawValue: type), value: value)
    }
}

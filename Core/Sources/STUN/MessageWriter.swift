public import Units
import Wire

/// Writes a message into room that the caller has; the counterpart of `Message`.
///
/// ```
/// var writer = MessageWriter(MessageType(.success, .binding), transactionID, to: &room)
/// writer.write(.xorMappedAddress, xor: source, to: &room)
/// writer.writeFingerprint(to: &room)
/// let count = writer.finish(&room)  // nil when the room was too small
/// ```
public struct MessageWriter: Sendable {
    private var bytes = ByteWriter()
    private let transactionID: TransactionID

    /// Writes the header.
    public init(_ type: MessageType, _ transactionID: TransactionID, to room: inout MutableSpan<UInt8>) {
        self.transactionID = transactionID
        bytes.write(type.wire, to: &room)
        bytes.write(UInt16(0), to: &room)
        bytes.write(Message.magicCookie, to: &room)
        bytes.write(transactionID.high, to: &room)
        bytes.write(transactionID.low, to: &room)
    }

    /// Writes an attribute of any bytes, padded with zeros.
    public mutating func write(_ type: AttributeType, _ value: Span<UInt8>, to room: inout MutableSpan<UInt8>) {
        begin(type, length: value.count, &room)
        bytes.write(value, to: &room)
        bytes.pad(to: 4, in: &room)
    }

    /// Writes an address hidden from meddling NATs (RFC 8489 §14.2): XOR-MAPPED-ADDRESS and TURN's likes.
    public mutating func write(
        _ type: AttributeType,
        xor address: TransportAddress,
        to room: inout MutableSpan<UInt8>
    ) {
        let mask = XORMask(transactionID)
        let port = address.port ^ mask.port
        if let v4 = address.address.v4 {
            begin(type, length: 8, &room)
            bytes.write(UInt16(AddressFamily.v4.rawValue), to: &room)
            bytes.write(port, to: &room)
            bytes.write(v4 ^ mask.v4, to: &room)
        } else {
            begin(type, length: 20, &room)
            bytes.write(UInt16(AddressFamily.v6.rawValue), to: &room)
            bytes.write(port, to: &room)
            bytes.write(address.address.high ^ mask.high, to: &room)
            bytes.write(address.address.low ^ mask.low, to: &room)
        }
    }

    /// Writes ERROR-CODE without a reason phrase, which would only make the answer larger (RFC 8489 §14.8).
    public mutating func writeErrorCode(_ code: UInt16, to room: inout MutableSpan<UInt8>) {
        begin(.errorCode, length: 4, &room)
        bytes.write(UInt16(0), to: &room)
        bytes.write(UInt8(truncatingIfNeeded: code / 100), to: &room)
        bytes.write(UInt8(truncatingIfNeeded: code % 100), to: &room)
    }

    /// Writes an attribute of four bytes.
    public mutating func write(_ type: AttributeType, _ value: UInt32, to room: inout MutableSpan<UInt8>) {
        begin(type, length: 4, &room)
        bytes.write(value, to: &room)
    }

    /// Writes an attribute of eight bytes.
    public mutating func write(_ type: AttributeType, _ value: UInt64, to room: inout MutableSpan<UInt8>) {
        begin(type, length: 8, &room)
        bytes.write(value, to: &room)
    }

    /// Writes MESSAGE-INTEGRITY or MESSAGE-INTEGRITY-SHA256 of all before it (RFC 8489 §14.5, §14.6). Only FINGERPRINT,
    /// or the second behind the first, may follow.
    public mutating func writeIntegrity(
        _ algorithm: IntegrityAlgorithm,
        key: Span<UInt8>,
        to room: inout MutableSpan<UInt8>
    ) {
        begin(algorithm.attribute, length: algorithm.size, &room)
        guard let count = bytes.count else { return }
        // The MAC is over the length as it will be, with this attribute in it.
        setLength(count &+ algorithm.size, &room)
        switch algorithm {
        case .sha1:
            let mac = Digest.hmacSHA1(key: key, room.span.extracting(..<(count &- 4)))
            bytes.write(mac.span, to: &room)
        case .sha256:
            let mac = Digest.hmacSHA256(key: key, room.span.extracting(..<(count &- 4)))
            bytes.write(mac.span, to: &room)
        }
    }

    /// Writes FINGERPRINT. Nothing may follow.
    public mutating func writeFingerprint(to room: inout MutableSpan<UInt8>) {
        begin(.fingerprint, length: 4, &room)
        guard let count = bytes.count else { return }
        // The checksum is over the length as it will be, with this attribute in it.
        setLength(count &+ 4, &room)
        bytes.write(Fingerprint.value(of: room.span, first: count &- 4), to: &room)
    }

    /// Puts the length into the header and returns the bytes of the message; nil when the room was too small.
    public func finish(_ room: inout MutableSpan<UInt8>) -> Int? {
        guard let count = bytes.count else { return nil }
        setLength(count, &room)
        return count
    }

    package mutating func begin(_ type: AttributeType, length: Int, _ room: inout MutableSpan<UInt8>) {
        bytes.write(type.rawValue, to: &room)
        bytes.write(UInt16(truncatingIfNeeded: length), to: &room)
    }

    package mutating func write(_ value: UInt16, _ room: inout MutableSpan<UInt8>) { bytes.write(value, to: &room) }

    package mutating func pad(_ room: inout MutableSpan<UInt8>) { bytes.pad(to: 4, in: &room) }

    private func setLength(_ count: Int, _ room: inout MutableSpan<UInt8>) {
        bytes.overwrite(UInt16(truncatingIfNeeded: count &- Message.headerLength), at: 2, in: &room)
    }
}

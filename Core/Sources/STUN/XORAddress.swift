public import Units
import Wire

/// The two families as STUN numbers them (RFC 8489 §14.1).
enum AddressFamily: UInt8 {
    case v4 = 0x01
    case v6 = 0x02
}

/// What addresses are XORed with: the magic cookie, and for IPv6 the transaction too (RFC 8489 §14.2).
struct XORMask {
    let port: UInt16
    let v4: UInt32
    let high: UInt64
    let low: UInt64

    init(_ transactionID: TransactionID) {
        port = UInt16(truncatingIfNeeded: Message.magicCookie >> 16)
        v4 = Message.magicCookie
        high = UInt64(Message.magicCookie) << 32 | UInt64(transactionID.high)
        low = transactionID.low
    }
}

extension TransactionID {
    /// Writes the value of an attribute such as XOR-PEER-ADDRESS, 8 or 20 bytes, over what stands at `index`.
    package func write(_ address: TransportAddress, at index: Int, _ room: inout MutableSpan<UInt8>) {
        let mask = XORMask(self)
        room.write(address.port ^ mask.port, at: index &+ 2)
        if let v4 = address.address.v4 {
            room.write(UInt16(AddressFamily.v4.rawValue), at: index)
            room.write(v4 ^ mask.v4, at: index &+ 4)
        } else {
            room.write(UInt16(AddressFamily.v6.rawValue), at: index)
            room.write(address.address.high ^ mask.high, at: index &+ 4)
            room.write(address.address.low ^ mask.low, at: index &+ 12)
        }
    }
}

extension Message {
    /// The address in an attribute such as XOR-MAPPED-ADDRESS; nil when it is none.
    public func xorAddress(of attribute: Attribute, in bytes: Span<UInt8>) -> TransportAddress? {
        var reader = ByteReader(attribute.value)
        guard reader.readUInt8(bytes) != nil, let family = reader.readUInt8(bytes), let port = reader.readUInt16(bytes)
        else { return nil }
        let mask = XORMask(transactionID)
        switch (AddressFamily(rawValue: family), reader.remaining) {
        case (.v4, 4):
            guard let address = reader.readUInt32(bytes) else { return nil }
            return TransportAddress(IPAddress(v4: address ^ mask.v4), port: port ^ mask.port)
        case (.v6, 16):
            guard let high = reader.readUInt64(bytes), let low = reader.readUInt64(bytes) else { return nil }
            return TransportAddress(IPAddress(high: high ^ mask.high, low: low ^ mask.low), port: port ^ mask.port)
        default: return nil
        }
    }
}

internal import Crypto
import Foundation
package import Units

/// A STUN message of the load generator. Written apart from the server's own code, so that a mistake there is not repeated here.
package struct TurnMessage {
    package private(set) var bytes: [UInt8]

    private static let cookie: [UInt8] = [0x21, 0x12, 0xA4, 0x42]

    /// A request, or with class 0x0010 an indication, of a method whose number has four bits.
    init(method: UInt8, class: UInt8 = 0) {
        bytes = [0, method | `class`, 0, 0] + Self.cookie + (0..<12).map { _ in UInt8.random(in: 0...255) }
    }

    /// What a server sent.
    init(bytes: [UInt8]) { self.bytes = bytes }

    package var transactionID: ArraySlice<UInt8> { bytes.dropFirst(8).prefix(12) }

    package var isSuccess: Bool { bytes.count >= 20 && bytes[0] == 0x01 && bytes[1] & 0x10 == 0 }

    package var errorCode: Int? { attribute(0x0009).flatMap { $0.count >= 4 ? Int($0[2]) * 100 + Int($0[3]) : nil } }

    /// The value of the first attribute of a type.
    package func attribute(_ type: UInt16) -> [UInt8]? {
        var offset = 20
        while offset + 4 <= bytes.count {
            let length = Int(bytes[offset + 2]) << 8 | Int(bytes[offset + 3])
            guard offset + 4 + length <= bytes.count else { return nil }
            if UInt16(bytes[offset]) << 8 | UInt16(bytes[offset + 1]) == type {
                return Array(bytes[(offset + 4)..<(offset + 4 + length)])
            }
            offset += 4 + (length + 3) / 4 * 4
        }
        return nil
    }

    /// An IPv4 address that is XORed with the cookie.
    package func address(_ type: UInt16) -> TransportAddress? {
        guard let value = attribute(type), value.count == 8 else { return nil }
        let plain = zip(value[4...], Self.cookie).reduce(UInt32(0)) { $0 << 8 | UInt32($1.0 ^ $1.1) }
        let port = UInt16(value[2] ^ Self.cookie[0]) << 8 | UInt16(value[3] ^ Self.cookie[1])
        return TransportAddress(IPAddress(v4: plain), port: port)
    }

    package func attribute(_ type: UInt16, _ value: [UInt8]) -> TurnMessage {
        var message = self
        message.bytes += [UInt8(type >> 8), UInt8(type & 0xFF), UInt8(value.count >> 8), UInt8(value.count & 0xFF)]
        message.bytes += value + [UInt8](repeating: 0, count: (4 - value.count % 4) % 4)
        message.setLength(message.bytes.count - 20)
        return message
    }

    package func address(_ type: UInt16, _ address: TransportAddress) -> TurnMessage {
        let v4 = address.address.v4 ?? 0
        let plain = [UInt8(address.port >> 8), UInt8(address.port & 0xFF)]
        let octets = (0..<4).map { UInt8(truncatingIfNeeded: v4 >> UInt32(24 - 8 * $0)) }
        let mask = Self.cookie[..<2] + Self.cookie
        return attribute(type, [0, 1] + zip(plain + octets, mask).map { $0.0 ^ $0.1 })
    }

    /// REQUESTED-TRANSPORT UDP.
    package func requestedTransport() -> TurnMessage { attribute(0x0019, [17, 0, 0, 0]) }

    /// MESSAGE-INTEGRITY over what is there.
    func integrity(_ key: SymmetricKey) -> TurnMessage {
        var message = self
        message.setLength(message.bytes.count - 20 + 24)
        let mac = HMAC<Insecure.SHA1>.authenticationCode(for: message.bytes, using: key)
        return message.attribute(0x0008, Array(mac))
    }

    private mutating func setLength(_ length: Int) {
        bytes[2] = UInt8(length >> 8)
        bytes[3] = UInt8(length & 0xFF)
    }
}

import STUN
import Units

/// A Binding request, and what its answer says.
enum Binding {
    static let request: [UInt8] = [0, 1, 0, 0, 0x21, 0x12, 0xA4, 0x42, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]

    static func mappedAddress(_ answer: [UInt8]) -> TransportAddress? {
        guard let message = try? Message(parsing: answer.span),  // nil fails the expectation
            let attribute = message.attribute(.xorMappedAddress, in: answer.span)
        else { return nil }
        return message.xorAddress(of: attribute, in: answer.span)
    }
}

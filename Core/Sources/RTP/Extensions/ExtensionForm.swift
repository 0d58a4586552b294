/// The two ways RFC 8285 writes extension elements, told apart by the block's "defined by profile" field.
///
/// ```
///  one-byte header, 0xBEDE (§4.2)        two-byte header, 0x1000 to 0x100F (§4.3)
///  0 1 2 3 4 5 6 7                       0                   1
/// +-+-+-+-+-+-+-+-+---------------+      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5
/// |  ID   | len-1 | 1-16 bytes    |     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+---------------+
/// +-+-+-+-+-+-+-+-+---------------+     |       ID      |     length    | 0-255 bytes   |
///                                       +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+---------------+
/// ```
public enum ExtensionForm: UInt8, Sendable, BitwiseCopyable {
    case oneByte
    case twoByte

    static let oneByteProfile: UInt16 = 0xBEDE
    static let twoByteProfile: UInt16 = 0x1000

    /// Nil for a block of another kind, whose content is unknown. The low four bits of the two-byte form are the
    /// application's and mean nothing here.
    init?(profile: UInt16) {
        switch profile {
        case Self.oneByteProfile: self = .oneByte
        case Self.twoByteProfile...(Self.twoByteProfile | 0xF): self = .twoByte
        default: return nil
        }
    }

    var profile: UInt16 { self == .oneByte ? Self.oneByteProfile : Self.twoByteProfile }

    /// Bytes in front of a value.
    var overhead: Int { self == .oneByte ? 1 : 2 }

    /// Whether an element can be written in this form.
    public func holds(id: UInt8, count: Int) -> Bool {
        switch self {
        case .oneByte: return id >= 1 && id <= 14 && count >= 1 && count <= 16
        case .twoByte: return id >= 1 && count >= 0 && count <= 255
        }
    }
}

import Wire

/// One record of DTLS (RFC 6347 §4.1).
///
/// ```
///  0                   1                   2                   3
///  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// | Content Type  |            Version            |     Epoch     |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |     Epoch     |                Sequence Number ...
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///      ... Sequence Number                       |    Length     |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |    Length     |  Fragment ...
/// ```
struct Record: Equatable {
    enum ContentType: UInt8 {
        case changeCipherSpec = 20
        case alert = 21
        case handshake = 22
        case applicationData = 23
    }

    static let headerLength = 13

    let type: ContentType
    let epoch: UInt16
    /// Where the whole record lies.
    let range: Range<Int>

    var fragment: Range<Int> { (range.lowerBound &+ Self.headerLength)..<range.upperBound }
}

/// Walks over the records of a datagram. All of them are whole and of DTLS 1.0 or 1.2, or there are none.
struct Records {
    private var reader: ByteReader

    /// Nil when the datagram is no row of records: cut off, empty, of another protocol.
    init?(_ bytes: Span<UInt8>) {
        reader = ByteReader(bytes)
        var check = reader
        guard check.remaining > 0 else { return nil }
        while check.remaining > 0 {
            guard Self.read(&check, bytes) != nil else { return nil }
        }
    }

    /// Whether a datagram is DTLS by its first byte (RFC 7983 §7).
    static func begins(_ bytes: Span<UInt8>) -> Bool { bytes.count > 0 && (20...63).contains(bytes[0]) }

    mutating func next(in bytes: Span<UInt8>) -> Record? { Self.read(&reader, bytes) }

    private static func read(_ reader: inout ByteReader, _ bytes: Span<UInt8>) -> Record? {
        let start = reader.offset
        guard let type = reader.readUInt8(bytes).flatMap(Record.ContentType.init),
            let version = reader.readUInt16(bytes),
            version == 0xFEFF || version == 0xFEFD, let epoch = reader.readUInt16(bytes), reader.skip(6) != nil,
            let length = reader.readUInt16(bytes), length > 0, let fragment = reader.skip(Int(length))
        else { return nil }
        return Record(type: type, epoch: epoch, range: start..<fragment.upperBound)
    }
}

/// The plain handshake messages of a record (RFC 6347 §4.2.2), as far as an outsider has to look: none announces more than
/// we would keep for it.
///
/// ```
/// |   Msg Type    |                    Length                     |
/// |          Message Seq          |        Fragment Offset ...    |
/// | Frag. Offset  |                Fragment Length                |
/// ```
enum HandshakeMessages {
    static let clientHello: UInt8 = 1

    /// Whether every message is within the limits and lies within its fragment.
    static func areBounded(_ fragment: Range<Int>, in bytes: Span<UInt8>) -> Bool {
        var reader = ByteReader(fragment)
        while reader.remaining > 0 {
            guard reader.readUInt8(bytes) != nil, let length = readUInt24(&reader, bytes),
                let sequence = reader.readUInt16(bytes), let offset = readUInt24(&reader, bytes),
                let count = readUInt24(&reader, bytes), reader.skip(count) != nil,
                length <= Limits.messageBytes, Int(sequence) <= Limits.messageSequence, offset &+ count <= length,
                count > 0 || length == 0
            else { return false }
        }
        return true
    }

    private static func readUInt24(_ reader: inout ByteReader, _ bytes: Span<UInt8>) -> Int? {
        guard let high = reader.readUInt8(bytes), let low = reader.readUInt16(bytes) else { return nil }
        return Int(high) << 16 | Int(low)
    }
}

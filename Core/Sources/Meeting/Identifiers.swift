/// The name of a room as it stands in a URL: 1 to 64 characters of `a-z 0-9 -`.
///
/// A value that exists is valid; anything else is refused with `bad-room` before it can name a file, a row or a log line.
public struct RoomName: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The characters of the name, ASCII only.
    public let description: String

    /// Nil unless `text` is 1 to 64 characters of `a-z 0-9 -`.
    public init?(_ text: some StringProtocol) {
        guard (1...Limits.roomNameLength).contains(text.utf8.count) else { return nil }
        for byte in text.utf8 {
            let isLetter = byte >= UInt8(ascii: "a") && byte <= UInt8(ascii: "z")
            let isDigit = byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
            guard isLetter || isDigit || byte == UInt8(ascii: "-") else { return nil }
        }
        description = String(text)
    }

    public static func < (left: RoomName, right: RoomName) -> Bool { left.description < right.description }
}

/// A participant of one room, for as long as he holds his seat, across reconnects and restarts of the server.
///
/// Given by the server; a client's idea of its own id is never read. 75 random bits in base 32: 15 characters, the most that a
/// Swift string holds without an allocation.
public struct ParticipantID: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// What stands on the wire.
    public let description: String

    /// Wraps an id that came over the wire or out of storage; one that names nobody is harmless.
    public init(_ description: String) { self.description = description }

    /// A fresh id.
    public init(random: inout some RandomNumberGenerator) { description = randomText(characters: 15, &random) }

    public static func < (left: ParticipantID, right: ParticipantID) -> Bool { left.description < right.description }
}

/// One WebSocket for as long as it is open; numbered by the shell, never reused within a process.
public struct ConnectionID: Hashable, Comparable, Sendable {
    /// The number the shell gave it.
    public let number: UInt64

    public init(_ number: UInt64) { self.number = number }

    public static func < (left: ConnectionID, right: ConnectionID) -> Bool { left.number < right.number }
}

/// `characters` characters of 5 random bits each, lower case, without the look-alikes `i l o u`.
func randomText(characters: Int, _ random: inout some RandomNumberGenerator) -> String {
    let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(characters)
    for _ in 0..<characters { bytes.append(alphabet[Int(random.next() & 31)]) }
    return String(decoding: bytes, as: UTF8.self)
}

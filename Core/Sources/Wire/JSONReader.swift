/// Why a text is not JSON that we take.
public enum JSONError: Error, Equatable, Sendable {
    /// Not JSON, or not UTF-8, at this byte.
    case malformed(at: Int)
    /// A key stands twice in one object: two parsers could read two things (T-SIG-3).
    case duplicateKey(String)
    /// Nested deeper than `JSONLimits.depth`.
    case tooDeep
    /// More than `JSONLimits.values` values, or `JSONLimits.members` members in one object.
    case tooMany
}

/// What one text may cost. The length of the text is the caller's to limit.
public enum JSONLimits {
    /// Levels of nesting; the protocol needs 4.
    public static let depth = 16
    /// Values in all; bounds memory to a few hundred KiB for a text of 64 KiB.
    public static let values = 8_192
    /// Members of one object; they are compared pairwise.
    public static let members = 128
}

extension JSONValue {
    /// Reads one JSON text with nothing but white space around it. Strict RFC 8259; lone surrogates are refused.
    ///
    /// Called by the message decoders with bytes from outside: throws, never traps.
    public init(parsing bytes: [UInt8]) throws(JSONError) {
        var reader = JSONReader(bytes: bytes)
        self = try reader.text()
    }
}

/// A cursor over the bytes of one text.
private struct JSONReader {
    let bytes: [UInt8]
    var offset = 0
    var values = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    mutating func text() throws(JSONError) -> JSONValue {
        let value = try self.value(depth: 0)
        skipWhiteSpace()
        guard offset == bytes.count else { throw malformed }
        return value
    }

    private var malformed: JSONError { .malformed(at: offset) }

    private var next: UInt8? { offset < bytes.count ? bytes[offset] : nil }

    private mutating func skipWhiteSpace() {
        while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { offset += 1 }
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard next == byte else { return false }
        offset += 1
        return true
    }

    private mutating func expect(_ byte: UInt8) throws(JSONError) {
        guard take(byte) else { throw malformed }
    }

    private mutating func value(depth: Int) throws(JSONError) -> JSONValue {
        values += 1
        guard values <= JSONLimits.values else { throw .tooMany }
        skipWhiteSpace()
        switch next {
        case UInt8(ascii: "{"): return .object(try object(depth: depth))
        case UInt8(ascii: "["): return .array(try array(depth: depth))
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try literal("true", .bool(true))
        case UInt8(ascii: "f"): return try literal("false", .bool(false))
        case UInt8(ascii: "n"): return try literal("null", .null)
        default: return try number()
        }
    }

    private mutating func literal(_ text: StaticString, _ value: JSONValue) throws(JSONError) -> JSONValue {
        for byte in text.description.utf8 { try expect(byte) }
        return value
    }

    private mutating func object(depth: Int) throws(JSONError) -> JSONObject {
        guard depth < JSONLimits.depth else { throw .tooDeep }
        try expect(UInt8(ascii: "{"))
        var object = JSONObject()
        skipWhiteSpace()
        if take(UInt8(ascii: "}")) { return object }
        repeat {
            skipWhiteSpace()
            let key = try string()
            guard object[key] == nil else { throw .duplicateKey(key) }
            guard object.members.count < JSONLimits.members else { throw .tooMany }
            skipWhiteSpace()
            try expect(UInt8(ascii: ":"))
            object.members.append(.init(key: key, value: try value(depth: depth + 1)))
            skipWhiteSpace()
        } while take(UInt8(ascii: ","))
        try expect(UInt8(ascii: "}"))
        return object
    }

    private mutating func array(depth: Int) throws(JSONError) -> [JSONValue] {
        guard depth < JSONLimits.depth else { throw .tooDeep }
        try expect(UInt8(ascii: "["))
        var elements: [JSONValue] = []
        skipWhiteSpace()
        if take(UInt8(ascii: "]")) { return elements }
        repeat {
            elements.append(try value(depth: depth + 1))
            skipWhiteSpace()
        } while take(UInt8(ascii: ","))
        try expect(UInt8(ascii: "]"))
        return elements
    }
}

// MARK: - Numbers

extension JSONReader {
    private mutating func digits() -> Int {
        let start = offset
        while let byte = next, byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") { offset += 1 }
        return offset - start
    }

    private mutating func number() throws(JSONError) -> JSONValue {
        let start = offset
        _ = take(UInt8(ascii: "-"))
        let leadingZero = next == UInt8(ascii: "0")
        let whole = digits()
        guard whole > 0, !leadingZero || whole == 1 else { throw malformed }
        var isInteger = true
        if take(UInt8(ascii: ".")) {
            isInteger = false
            guard digits() > 0 else { throw malformed }
        }
        if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
            isInteger = false
            if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
            guard digits() > 0 else { throw malformed }
        }
        let text = String(decoding: bytes[start..<offset], as: UTF8.self)
        if isInteger, let integer = Int64(text) { return .integer(integer) }
        guard let number = Double(text), number.isFinite else { throw .malformed(at: start) }
        return .number(number)
    }
}

// MARK: - Strings

extension JSONReader {
    private mutating func string() throws(JSONError) -> String {
        try expect(UInt8(ascii: "\""))
        let start = offset
        while let byte = next, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\"), byte >= 0x20 { offset += 1 }
        if next == UInt8(ascii: "\"") {
            let text = try validated(bytes[start..<offset], at: start)
            offset += 1
            return text
        }
        return try stringWithEscapes(from: start)
    }

    private mutating func stringWithEscapes(from start: Int) throws(JSONError) -> String {
        var text = Array(bytes[start..<offset])
        while let byte = next {
            switch byte {
            case UInt8(ascii: "\""):
                offset += 1
                return try validated(text[...], at: start)
            case UInt8(ascii: "\\"):
                offset += 1
                try appendEscape(to: &text)
            case 0..<0x20:
                throw malformed
            default:
                text.append(byte)
                offset += 1
            }
        }
        throw malformed
    }

    private func validated(_ slice: ArraySlice<UInt8>, at start: Int) throws(JSONError) -> String {
        guard let text = String(validating: slice, as: UTF8.self) else { throw .malformed(at: start) }
        return text
    }

    private mutating func appendEscape(to text: inout [UInt8]) throws(JSONError) {
        guard let byte = next else { throw malformed }
        offset += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"): text.append(contentsOf: String(try unicodeEscape()).utf8)
        default: throw malformed
        }
    }

    /// The scalar of `uXXXX`, or of a surrogate pair of two escapes (RFC 8259 §7).
    private mutating func unicodeEscape() throws(JSONError) -> Unicode.Scalar {
        let first = try hexadecimalQuad()
        if let scalar = Unicode.Scalar(first) { return scalar }
        guard (0xD800...0xDBFF).contains(first), take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) else {
            throw malformed
        }
        let second = try hexadecimalQuad()
        guard (0xDC00...0xDFFF).contains(second),
            let scalar = Unicode.Scalar(0x10000 &+ ((first &- 0xD800) << 10) &+ (second &- 0xDC00))
        else { throw malformed }
        return scalar
    }

    private mutating func hexadecimalQuad() throws(JSONError) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = next else { throw malformed }
            let digit: UInt8
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte &- UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte &- UInt8(ascii: "a") &+ 10
            case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = byte &- UInt8(ascii: "A") &+ 10
            default: throw malformed
            }
            value = value << 4 | UInt32(digit)
            offset += 1
        }
        return value
    }
}

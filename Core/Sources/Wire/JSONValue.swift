/// A JSON text (RFC 8259) as a value. Control plane only: it allocates.
public enum JSONValue: Equatable, Sendable {
    case null
    case bool(Bool)
    /// A number without fraction or exponent that fits.
    case integer(Int64)
    /// Any other number; always finite.
    case number(Double)
    case string(String)
    case array([JSONValue])
    case object(JSONObject)
}

/// A JSON object with its members in the order they came; no key stands twice.
public struct JSONObject: Equatable, Sendable {
    /// One `"key": value`.
    public struct Member: Equatable, Sendable {
        public var key: String
        public var value: JSONValue

        public init(key: String, value: JSONValue) {
            self.key = key
            self.value = value
        }
    }

    public var members: [Member]

    public init(_ members: [Member] = []) { self.members = members }

    /// The value of `key`, nil when absent. `null` is a value. Keys are compared as browsers do: byte by byte, without
    /// Unicode's equivalences.
    public subscript(key: String) -> JSONValue? {
        for member in members where member.key.utf8.elementsEqual(key.utf8) { return member.value }
        return nil
    }
}

extension JSONValue {
    /// The text, when the value is a string.
    public var string: String? { if case .string(let text) = self { text } else { nil } }

    /// The number, when it is whole.
    public var integer: Int64? { if case .integer(let number) = self { number } else { nil } }

    /// The truth value, when it is one.
    public var bool: Bool? { if case .bool(let truth) = self { truth } else { nil } }

    /// Any number as a `Double`.
    public var double: Double? {
        switch self {
        case .integer(let number): Double(number)
        case .number(let number): number
        default: nil
        }
    }

    /// The elements, when the value is an array.
    public var array: [JSONValue]? { if case .array(let elements) = self { elements } else { nil } }

    /// The members, when the value is an object.
    public var object: JSONObject? { if case .object(let object) = self { object } else { nil } }
}

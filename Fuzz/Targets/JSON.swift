import Wire

/// Any bytes are JSON or are refused; what was read is written and read again as the same.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    guard let value = try? JSONValue(parsing: bytes) else { return 0 }
    var text: [UInt8] = []
    write(value, to: &text)
    guard let again = try? JSONValue(parsing: text) else { preconditionFailure("what was written is not JSON") }
    precondition(again == value, "what was written is something else")
    return 0
}

/// By hand, so that it shares no mistakes with `JSONWriter`; strings go through that.
private func write(_ value: JSONValue, to text: inout [UInt8]) {
    switch value {
    case .null: text += Array("null".utf8)
    case .bool(let truth): text += Array("\(truth)".utf8)
    case .integer(let number): text += Array("\(number)".utf8)
    case .number(let number): text += Array("\(number)".utf8)
    case .string(let string): write(string, to: &text)
    case .array(let elements):
        text.append(UInt8(ascii: "["))
        for (index, element) in elements.enumerated() {
            if index > 0 { text.append(UInt8(ascii: ",")) }
            write(element, to: &text)
        }
        text.append(UInt8(ascii: "]"))
    case .object(let object):
        text.append(UInt8(ascii: "{"))
        for (index, member) in object.members.enumerated() {
            if index > 0 { text.append(UInt8(ascii: ",")) }
            write(member.key, to: &text)
            text.append(UInt8(ascii: ":"))
            write(member.value, to: &text)
        }
        text.append(UInt8(ascii: "}"))
    }
}

private func write(_ string: String, to text: inout [UInt8]) {
    var writer = JSONWriter()
    writer.string(string)
    text += writer.bytes
}

import Meeting

/// Any text is filtered without a trap, stays about as long, and filtering again changes nothing.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let text = String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
    let sdp = AddressFilter.relayOnly(sdp: text)
    precondition(AddressFilter.relayOnly(sdp: sdp) == sdp, "filtering again changes something")
    precondition(sdp.utf8.count <= 3 * text.utf8.count, "the text grew")
    for line in sdp.utf8.split(whereSeparator: { $0 == 0x0A || $0 == 0x0D }) {
        guard line.starts(with: "a=candidate:".utf8) else { continue }
        let fields = line.split(separator: 0x20, omittingEmptySubsequences: false)
        precondition(
            fields.count >= 8 && fields[7].elementsEqual("relay".utf8),
            "a candidate that is not relayed passed"
        )
    }
    if let line = AddressFilter.relayOnly(line: text) {
        precondition(AddressFilter.relayOnly(line: line) == line, "filtering a candidate again changes something")
    }
    return 0
}

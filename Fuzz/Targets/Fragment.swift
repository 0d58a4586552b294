import SDP

/// No text makes the parser of fragments trap, and what is taken of one is written and read again as the same.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let text = String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
    guard let fragment = try? SessionFragment(parsing: text) else { return 0 }
    let written = fragment.text
    // What is said once for all m-lines is written with each of them, which can be more than may be read.
    guard written.utf8.count <= Limits.fragmentBytes else { return 0 }
    guard let again = try? SessionFragment(parsing: written) else { preconditionFailure("unreadable: \(written)") }
    precondition(again.ice == fragment.ice && again.bundle == fragment.bundle, "it changed on the way")
    precondition(again.text == written, "it is written differently")
    return 0
}

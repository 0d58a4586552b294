import SDP

/// No text makes the parser trap; what it takes is written and read again as the same; what is answered is answered a second
/// time, with an answer that parses and has the m-lines of the offer (T-SIG-1).
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let text = String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
    guard let offer = try? SessionDescription(parsing: text) else { return 0 }
    let written = offer.text
    // What is said once for all m-lines is written with each of them, which can be more than may be read.
    if written.utf8.count <= Limits.descriptionBytes {
        guard let again = try? SessionDescription(parsing: written) else {
            preconditionFailure("unreadable: \(written)")
        }
        precondition(again == offer, "it changed on the way")
        precondition(again.text == written, "it is written differently")
    }
    var state = SessionState()
    guard let answer = try? state.answer(offer, wishes(for: offer)) else { return 0 }
    precondition(answer.description.media.map(\.mid) == offer.media.map(\.mid), "other m-lines")
    precondition(answer.media.count == offer.media.count, "other m-lines agreed on")
    guard let parsed = try? SessionDescription(parsing: answer.description.text) else {
        preconditionFailure("an unreadable answer: \(answer.description.text)")
    }
    precondition(parsed == answer.description, "the answer changed on the way")
    guard let second = try? state.answer(offer, wishes(for: offer)) else { preconditionFailure("not answered twice") }
    precondition(second.media == answer.media, "answered otherwise")
    return 0
}

private func wishes(for offer: SessionDescription) -> AnswerParameters {
    var slots: [String: SlotSource] = [:]
    for media in offer.media.prefix(2) {
        slots[media.mid] = SlotSource(ssrc: 1, repairSSRC: 2, cname: "c", msid: MSID(stream: "s", track: "t"))
    }
    guard let fingerprint = CertificateFingerprint(.sha256, Array(0..<32)) else {
        preconditionFailure("32 bytes are it")
    }
    return AnswerParameters(
        ice: ICEParameters(userFragment: "abcd", password: "abcdefghijklmnopqrstuvwx"),
        fingerprint: fingerprint,
        candidates: ["candidate:1 1 udp 1 192.0.2.1 9 typ host"],
        sessionID: 1,
        slots: slots
    )
}

/// Takes the members' own addresses out of what they send each other, for rooms that hide them: of ICE candidates only relayed
/// ones pass, without the address they were relayed for, and no other line of an SDP carries one.
///
/// The browsers of such a room gather relayed candidates only; this holds those to it that do not (an older page, another
/// program). Total: takes any text within `Limits.sdpBytes`, never traps, makes it at most three times as long. What holds no address stays as
/// it is, byte for byte.
package enum AddressFilter {
    /// What of a message may reach another member; nil when nothing may. Messages that are no negotiation pass.
    package static func relayOnly(_ message: ServerMessage) -> ServerMessage? {
        switch message {
        case .offer(let from, let negotiation): .offer(from: from, relayOnly(negotiation))
        case .answer(let from, let negotiation): .answer(from: from, relayOnly(negotiation))
        case .candidate(let from, let trickle): relayOnly(trickle).map { .candidate(from: from, $0) }
        default: message
        }
    }

    private static func relayOnly(_ negotiation: ClientMessage.Negotiation) -> ClientMessage.Negotiation {
        var negotiation = negotiation
        negotiation.sdp = relayOnly(sdp: negotiation.sdp)
        return negotiation
    }

    /// The end of candidates passes: `null`, and the empty candidate that means the same (RFC 8838 §14).
    private static func relayOnly(_ trickle: ClientMessage.Trickle) -> ClientMessage.Trickle? {
        var trickle = trickle
        switch trickle.candidate {
        case .end: break
        case .line(let line):
            guard let line = relayOnly(line: line) else { return nil }
            trickle.candidate = .line(line)
        case .full(let line, let sdpMid, let sdpMLineIndex, let usernameFragment):
            guard let line = relayOnly(line: line) else { return nil }
            trickle.candidate = .full(
                candidate: line,
                sdpMid: sdpMid,
                sdpMLineIndex: sdpMLineIndex,
                usernameFragment: usernameFragment
            )
        }
        return trickle
    }

    /// A candidate as `candidate` messages carry it, with or without `a=`; nil when it may not pass.
    package static func relayOnly(line: String) -> String? {
        guard !line.isEmpty else { return line }
        return RelayedCandidate(Array(line.utf8)[...]).map { String(decoding: $0.blanked, as: UTF8.self) }
    }

    /// An SDP without addresses but relayed ones.
    package static func relayOnly(sdp: String) -> String {
        let bytes = Array(sdp.utf8)
        var relayed: [ArraySlice<UInt8>] = []
        for line in SDPLines(bytes) where line.text.isCandidate && relayed.count < Limits.relayAddresses {
            if let candidate = RelayedCandidate(line.text) { relayed.append(candidate.address) }
        }
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        for line in SDPLines(bytes) {
            guard let text = relayOnly(sdpLine: line.text, relayed) else { continue }
            result += text
            result += line.ending
        }
        return String(decoding: result, as: UTF8.self)
    }

    /// One line of an SDP; nil when it is left out.
    private static func relayOnly(
        sdpLine line: ArraySlice<UInt8>,
        _ relayed: [ArraySlice<UInt8>]
    ) -> ArraySlice<UInt8>? {
        if line.isCandidate { return RelayedCandidate(line)?.blanked }
        let fields = line.fields
        if line.begins(with: "c=") { return withoutAddress(line, fields, of: 3, network: "c=IN", relayed) }
        if line.begins(with: "o=") { return withoutAddress(line, fields, of: 6, network: "IN", relayed) }
        // Without an address it is a port alone.
        guard line.begins(with: "a=rtcp:"), fields.count > 1 else { return line }
        return withoutAddress(line, fields, of: 4, network: "IN", relayed)
    }

    /// A line of `count` fields that ends with `IN IP4 address`: as it is when the address tells nothing, else without it.
    /// Nil for a line of another form, which might hide one.
    private static func withoutAddress(
        _ line: ArraySlice<UInt8>,
        _ fields: [ArraySlice<UInt8>],
        of count: Int,
        network: String,
        _ relayed: [ArraySlice<UInt8>]
    ) -> ArraySlice<UInt8>? {
        guard fields.count == count, fields[count - 3].isText(network),
            fields[count - 2].isText("IP4") || fields[count - 2].isText("IP6")
        else { return nil }
        let address = fields[count - 1]
        let tellsNothing = ["0.0.0.0", "127.0.0.1", "::", "::1"].contains { address.isText($0) }
        return tellsNothing || relayed.contains(address)
            ? line : joined(fields.dropLast(2) + ["IP4", "0.0.0.0"].map { ArraySlice($0.utf8) })
    }
}

/// A relayed ICE candidate (RFC 8839 §5.1), with or without `a=`:
/// `candidate:foundation component transport priority address port typ relay raddr … rport …`.
private struct RelayedCandidate {
    private let fields: [ArraySlice<UInt8>]

    /// Nil for a candidate of another type, and for anything that is none.
    init?(_ line: ArraySlice<UInt8>) {
        guard !line.contains(where: { $0 < 0x20 }) else { return nil }
        fields = line.fields
        guard fields.count >= 8, fields[0].begins(with: "candidate:") || fields[0].begins(with: "a=candidate:"),
            fields[6].isText("typ"), fields[7].isText("relay")
        else { return nil }
    }

    /// The relayed address itself.
    var address: ArraySlice<UInt8> { fields[4] }

    /// Without the address behind the relay.
    var blanked: ArraySlice<UInt8> {
        var blanked = fields
        for (index, name) in fields.enumerated().dropFirst(8).dropLast() {
            if name.isAlike("raddr") { blanked[index + 1] = ArraySlice("0.0.0.0".utf8) }
            if name.isAlike("rport") { blanked[index + 1] = ArraySlice("9".utf8) }
        }
        return joined(blanked)
    }
}

/// The lines of an SDP with their ends, cut as the least strict reader cuts them: at every CR and LF.
private struct SDPLines: Sequence, IteratorProtocol {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) { rest = bytes[...] }

    mutating func next() -> (text: ArraySlice<UInt8>, ending: ArraySlice<UInt8>)? {
        guard !rest.isEmpty else { return nil }
        let text = rest.prefix { $0 != 0x0A && $0 != 0x0D }
        let ending = rest[text.endIndex...].prefix { $0 == 0x0A || $0 == 0x0D }
        rest = rest[ending.endIndex...]
        return (text, ending)
    }
}

extension ArraySlice<UInt8> {
    /// What stands between single spaces; empty fields count.
    fileprivate var fields: [ArraySlice<UInt8>] { split(separator: 0x20, omittingEmptySubsequences: false) }

    /// Whether the line is an SDP's candidate, or means to be one.
    fileprivate var isCandidate: Bool { begins(with: "a=candidate:") }

    /// Whether the line begins so, in any case of letters: readers differ.
    fileprivate func begins(with text: String) -> Bool { prefix(text.utf8.count).isAlike(text) }

    fileprivate func isText(_ text: String) -> Bool { elementsEqual(text.utf8) }

    /// The same text, whatever the case of its ASCII letters.
    fileprivate func isAlike(_ text: String) -> Bool {
        count == text.utf8.count
            && zip(self, text.utf8).allSatisfy { $0 == $1 || ($0 | 0x20 == $1 | 0x20 && $1 | 0x20 >= 0x61) }
    }
}

/// Fields with single spaces between them: the reverse of `fields`.
private func joined(_ fields: [ArraySlice<UInt8>]) -> ArraySlice<UInt8> {
    ArraySlice(fields.joined(separator: [0x20]))
}

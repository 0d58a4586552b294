import Meeting
import Wire

/// Any bytes are a message or are refused; a message that is relayed is written as JSON that reads back as the same message.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    guard let (_, message) = try? ClientMessage.parse(bytes) else { return 0 }
    let me = ParticipantID("k7q2m4x9t0v3w8zc")
    switch message {
    case .hello(let hello):
        guard let name = DisplayName(hello.name) else { break }
        precondition(DisplayName(name.description) == name, "a name changes when it is read again")
    case .offer(let negotiation): check(.offer(from: me, negotiation), to: negotiation.peer, message)
    case .answer(let negotiation): check(.answer(from: me, negotiation), to: negotiation.peer, message)
    case .candidate(let trickle): check(.candidate(from: me, trickle), to: trickle.peer, message)
    // Which answer it goes with is between its sender and the server.
    case .want(let tracks, _): check(.want(from: me, tracks), to: nil, .want(tracks, neg: nil))
    case .chat(let text, let to, let clientId):
        let record = ChatRecord(id: "x", from: me, name: "Ana", to: to, text: text, clientId: clientId, at: 0)
        let written = read(.chat(record, stored: true))
        precondition(written["text"]?.string == text && written["clientId"]?.string == clientId)
    default: break
    }
    return 0
}

/// Sends the relayed message back to where it came from: it must be the message that came.
private func check(_ relayed: ServerMessage, to peer: ParticipantID?, _ message: ClientMessage) {
    var object = read(relayed)
    object.members.removeAll { $0.key == "from" }
    if let peer { object.members.append(.init(key: "to", value: .string(peer.description))) }
    var writer = JSONWriter()
    writer.write(.object(object))
    guard let (_, again) = try? ClientMessage.parse(writer.bytes) else {
        preconditionFailure("a relayed message is none")
    }
    precondition(again == message, "a relayed message is another")
}

private func read(_ message: ServerMessage) -> JSONObject {
    guard let object = (try? JSONValue(parsing: message.text()))?.object else {
        preconditionFailure("no JSON was written")
    }
    return object
}

extension JSONWriter {
    /// Enough for what messages hold.
    fileprivate mutating func write(_ value: JSONValue) {
        switch value {
        case .null, .bool, .number: preconditionFailure("not in these messages but as a member")
        case .integer(let number): integer(number)
        case .string(let text): string(text)
        case .array(let elements): list(elements)
        case .object(let object): self.object { json in for member in object.members { json.write(member) } }
        }
    }

    fileprivate mutating func list(_ elements: [JSONValue]) {
        precondition(elements.isEmpty, "lists stand in members only")
    }

    fileprivate mutating func write(_ member: JSONObject.Member) {
        switch (member.key, member.value) {
        case (_, .string(let text)): field(named: member.key, text)
        case ("candidate", .null): null("candidate")
        case ("neg", .integer(let number)): field("neg", number)
        case ("width", .integer(let number)): field("width", number)
        case ("height", .integer(let number)): field("height", number)
        case ("priority", .integer(let number)): field("priority", number)
        case ("sdpMLineIndex", .integer(let number)): field("sdpMLineIndex", number)
        case ("candidate", .object(let object)):
            self.object("candidate") { json in for member in object.members { json.write(member) } }
        case ("tracks", .object(let object)):
            self.object("tracks") { json in for member in object.members { json.write(member) } }
        case ("video", .array(let elements)): array("video", elements) { json, element in json.write(element) }
        default: preconditionFailure("\(member.key) is new")
        }
    }
}

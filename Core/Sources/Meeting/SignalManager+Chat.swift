// Chat: written first, then told. A message is acknowledged only when it is on disk.
extension SignalManager {
    /// What `participant` may read, oldest first: the latest, at most `Limits.chatHistory` and `Limits.chatHistoryBytes`.
    func history(for participant: ParticipantID) -> [ChatRecord] {
        var history: [ChatRecord] = []
        var bytes = 0
        for record in chat.reversed()
        where record.to == nil || record.to == participant || record.from == participant {
            bytes += record.wireBytes
            guard history.count < Limits.chatHistory, bytes <= Limits.chatHistoryBytes else { break }
            history.append(record)
        }
        return history.reversed()
    }

    mutating func chat(
        _ draft: ChatRecord,
        _ index: Int,
        id: Int64?,
        tickets: inout TicketSource,
        at moment: Moment,
        random: inout some RandomNumberGenerator
    ) -> [Effect] {
        if let known = resend(of: draft, index, id: id) { return known }
        if let receiver = draft.to, self.index(of: receiver) == nil {
            return refuse(index, .noSuchParticipant, "That person is not in this meeting.", re: id)
        }
        guard seats[index].chatBucket.take(now: moment.now), pendingChat.count < Limits.pendingChat else {
            return refuse(index, .rateLimited, "Too many messages at once. Wait a moment.", retry: .later, re: id)
        }
        var record = draft
        record.id = randomText(characters: 16, &random)
        let ticket = tickets.next()
        pendingChat[ticket] = PendingChat(record: record, re: id)
        // With the room's row: had the disk refused that before, the message would belong to no room.
        return [.store([.room(settings), .chat(name, record)], ticket: ticket)]
    }

    /// A message that came before (sent again after a reconnect) is acknowledged, not doubled. Nil when it is new.
    private mutating func resend(of draft: ChatRecord, _ index: Int, id: Int64?) -> [Effect]? {
        let isSame = { (other: ChatRecord) in other.from == draft.from && other.clientId == draft.clientId }
        if let ticket = pendingChat.first(where: { isSame($0.value.record) })?.key {
            pendingChat[ticket]?.re = id
            return []
        }
        let stored = chat.last(where: isSame)
        guard let known = stored ?? notStored.last(where: isSame) else { return nil }
        guard let connection = seats[index].connection else { return [] }
        return [.send(.chat(known, stored: stored != nil), seq: nil, re: id, to: [connection])]
    }

    /// What is on disk is the room's chat, for newcomers too; what is not is only remembered as such.
    private mutating func keep(_ record: ChatRecord, isOnDisk: Bool) {
        guard isOnDisk else {
            notStored.append(record)
            if notStored.count > Limits.notStored { notStored.removeFirst() }
            return
        }
        chat.append(record)
        if chat.count > Limits.chatHistory * 2 { chat.removeFirst(chat.count - Limits.chatHistory) }
    }

    /// The connection on which a member asked is gone: nothing on his next one answers its requests, whose numbers may
    /// have begun anew.
    mutating func forgetRequests(of participant: ParticipantID) {
        for (ticket, pending) in pendingChat where pending.record.from == participant { pendingChat[ticket]?.re = nil }
    }

    /// The disk has answered for a message. When it refused, the meeting goes on: everybody present gets the message,
    /// and the sender is told that it was not stored.
    mutating func stored(_ ticket: Ticket, isOnDisk: Bool) -> [Effect] {
        guard let pending = pendingChat.removeValue(forKey: ticket) else { return [] }
        let record = pending.record
        keep(record, isOnDisk: isOnDisk)
        var audience = ReplayLog.Audience.everybody
        if let receiver = record.to {
            audience = .only(receiver == record.from ? [receiver] : [record.from, receiver])
        }
        var effects = emit(.chat(record, stored: isOnDisk), to: audience, answering: pending.re, of: record.from)
        if !isOnDisk, let connection = seat(record.from)?.connection {
            let sentence =
                "The server could not save your last message. Everybody here has it; people who join later will not."
            effects.append(.send(.notice(code: "not-stored", message: sentence), seq: nil, re: nil, to: [connection]))
        }
        return effects
    }
}

extension ChatRecord {
    /// What the message takes in a frame, at most: escapes included.
    var wireBytes: Int {
        let text = (self.text + name + clientId).utf8.reduce(0) { sum, byte in
            sum + (byte < 0x20 ? 6 : byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") ? 2 : 1)
        }
        return text + 256
    }
}

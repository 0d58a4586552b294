import Meeting
import SDP

/// All sessions of WHIP and WHEP. A value of `MeetingService`'s; there are never more than seats.
struct HeadlessSessions {
    private var sessions: [ConnectionID: HeadlessSession] = [:]
    private var connections: [HeadlessSession.Name: ConnectionID] = [:]
    /// Apart from the numbers of WebSockets, which count from zero.
    private var last: UInt64 = 1 << 63

    var isEmpty: Bool { sessions.isEmpty }

    mutating func nextConnection() -> ConnectionID {
        last &+= 1
        return ConnectionID(last)
    }

    subscript(connection: ConnectionID) -> HeadlessSession? {
        get { sessions[connection] }
        set {
            if let old = sessions[connection] { connections[old.name] = nil }
            sessions[connection] = newValue
            if let newValue { connections[newValue.name] = connection }
        }
    }

    /// The session of an address; one that nobody was told yet is none.
    func connection(_ name: HeadlessSession.Name) -> ConnectionID? {
        connections[name].flatMap { sessions[$0]?.iceSession == nil ? nil : $0 }
    }

    /// Those of the receivers that are sessions hear a message; returns the others, and which sessions are over by it.
    mutating func hear(
        _ message: ServerMessage,
        _ receivers: [ConnectionID]
    ) -> (others: [ConnectionID], over: [ConnectionID]) {
        guard !sessions.isEmpty else { return (receivers, []) }
        var over: [ConnectionID] = []
        let others = receivers.filter { receiver in
            guard let isAlive = sessions[receiver]?.hear(message) else { return true }
            if !isAlive { over.append(receiver) }
            return false
        }
        return (others, over)
    }
}

public import PeerConnection

/// What the control plane orders. An order about what is not there (any more) does nothing.
public enum SFUCommand: Sendable {
    /// A link was agreed on: checks and media with these credentials come from now on.
    case connect(TransportKey, room: RoomKey, SessionParameters)
    /// A later offer of the same link was answered: further m-lines, an ICE restart, another certificate.
    case renegotiate(TransportKey, SessionParameters)
    /// Shows a publication in a slot, or nothing.
    case assign(slot: TrackKey, source: TrackKey?)
    /// Holds a publication back from everybody, or lets it through again.
    case pause(TrackKey, Bool)
    /// The link is over.
    case close(TransportKey)
}

/// What the control plane hears.
public enum SFUEvent: Hashable, Sendable {
    /// Media can go both ways. Comes again after `lost`.
    case connected(TransportKey)
    /// Nothing came from the client for ten seconds, or its connection ended. The link stays open for it.
    case lost(TransportKey)
    /// The link will not come about or is over by the client's wish: it has to offer anew.
    case failed(TransportKey)
    /// Media comes from a publication.
    case started(TrackKey)
    /// No media comes from a publication any more.
    case stalled(TrackKey)
    /// Who talks in a room, the loudest first.
    case speaking(RoomKey, [TransportKey])
    /// A client may be heard on this path from now on: its packets belong to this worker.
    case opened(ClientPath)
    /// It may not any more.
    case closed(ClientPath)
}

/// One form of a track that can be sent or received by itself (RFC 8851).
public struct RID: Equatable, Sendable {
    public var id: String
    /// `send` or `recv`, as who wrote it sees it.
    public var isSent: Bool
    /// What stands behind, as it was written: `max-width=1280;pt=96`.
    public var restrictions: String

    public init(id: String, isSent: Bool, restrictions: String = "") {
        self.id = id
        self.isSent = isSent
        self.restrictions = restrictions
    }
}

/// The layers of `a=simulcast` (RFC 8853 §5), in the order of preference. Empty lists when there is none.
public struct Simulcast: Equatable, Sendable {
    /// A layer: some forms of which one is used at a time. Nearly always one.
    public struct Layer: Equatable, Sendable {
        public var alternatives: [Alternative]

        public init(_ alternatives: [Alternative]) { self.alternatives = alternatives }
    }

    /// `~` in front says that it is paused: it exists, but nothing is sent for now.
    public struct Alternative: Equatable, Sendable {
        public var rid: String
        public var isPaused: Bool

        public init(rid: String, isPaused: Bool = false) {
            self.rid = rid
            self.isPaused = isPaused
        }
    }

    public var sent: [Layer]
    public var received: [Layer]

    public init(sent: [Layer] = [], received: [Layer] = []) {
        self.sent = sent
        self.received = received
    }
}

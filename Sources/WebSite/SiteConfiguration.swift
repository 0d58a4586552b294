/// What the composition root tells the page about the rest of the server.
public struct SiteConfiguration: Sendable {
    /// Where the page's files come from.
    public enum Files: Equatable, Sendable {
        /// The files of the folder Web as they were when the binary was built.
        case embedded
        /// A folder; read at start, and with `reload` again whenever a page is asked for. For development.
        case folder(String, reload: Bool)
    }

    public var files: Files
    /// Shown by `/healthz`.
    public var version: String
    /// Whether browsers come by TLS straight to this process; then HSTS is sent.
    public var isSecure: Bool
    /// Origins that may show the page in a frame (`--allow-frame-ancestor`); none by default.
    public var frameAncestors: [String]
    /// Whether a text is a room name; the rule belongs to Meeting, which this module does not know.
    public var isRoomName: @Sendable (String) -> Bool
    /// Whether the server takes no new meetings because it is about to stop.
    public var isDraining: @Sendable () -> Bool
    /// Who is in a room of that (valid) name; nil when there is no such room.
    public var glance: @Sendable (String) async -> RoomGlance?

    public init(
        files: Files,
        version: String,
        isSecure: Bool = false,
        frameAncestors: [String] = [],
        isRoomName: @escaping @Sendable (String) -> Bool,
        isDraining: @escaping @Sendable () -> Bool = { false },
        glance: @escaping @Sendable (String) async -> RoomGlance? = { _ in nil }
    ) {
        self.files = files
        self.version = version
        self.isSecure = isSecure
        self.frameAncestors = frameAncestors
        self.isRoomName = isRoomName
        self.isDraining = isDraining
        self.glance = glance
    }
}

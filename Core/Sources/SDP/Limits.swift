/// What a client's description may make us read and keep (T-SIG-1). What is over them is refused with a sentence.
public enum Limits {
    /// Bytes of a description. A browser writes some 4 KB for each video m-line, and 1 KB when the page keeps to few codecs.
    public static let descriptionBytes = 131_072
    /// Bytes of a fragment: credentials and candidates.
    public static let fragmentBytes = 32_768
    /// Bytes of a line. The longest that browsers write, msid and dependency descriptor, have some 150.
    public static let lineBytes = 4_096
    /// m-lines of a description: the tiles of a page and what a client sends itself.
    public static let mediaCount = 64
    /// Header extensions of an m-line. Chromium offers 13.
    public static let extensions = 32
    /// Feedback messages of one payload type. Browsers offer five.
    public static let feedback = 16
    /// Simulcast layers, and alternatives to them.
    public static let rids = 16
    /// SSRCs of an m-line, repair included.
    public static let sources = 64
    /// Groups of SSRCs of an m-line, and of m-lines of the session.
    public static let groups = 32
    /// SSRCs of one group.
    public static let groupMembers = 16
    /// msid lines of an m-line: one for each stream its track is in.
    public static let msids = 8
    /// Fingerprints: one for each hash of one certificate.
    public static let fingerprints = 8
    /// Candidates of an m-line that are kept (T-SIG-4); those behind are passed over. Nothing is ever sent to one.
    public static let candidates = 32
    /// Bytes of the parameters of one payload type.
    public static let parameterBytes = 2_048
    /// Bytes of a mid or rid: what the one-byte form of a header extension carries (RFC 8285 §4.2).
    public static let identifierBytes = 16
    /// Bytes of an ICE user fragment and password (RFC 8839 §5.4).
    public static let iceCredentialBytes = 256
}

/// What the page's own tables may hold.
enum Limits {
    /// Files of one tree. Ours has about a hundred; the limit stops `--web /` from reading a disk into memory.
    static let files = 2_000
    /// Bytes of one file, for the same reason.
    static let fileBytes = 8 << 20
    /// Folders below each other.
    static let folderDepth = 8
    /// Characters of a Host header that is repeated in the Content-Security-Policy: a DNS name of 253 and a port.
    static let hostLength = 260
    /// Entity tags read of one If-None-Match; a browser sends one.
    static let entityTags = 16
}

import Crypto
import NIOCore

/// Every file of the page under every path it is served at. Made once, never changed; the file system is not asked again.
///
/// Each file is there twice: under its own path, to be revalidated at each use, and under `/assets/HASH/`, to be kept by
/// browsers for ever. HASH is one hash over all files, so a relative import never mixes two releases.
struct SiteTree: Sendable {
    /// How long a browser may keep what it got.
    enum Caching: String, Sendable {
        /// The path changes with the content.
        case forever = "public, max-age=31536000, immutable"
        /// Kept, but asked for again with the entity tag.
        case revalidated = "no-cache"
        /// Pages and answers of the API.
        case never = "no-store"
    }

    /// The one page of all the screens; nil when the folder has none.
    let index: SiteFile?
    /// `/assets/HASH/`
    let assetsPrefix: String
    private let files: [String: SiteFile]
    private let assets: [String: SiteFile]

    /// Takes the files by their paths below Web, without a leading slash.
    init(_ sources: [String: [UInt8]]) {
        // Before the hash: what browsers keep for ever is what is served, not what it was made from.
        let sources = Dictionary(uniqueKeysWithValues: sources.map { ($0, SourceTrim.trimmed($1, path: $0)) })
        let prefix = "/assets/" + Self.hash(sources) + "/"
        var files: [String: SiteFile] = ["/plain.css": SiteFile(path: "plain.css", bytes: Array(PlainPage.style.utf8))]
        var assets: [String: SiteFile] = [:]
        for (path, bytes) in sources where path != "index.html" {
            let file = SiteFile(path: path, bytes: bytes)
            files["/" + path] = file
            assets[prefix + path] = file
        }
        index = sources["index.html"].map { bytes in
            let page = IndexPage(String(decoding: bytes, as: UTF8.self))
            return SiteFile(path: "index.html", bytes: Array(page.rendered(for: sources, prefix: prefix).utf8))
        }
        assetsPrefix = prefix
        self.files = files
        self.assets = assets
    }

    /// The file at a path of a request, or nil. A dictionary's key is all that a path can ever be.
    func file(at path: String) -> (file: SiteFile, caching: Caching)? {
        if path == "/index.html" { return index.map { ($0, .never) } }
        if let file = assets[path] { return (file, .forever) }
        return files[path].map { ($0, .revalidated) }
    }

    /// What a visitor is sent at the first visit, in bytes: the page, its scripts and styles, one language of all.
    var weight: Int {
        let languages = files.filter {
            $0.key.hasPrefix("/locales/") && $0.key.utf8.count == "/locales/en.js".utf8.count
        }
        let others = files.filter { languages[$0.key] == nil }
        let sizes = others.map { Self.size($0.value) } + [languages.values.map(Self.size).max() ?? 0]
        return sizes.reduce(0, +) + (index.map(Self.size) ?? 0)
    }

    private static func size(_ file: SiteFile) -> Int { (file.gzipBody ?? file.body).readableBytes }

    private static func hash(_ sources: [String: [UInt8]]) -> String {
        var hash = SHA256()
        for (path, bytes) in sources.sorted(by: { $0.key < $1.key }) {
            // Lengths keep the borders between names and contents from moving.
            hash.update(data: Array("\(path.utf8.count) \(bytes.count) \(path)".utf8))
            hash.update(data: bytes)
        }
        return Hexadecimal.text(hash.finalize().prefix(8))
    }
}

/// What a file is, by the end of its name, and whether compressing it is worth the while.
struct ContentType: Equatable, Sendable {
    let value: String
    let isCompressible: Bool

    init(path: String) {
        let name = path.split(separator: "/").last ?? ""
        let parts = name.split(separator: ".")
        self = parts.count > 1 ? Self.table[String(parts.last ?? "")] ?? .unknown : .unknown
    }

    private init(_ value: String, isCompressible: Bool) {
        self.value = value
        self.isCompressible = isCompressible
    }

    private static let unknown = ContentType("application/octet-stream", isCompressible: false)

    private static let table: [String: ContentType] = [
        "html": .init("text/html; charset=utf-8", isCompressible: true),
        "js": .init("text/javascript; charset=utf-8", isCompressible: true),
        "css": .init("text/css; charset=utf-8", isCompressible: true),
        "json": .init("application/json", isCompressible: true),
        "svg": .init("image/svg+xml", isCompressible: true),
        "webmanifest": .init("application/manifest+json", isCompressible: true),
        "txt": .init("text/plain; charset=utf-8", isCompressible: true),
        "wasm": .init("application/wasm", isCompressible: true),
        "png": .init("image/png", isCompressible: false),
        "ico": .init("image/x-icon", isCompressible: false),
        "webp": .init("image/webp", isCompressible: false),
        "woff2": .init("font/woff2", isCompressible: false),
        "ogg": .init("audio/ogg", isCompressible: false),
        "mp3": .init("audio/mpeg", isCompressible: false),
    ]
}

import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import NIOEmbedded

@testable import WebSite

/// Asks a site in memory, through the same router and middleware as in the server.
struct Browser {
    static let page = """
        <!doctype html><html><head><link rel="stylesheet" href="/styles/index.css">
        <script type="module" src="/index.js"></script></head><body><a href="/r/x">x</a></body></html>
        """
    static let sources: [String: String] = [
        "index.html": page,
        "index.js": "import { make } from './state/store.js';\nimport('./late.js');\n"
            + String(repeating: "//\n", count: 99),
        "late.js": "export {};",
        "state/store.js": "/* import '../never.js' */\nexport * from \"../state/reducer.js\";",
        "state/reducer.js": "export const a = 1; // from './late.js'",
        "styles/index.css": "body { margin: 0 }",
        "icon.png": "no picture",
    ]

    let responder: RouterResponder<BasicRequestContext>

    init(
        _ configuration: SiteConfiguration = Browser.configuration(),
        sources: [String: String] = Browser.sources,
        adding: (Router<BasicRequestContext>) -> Void = { _ in }
    ) {
        self.init(Site(configuration, sources: sources.mapValues { Array($0.utf8) }), adding: adding)
    }

    init(_ site: Site, adding: (Router<BasicRequestContext>) -> Void = { _ in }) {
        let router = Router()
        site.addRoutes(to: router)
        adding(router)
        responder = router.buildResponder()
    }

    static func configuration() -> SiteConfiguration {
        SiteConfiguration(
            files: .embedded,
            version: "1.2.3",
            isRoomName: { name in
                (1...64).contains(name.utf8.count)
                    && name.utf8.allSatisfy { "abcdefghijklmnopqrstuvwxyz0123456789-".utf8.contains($0) }
            }
        )
    }

    func ask(
        _ path: String,
        method: HTTPRequest.Method = .get,
        host: String = "meet.example:8080",
        headers: HTTPFields = [:]
    ) async throws -> Answer {
        let head = HTTPRequest(method: method, scheme: "http", authority: host, path: path, headerFields: headers)
        let source = ApplicationRequestContextSource(channel: EmbeddedChannel(), logger: Logger(label: "test"))
        let request = Request(head: head, body: .init(buffer: ByteBuffer()))
        let response = try await responder.respond(to: request, context: BasicRequestContext(source: source))
        let collected = Collector()
        try await response.body.write(collected)
        return Answer(status: response.status.code, headers: response.headers, body: await collected.bytes)
    }
}

struct Answer {
    var status: Int
    var headers: HTTPFields
    var body: [UInt8]
    var text: String { String(decoding: body, as: UTF8.self) }

    subscript(_ name: String) -> String? { HTTPField.Name(name).flatMap { headers[$0] } }
}

private actor Bytes {
    var all: [UInt8] = []
    func add(_ buffer: ByteBuffer) { all += buffer.readableBytesView }
}

private struct Collector: ResponseBodyWriter {
    private let store = Bytes()
    var bytes: [UInt8] { get async { await store.all } }

    @concurrent mutating func write(_ buffer: ByteBuffer) async throws { await store.add(buffer) }
    @concurrent consuming func finish(_ trailingHeaders: HTTPFields?) async throws {}
}

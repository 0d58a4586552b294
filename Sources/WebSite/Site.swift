import HTTPTypes
public import Hummingbird
import NIOCore
import Synchronization

/// The web site of the meeting service: pages, files, health, and a glance into a room.
///
/// ```
/// let site = try Site(SiteConfiguration(files: .embedded, version: "0.1.0", isRoomName: { RoomName($0) != nil }))
/// let router = Router()
/// site.addRoutes(to: router)  // first: its middleware covers what is added afterwards
/// ```
public final class Site: Sendable {
    private let configuration: SiteConfiguration
    private let tree: Mutex<SiteTree>

    /// Reads all files; throws `SiteError` or the file system's error.
    public convenience init(_ configuration: SiteConfiguration) throws {
        self.init(configuration, sources: try SiteSources.read(configuration.files))
    }

    init(_ configuration: SiteConfiguration, sources: [String: [UInt8]]) {
        self.configuration = configuration
        tree = Mutex(SiteTree(sources))
    }

    /// Adds the middleware for headers and error pages, then the routes. Call it before any other route is added:
    /// Hummingbird's middleware only covers what comes after it. Routes of others win over the site's catch-all.
    public func addRoutes(to router: Router<some RequestContext>) {
        router.add(
            middleware: SecurityHeaders(
                isSecure: configuration.isSecure,
                frameAncestors: configuration.frameAncestors
            )
        )
        router.add(middleware: ErrorPages(isServed: { self.isServed($0) }))
        for path in ["/", "/healthz", "/r", "/r/**", "/api/rooms/:room", "/**"] as [RouterPath] {
            for method in [HTTPRequest.Method.get, .head] {
                router.on(path, method: method) { request, _ in
                    let response = try await self.answer(request)
                    return method == .head ? response.createHeadResponse() : response
                }
            }
        }
    }

    private func route(_ path: String) -> SiteRoute {
        SiteRoute(path: path, isRoomName: configuration.isRoomName)
    }

    /// Whether GET finds something there, so that another method is 405 and not 404.
    private func isServed(_ path: String) -> Bool {
        switch route(path) {
        case .home, .meeting, .health, .glance: true
        case .badRoomName: false
        case .file(let path): tree.withLock { $0.file(at: path) != nil }
        }
    }

    private func answer(_ request: Request) async throws -> Response {
        switch route(request.uri.path) {
        case .home, .meeting:
            try reloadIfAsked()
            guard let index = tree.withLock({ $0.index }) else { throw HTTPError(.notFound) }
            return FileAnswer(index, caching: .never).response(to: request)
        case .badRoomName: throw BadRoomName()
        case .health: return try health()
        case .glance(let room):
            let glance = await configuration.glance(room) ?? .empty
            return try JSONAnswer.response(RoomGlanceAnswer(glance))
        case .file(let path):
            guard let found = tree.withLock({ $0.file(at: path) }) else { throw HTTPError(.notFound) }
            return FileAnswer(found.file, caching: found.caching).response(to: request)
        }
    }

    private func health() throws -> Response {
        let isDraining = configuration.isDraining()
        return try JSONAnswer.response(
            Health(status: isDraining ? "draining" : "ok", version: configuration.version),
            status: isDraining ? .serviceUnavailable : .ok
        )
    }

    private func reloadIfAsked() throws {
        guard case .folder(_, reload: true) = configuration.files else { return }
        let fresh = try SiteTree(SiteSources.read(configuration.files))
        tree.withLock { $0 = fresh }
    }

    private struct Health: Encodable {
        var status: String
        var version: String
    }
}

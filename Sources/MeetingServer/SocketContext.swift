import HTTPTypes
public import Hummingbird
import NIOCore
import WebSite

/// What a request of the meeting service carries: by which name the client reached the server.
public struct SocketContext: RequestContext {
    public var coreContext: CoreRequestContextStorage
    /// Host name or address of the request, without port and brackets; empty when the request has none that is sound.
    var host = ""

    public init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
    }
}

/// Notes the host of each request in its context.
struct NoteHost: RouterMiddleware {
    typealias Context = SocketContext

    @concurrent func handle(
        _ request: Request,
        context: SocketContext,
        next: @concurrent (Request, SocketContext) async throws -> Response
    ) async throws -> Response {
        var context = context
        context.host = request.head.authority.flatMap(HostName.init)?.host ?? ""
        return try await next(request, context)
    }
}

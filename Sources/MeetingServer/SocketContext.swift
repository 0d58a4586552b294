import HTTPTypes
public import Hummingbird
import NIOCore

/// What a request of the meeting service carries: by which name the client reached the server.
public struct SocketContext: RequestContext {
    public var coreContext: CoreRequestContextStorage
    /// What the request says the server's name is; nil when that is not sound.
    var reached: ReachedHost?
    /// Where the request comes from.
    let remoteAddress: SocketAddress?

    public init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        remoteAddress = source.channel.remoteAddress
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
        context.reached = ReachedHost(authority: request.head.authority)
        return try await next(request, context)
    }
}

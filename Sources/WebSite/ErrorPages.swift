import HTTPTypes
import Hummingbird
import Logging
import NIOCore

/// A room name that is none; the page says what one looks like.
struct BadRoomName: Error {}

/// Turns every thrown error into an answer: a readable page for people, `application/problem+json` (RFC 9457) for programs.
///
/// It stands inside `SecurityHeaders`, so that errors carry the headers too. Errors that are no `HTTPResponseError` are
/// ours: 500, told to the log and not to the client.
struct ErrorPages<Context: RequestContext>: RouterMiddleware {
    /// Whether GET finds something at a path.
    let isServed: @Sendable (String) -> Bool

    @concurrent func handle(
        _ request: Request,
        context: Context,
        next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            let problem = problem(error, request, context)
            let response = try wantsPage(request) ? problem.page() : problem.json()
            return request.method == .head ? response.createHeadResponse() : response
        }
    }

    private func problem(_ error: any Error, _ request: Request, _ context: Context) -> Problem {
        switch error {
        case is BadRoomName: return .badRoomName
        case let error as any HTTPResponseError:
            let isRead = request.method == .get || request.method == .head
            if error.status == .notFound, !isRead, isServed(request.uri.path) { return .methodNotAllowed }
            return Problem(status: error.status, detail: (error as? HTTPError)?.body)
        default:
            context.logger.error("A request failed", metadata: ["error": "\(error)"])
            return Problem(status: .internalServerError, detail: nil)
        }
    }

    /// A page for whoever asks for HTML. Below `/r/` also for whoever does not care: those addresses are for people.
    private func wantsPage(_ request: Request) -> Bool {
        let path = request.uri.path
        if path.hasPrefix("/api/") { return false }
        let accept = request.headers[values: .accept].joined(separator: ",")
        return accept.contains("text/html") || (path.hasPrefix("/r/") && !accept.contains("json"))
    }
}

/// What went wrong, in words for both kinds of reader.
struct Problem {
    var status: HTTPResponse.Status
    /// One sentence for people; nil when the status says it all.
    var detail: String?
    var allowed: String?

    init(status: HTTPResponse.Status, detail: String?, allowed: String? = nil) {
        self.status = status
        self.detail = detail
        self.allowed = allowed
    }

    static let badRoomName = Problem(
        status: .notFound,
        detail: "A room name has 1 to 64 characters: small letters a to z, digits and hyphens."
    )
    static let methodNotAllowed = Problem(
        status: .methodNotAllowed,
        detail: "This address can only be read.",
        allowed: "GET, HEAD"
    )

    func page() -> Response {
        let page = PlainPage(title: title, text: detail ?? explanation)
        return Response(
            status: status,
            headers: headers("text/html; charset=utf-8"),
            body: .init(byteBuffer: ByteBuffer(string: page.html))
        )
    }

    func json() throws -> Response {
        var response = try JSONAnswer.response(
            Body(title: title, status: status.code, detail: detail),
            status: status,
            type: "application/problem+json"
        )
        response.headers[.allow] = allowed
        return response
    }

    private func headers(_ type: String) -> HTTPFields {
        var headers: HTTPFields = [.contentType: type]
        headers[.allow] = allowed
        return headers
    }

    private var title: String {
        switch status {
        case .notFound: detail == Self.badRoomName.detail ? "This is not a room name" : "There is nothing here"
        case .internalServerError: "Something went wrong on our side"
        default: status.reasonPhrase
        }
    }

    private var explanation: String {
        switch status {
        case .notFound: "The address leads nowhere. Check the link, or start a meeting of your own."
        case .internalServerError: "The server could not answer. Try again in a moment."
        default: "The server refused the request."
        }
    }

    private struct Body: Encodable {
        var type = "about:blank"
        var title: String
        var status: Int
        var detail: String?
    }
}

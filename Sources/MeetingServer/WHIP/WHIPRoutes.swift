import HTTPTypes
import Hummingbird
import Meeting
import NIOCore
import SDP
import Units
import WebSocket

/// WHIP (RFC 9725) and WHEP: publishing to a meeting and watching it by one HTTP request.
///
/// ```
/// POST   /whip/{room}                      an offer that sends; 201 with the answer and the address of the session
/// POST   /whep/{room}[/{participant}]      an offer that receives
/// PATCH  /whip/{room}/sessions/{session}   candidates, ICE restart
/// DELETE /whip/{room}/sessions/{session}   the end
/// ```
struct WHIPRoutes: Sendable {
    let meeting: MeetingService
    let origins: OriginPolicy
    let scheme: String
    let addressHash: KeyedHash

    private typealias Handler = @Sendable (Request, SocketContext) async throws -> Response

    /// Adds the routes. After the middleware that notes the host.
    func add(to router: Router<SocketContext>) {
        for path in ["/whip/:room", "/whep/:room", "/whep/:room/:participant"] as [RouterPath] {
            add(path, to: router, [.post: { try await enter($0, $1) }])
        }
        for path in ["/whip/:room/sessions/:session", "/whep/:room/sessions/:session"] as [RouterPath] {
            add(path, to: router, [.patch: { try await patch($0, $1) }, .delete: { try await end($0, $1) }])
        }
    }

    private func add(
        _ path: RouterPath,
        to router: Router<SocketContext>,
        _ handlers: [HTTPRequest.Method: Handler]
    ) {
        let known = [HTTPRequest.Method.post, .patch, .delete].filter { handlers[$0] != nil } + [.options]
        for method in [HTTPRequest.Method.get, .head, .post, .put, .patch, .delete, .options] {
            router.on(path, method: method) { request, context in
                let answer = try await answer(request, context, known) {
                    if method == .options { return Response(status: .ok) }
                    guard let handler = handlers[method] else { throw WHIPProblem.notAllowed(known) }
                    return try await handler($0, $1)
                }
                return method == .head ? answer.createHeadResponse() : answer
            }
        }
    }

    /// Runs a handler; puts its problem into words and adds what every answer has.
    private func answer(
        _ request: Request,
        _ context: SocketContext,
        _ methods: [HTTPRequest.Method],
        _ handler: Handler
    ) async throws -> Response {
        let origin = request.headers[.origin]
        let isAllowed = origins.allows(origin: origin, scheme: scheme, authority: request.head.authority)
        var response: Response
        do {
            guard isAllowed else { throw WHIPProblem(.forbidden, .notAllowed, "Pages of that origin may not do this.") }
            response = try await handler(request, context)
        } catch let problem as WHIPProblem {
            response = try problem.response()
        }
        if request.method == .options {
            response.headers[.allow] = methods.map(\.rawValue).joined(separator: ", ")
            response.headers[methods.contains(.post) ? .acceptPost : .acceptPatch] =
                methods.contains(.post) ? WHIPType.sdp : WHIPType.fragment
        }
        guard let origin else { return response }
        response.headers[.vary] = "Origin"
        if isAllowed { addCORS(&response, origin, methods, isPreflight: request.method == .options) }
        return response
    }

    private func addCORS(
        _ response: inout Response,
        _ origin: String,
        _ methods: [HTTPRequest.Method],
        isPreflight: Bool
    ) {
        response.headers[.accessControlAllowOrigin] = origin
        response.headers[.accessControlExposeHeaders] = "Location, ETag, Link, Accept-Post, Accept-Patch, Retry-After"
        guard isPreflight else { return }
        response.headers[.accessControlAllowMethods] = methods.map(\.rawValue).joined(separator: ", ")
        response.headers[.accessControlAllowHeaders] = "Authorization, Content-Type, If-Match"
        response.headers[.accessControlMaxAge] = "86400"
    }

    // MARK: Sessions

    private func enter(_ request: Request, _ context: SocketContext) async throws -> Response {
        let kind = kind(of: request)
        let text = try await body(of: request, WHIPType.sdp, atMost: SDP.Limits.descriptionBytes)
        let offer = try read { () throws(SDPError) in try SessionDescription(parsing: text) }
        guard let fitted = HeadlessOffer.fitted(offer, to: kind) else {
            let what = kind == .whip ? "sends" : "receives"
            throw WHIPProblem(.unprocessableContent, .badMessage, "The offer \(what) no sound and no picture.")
        }
        let participant = context.parameters.get("participant").map { ParticipantID($0) }
        let wish = HeadlessRequest(
            kind == .whip ? .ingest : .watch(participant),
            room: context.parameters.get("room") ?? "",
            name: request.uri.queryParameters["name"].map(String.init),
            token: Self.token(request),
            sdp: fitted.text,
            tracks: kind == .whip ? HeadlessOffer.tracks(of: fitted) : []
        )
        let address = context.remoteAddress.flatMap(TransportAddress.init)?.address
        let outcome = await meeting.enter(
            wish,
            offer: fitted,
            address: addressHash("address:\(address?.network.description ?? "")"),
            isLimited: address?.isLoopback == false,
            host: context.reached
        )
        return try created(outcome)
    }

    private func created(_ outcome: HeadlessSession.Outcome) throws -> Response {
        let accepted = try accepted(outcome)
        let name = accepted.name
        var response = Response(
            status: .created,
            headers: [
                .contentType: WHIPType.sdp,
                .location: "/\(name.kind.rawValue)/\(name.room)/sessions/\(name.secret)",
                .eTag: "\"\(accepted.iceSession)\"",
                .acceptPatch: WHIPType.fragment,
            ],
            body: .init(byteBuffer: ByteBuffer(string: accepted.text))
        )
        response.headers[values: .link] = accepted.iceServers.flatMap(\.links)
        return response
    }

    private func accepted(_ outcome: HeadlessSession.Outcome) throws -> HeadlessSession.Accepted {
        switch outcome {
        case .accepted(let accepted): return accepted
        case .refused(let code, let sentence, let retry): throw WHIPProblem(code, sentence, retry)
        }
    }

    private func end(_ request: Request, _ context: SocketContext) async throws -> Response {
        guard await meeting.end(name(request, context)) else { throw WHIPProblem.noSession }
        return Response(status: .ok)
    }

    /// Candidates or an ICE restart (RFC 9725 §4.3). Candidates are taken and not needed: a lite agent answers where checks
    /// come from.
    private func patch(_ request: Request, _ context: SocketContext) async throws -> Response {
        let name = name(request, context)
        guard let session = await meeting.iceSession(name) else { throw WHIPProblem.noSession }
        let text = try await body(of: request, WHIPType.fragment, atMost: SDP.Limits.fragmentBytes)
        guard let match = request.headers[.ifMatch] else {
            throw WHIPProblem(.preconditionRequired, .badMessage, "If-Match has to say which ICE session is meant.")
        }
        let fragment = try read { () throws(SDPError) in try SessionFragment(parsing: text) }
        // The RFC's example has the asterisk in quotes, HTTP (RFC 9110 §13.1.1) has none.
        guard match == "*" || match == "\"*\"" else {
            guard match == "\"\(session)\"" else {
                throw WHIPProblem(.preconditionFailed, .stale, "The ICE session is another one by now.")
            }
            return Response(status: .noContent)
        }
        guard let ice = fragment.ice else {
            throw WHIPProblem(.badRequest, .badMessage, "A restart of ICE needs a user fragment and a password.")
        }
        guard let outcome = await meeting.restart(name, ice) else { throw WHIPProblem.noSession }
        let accepted = try accepted(outcome)
        return Response(
            status: .ok,
            headers: [.contentType: WHIPType.fragment, .eTag: "\"\(accepted.iceSession)\""],
            body: .init(byteBuffer: ByteBuffer(string: SessionFragment(of: accepted.answer).text))
        )
    }

    // MARK: Reading

    private func kind(of request: Request) -> HeadlessSession.Kind {
        request.uri.path.hasPrefix("/whep/") ? .whep : .whip
    }

    private func name(_ request: Request, _ context: SocketContext) -> HeadlessSession.Name {
        .init(
            kind: kind(of: request),
            room: context.parameters.get("room") ?? "",
            secret: context.parameters.get("session") ?? ""
        )
    }

    private static func token(_ request: Request) -> String? {
        guard let field = request.headers[.authorization], field.lowercased().hasPrefix("bearer ") else { return nil }
        return String(field.dropFirst("bearer ".count))
    }

    private func body(of request: Request, _ type: String, atMost limit: Int) async throws -> String {
        guard WHIPType.matches(request.headers[.contentType], type) else {
            throw WHIPProblem(.unsupportedMediaType, .badMessage, "The body has to be \(type).")
        }
        do {
            return String(buffer: try await request.body.collect(upTo: limit))
        } catch is NIOTooManyBytesError {
            throw WHIPProblem(.contentTooLarge, .badMessage, "The body has more than \(limit) bytes.")
        }
    }

    private func read<Value>(_ parse: () throws(SDPError) -> Value) throws -> Value {
        do { return try parse() } catch { throw WHIPProblem(.badRequest, .badMessage, error.sentence) }
    }
}

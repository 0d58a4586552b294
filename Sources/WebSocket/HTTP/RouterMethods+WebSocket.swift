import HTTPTypes
package import Hummingbird
import Logging

/// What a route decides about a request that may become a WebSocket as far as the protocol goes.
package enum WebSocketUpgradeDecision: Sendable {
    case accept
    /// Answered with this instead; the connection goes on with HTTP.
    case refuse(Response)
}

extension RouterMethods {
    /// Makes `path` a WebSocket endpoint on a server built by `http1WebSocket`.
    ///
    /// Requests are refused with 426 (no or another version of WebSocket), 400 (malformed), 403 (origin), or as `shouldUpgrade`
    /// decides. `handler` runs in the connection's own task; when it returns the session is closed with 1000, when it throws with
    /// 1011. It should return when `session.inbound` ends.
    @discardableResult
    package func webSocket(
        _ path: RouterPath = "",
        configuration: WebSocketConfiguration = .init(),
        shouldUpgrade: @escaping @Sendable (Request, Context) async throws -> WebSocketUpgradeDecision = { _, _ in
            .accept
        },
        handler: @escaping @Sendable (WebSocketSession, Context) async throws -> Void
    ) -> Self {
        get(path) { request, context -> Response in
            let answer = WebSocketHandshake.answer(request.head, origins: configuration.origins)
            guard case .accept(let key) = answer else { return .refusal(of: answer) }
            if case .refuse(let response) = try await shouldUpgrade(request, context) { return response }
            guard let connection = WebSocketConnection.current else {
                context.logger.error("The server was not built by http1WebSocket")
                return Response(status: .notImplemented)
            }
            let session = WebSocketSession(channel: connection.channel, configuration: configuration)
            guard connection.prepare(session) else { return Response(status: .serviceUnavailable) }
            return Response(
                status: .switchingProtocols,
                headers: [.upgrade: "websocket", .connection: "Upgrade", .secWebSocketAccept: key],
                body: ResponseBody { _ in
                    do {
                        try await handler(session, context)
                        session.close()
                    } catch {
                        context.logger.debug("WebSocket handler failed", metadata: ["error": "\(error)"])
                        session.close(.internalError)
                    }
                }
            )
        }
    }
}

extension Response {
    fileprivate static func refusal(of answer: WebSocketHandshake.Answer) -> Response {
        switch answer {
        case .upgradeRequired, .accept:
            text(.upgradeRequired, "This address speaks WebSocket.", [.upgrade: "websocket", .connection: "Upgrade"])
        case .wrongVersion:
            text(.upgradeRequired, "WebSocket version 13 is spoken here.", [.secWebSocketVersion: "13"])
        case .malformed(let what):
            text(.badRequest, "Bad WebSocket handshake: \(what).", [:])
        case .forbiddenOrigin:
            text(.forbidden, "Pages of this origin may not connect.", [:])
        }
    }

    private static func text(_ status: HTTPResponse.Status, _ message: String, _ fields: HTTPFields) -> Response {
        var headers = fields
        headers[.contentType] = "text/plain; charset=utf-8"
        return Response(status: status, headers: headers, body: .init(byteBuffer: ByteBuffer(string: message + "\n")))
    }
}

import HTTPTypes
import Hummingbird
import Meeting
import NIOCore

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Why a request of WHIP or WHEP is not done: `application/problem+json` (RFC 9457) with the code that signalling has for it.
struct WHIPProblem: Error {
    let status: HTTPResponse.Status
    let code: ErrorCode
    /// One sentence.
    let detail: String
    var retry = Retry.none
    var headers: HTTPFields = [:]

    init(
        _ status: HTTPResponse.Status,
        _ code: ErrorCode,
        _ detail: String,
        retry: Retry = .none,
        headers: HTTPFields = [:]
    ) {
        self.status = status
        self.code = code
        self.detail = detail
        self.retry = retry
        self.headers = headers
    }

    /// What the meeting refused.
    init(_ code: ErrorCode, _ sentence: String, _ retry: Retry) {
        self.init(Self.status(of: code), code, sentence, retry: retry)
        if code == .badToken { headers[.wwwAuthenticate] = "Bearer" }
        if status == .tooManyRequests || status == .serviceUnavailable { headers[.retryAfter] = "5" }
    }

    private static func status(of code: ErrorCode) -> HTTPResponse.Status {
        switch code {
        // The request was read before the meeting saw it; what it holds cannot be done.
        case .badMessage: .unprocessableContent
        case .badName: .badRequest
        case .badRoom, .noSuchParticipant, .stale: .notFound
        case .badToken: .unauthorized
        case .notAllowed, .roomLocked, .denied: .forbidden
        case .roomFull: .conflict
        case .rateLimited: .tooManyRequests
        case .serverDraining, .serverError: .serviceUnavailable
        }
    }

    static let noSession = WHIPProblem(.notFound, .stale, "There is no such session, or it is over.")

    static func notAllowed(_ methods: [HTTPRequest.Method]) -> WHIPProblem {
        let allowed = methods.map(\.rawValue).joined(separator: ", ")
        return WHIPProblem(
            .methodNotAllowed,
            .notAllowed,
            "This address takes \(allowed) only.",
            headers: [.allow: allowed]
        )
    }

    func response() throws -> Response {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let body = Body(
            title: status.reasonPhrase,
            status: status.code,
            detail: detail,
            code: code.rawValue,
            retry: retry.rawValue
        )
        var headers = headers
        headers[.contentType] = "application/problem+json"
        return Response(
            status: status,
            headers: headers,
            body: .init(byteBuffer: ByteBuffer(bytes: try encoder.encode(body)))
        )
    }

    private struct Body: Encodable {
        var type = "about:blank"
        var title: String
        var status: Int
        var detail: String
        var code: String
        var retry: String
    }
}

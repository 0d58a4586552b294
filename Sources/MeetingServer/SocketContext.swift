import HTTPTypes
public import Hummingbird
import NIOCore

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
        context.host = hostName(of: request.head.authority ?? "")
        return try await next(request, context)
    }
}

/// The host of `authority`, which comes from the client: empty unless it is a name or an address of sound characters.
func hostName(of authority: String) -> String {
    let isPlain = { (text: Substring) in
        text.utf8.allSatisfy { byte in
            (byte >= UInt8(ascii: "a") && byte <= UInt8(ascii: "z"))
                || (byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z"))
                || (byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")) || byte == UInt8(ascii: "-")
                || byte == UInt8(ascii: ".")
        }
    }
    guard authority.utf8.count <= 260 else { return "" }
    if authority.first == "[", let end = authority.firstIndex(of: "]") {
        let address = authority[authority.index(after: authority.startIndex)..<end]
        return address.utf8.allSatisfy({ isPlain(Substring(String(UnicodeScalar($0)))) || $0 == UInt8(ascii: ":") })
            ? String(address) : ""
    }
    let host = authority.prefix { $0 != ":" }
    return isPlain(host) ? String(host) : ""
}

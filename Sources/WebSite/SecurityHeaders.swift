import HTTPTypes
import Hummingbird

/// Puts the headers that keep the page to itself on every answer, whoever gave it.
///
/// A compromised page is a compromised call: nothing inline runs, nothing foreign is fetched, no text becomes HTML, no
/// other site can frame the page. The outermost middleware. Scripts and styles cannot be opened as a page, so they carry
/// only what concerns them: a hundred small files would otherwise weigh less than their headers.
struct SecurityHeaders<Context: RequestContext>: RouterMiddleware {
    private let fields: HTTPFields
    private static var fieldsOfParts: HTTPFields {
        [.crossOriginResourcePolicy: "same-origin", .xContentTypeOptions: "nosniff"]
    }
    private let isSecure: Bool
    private let frameAncestors: String

    init(isSecure: Bool, frameAncestors: [String]) {
        self.isSecure = isSecure
        self.frameAncestors = frameAncestors.isEmpty ? "'none'" : frameAncestors.joined(separator: " ")
        var fields: HTTPFields = [
            .permissionsPolicy: Self.permissionsPolicy,
            .crossOriginOpenerPolicy: "same-origin",
            .crossOriginResourcePolicy: "same-origin",
            .referrerPolicy: "no-referrer",
            .xContentTypeOptions: "nosniff",
        ]
        // X-Frame-Options cannot name an origin, so it would overrule the ancestors that are allowed.
        if frameAncestors.isEmpty { fields[.xFrameOptions] = "DENY" }
        if isSecure { fields[.strictTransportSecurity] = "max-age=63072000" }
        self.fields = fields
    }

    @concurrent func handle(
        _ request: Request,
        context: Context,
        next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        var response = try await next(request, context)
        guard !isPart(response) else {
            for field in Self.fieldsOfParts { response.headers[field.name] = field.value }
            return response
        }
        for field in fields { response.headers[field.name] = field.value }
        response.headers[.contentSecurityPolicy] = contentSecurityPolicy(host: request.head.authority)
        if response.headers[.cacheControl] == nil {
            response.headers[.cacheControl] = SiteTree.Caching.never.rawValue
        }
        return response
    }

    /// A script or a style sheet, which a browser shows as text when it is opened by itself.
    private func isPart(_ response: Response) -> Bool {
        let type = response.headers[.contentType] ?? ""
        return type.hasPrefix("text/javascript") || type.hasPrefix("text/css") || response.status == .notModified
    }

    /// The policy, for a page that came from `host`. Older browsers do not read `'self'` as the WebSocket of the same
    /// host, so it is named. Without TLS of our own a proxy may have added it: then both schemes are.
    private func contentSecurityPolicy(host: String?) -> String {
        let sockets = host.flatMap(HostName.init).map { isSecure ? " wss://\($0)" : " ws://\($0) wss://\($0)" } ?? ""
        return """
            default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; \
            media-src 'self' blob:; connect-src 'self'\(sockets); worker-src 'self' blob:; font-src 'self'; \
            manifest-src 'self'; frame-ancestors \(frameAncestors); base-uri 'none'; form-action 'self'; \
            object-src 'none'; require-trusted-types-for 'script'; trusted-types 'none'
            """
    }

    private static var permissionsPolicy: String {
        """
        camera=(self), microphone=(self), display-capture=(self), fullscreen=(self), screen-wake-lock=(self), \
        speaker-selection=(self), autoplay=(self), picture-in-picture=(self), geolocation=(), usb=(), serial=(), \
        payment=(), midi=()
        """
    }
}

extension HTTPField.Name {
    fileprivate static var permissionsPolicy: Self { name("Permissions-Policy") }
    fileprivate static var crossOriginOpenerPolicy: Self { name("Cross-Origin-Opener-Policy") }
    fileprivate static var referrerPolicy: Self { name("Referrer-Policy") }
    fileprivate static var xFrameOptions: Self { name("X-Frame-Options") }

    private static func name(_ text: String) -> Self {
        guard let name = Self(text) else { preconditionFailure("\(text) is a field name by its letters") }
        return name
    }
}

import HTTPTypes
import Meeting

extension HTTPField.Name {
    static let acceptPost = named("Accept-Post")
    static let acceptPatch = named("Accept-Patch")
    static let link = named("Link")

    private static func named(_ text: String) -> Self {
        guard let name = Self(text) else { preconditionFailure("\(text) is a field name by its letters") }
        return name
    }
}

/// Media types of WHIP.
enum WHIPType {
    static let sdp = "application/sdp"
    static let fragment = "application/trickle-ice-sdpfrag"

    /// Whether a `Content-Type` is of a media type, whatever its parameters.
    static func matches(_ contentType: String?, _ type: String) -> Bool {
        guard let name = contentType?.split(separator: ";", omittingEmptySubsequences: false).first else {
            return false
        }
        return name.filter { $0 != " " && $0 != "\t" }.lowercased() == type
    }
}

extension ICEServer {
    /// The server as fields `Link` with the relation `ice-server` (RFC 9725 §4.6), one for each address.
    var links: [String] {
        urls.map { url in
            var link = "<\(url)>; rel=\"ice-server\""
            if let username, let credential {
                link += "; username=\"\(username)\"; credential=\"\(credential)\"; credential-type=\"password\""
            }
            return link
        }
    }
}

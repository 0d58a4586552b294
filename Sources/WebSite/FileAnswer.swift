import HTTPTypes
import Hummingbird

/// How one file goes to one browser: encoding, validator, lifetime (RFC 9110 §12.5.3, §13.1.2).
struct FileAnswer {
    private let file: SiteFile
    private let caching: SiteTree.Caching

    init(_ file: SiteFile, caching: SiteTree.Caching) {
        self.file = file
        self.caching = caching
    }

    func response(to request: Request) -> Response {
        let gzip = AcceptedEncodings(request.headers[values: .acceptEncoding]).allowsGzip ? file.gzipBody : nil
        var headers = HTTPFields()
        headers[.cacheControl] = caching.rawValue
        headers[.vary] = "Accept-Encoding"
        if caching != .never {
            headers[.eTag] = gzip == nil ? file.entityTag : file.gzipEntityTag
            if isKnown(to: request) { return notModified(headers) }
        }
        headers[.contentType] = file.contentType
        if gzip != nil { headers[.contentEncoding] = "gzip" }
        return Response(status: .ok, headers: headers, body: .init(byteBuffer: gzip ?? file.body))
    }

    /// Whether the browser holds this very content already, in either encoding.
    private func isKnown(to request: Request) -> Bool {
        let tags = request.headers[values: .ifNoneMatch].flatMap { $0.split(separator: ",") }
        return tags.prefix(Limits.entityTags).contains { text in
            let tag = text.drop { $0 == " " }.prefix { $0 != " " }
            let strong = tag.hasPrefix("W/") ? tag.dropFirst(2) : tag
            return tag == "*" || strong == file.entityTag || strong == file.gzipEntityTag
        }
    }

    private func notModified(_ headers: HTTPFields) -> Response {
        var response = Response(status: .notModified, headers: headers)
        // A length of 0 would claim that the file is empty.
        response.headers[.contentLength] = nil
        return response
    }
}

/// What Accept-Encoding says of gzip (RFC 9110 §12.5.3).
struct AcceptedEncodings {
    let allowsGzip: Bool

    init(_ fields: [String]) {
        var gzip: Bool?
        var any: Bool?
        for entry in fields.joined(separator: ",").lowercased().split(separator: ",") {
            let parts = entry.split(separator: ";").map { $0.filter { $0 != " " && $0 != "\t" } }
            let weight = parts.dropFirst().first { $0.hasPrefix("q=") }.flatMap { Double($0.dropFirst(2)) } ?? 1
            switch parts.first {
            case "gzip", "x-gzip": gzip = weight > 0
            case "*": any = weight > 0
            default: continue
            }
        }
        allowsGzip = gzip ?? any ?? false
    }
}

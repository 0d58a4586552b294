import Crypto
import NIOCore

/// One file as it is served: bytes ready to be sent, nothing left to compute.
struct SiteFile: Sendable {
    let contentType: String
    let body: ByteBuffer
    /// The body in gzip, where that is smaller.
    let gzipBody: ByteBuffer?
    /// A strong validator of the plain body, with its quotes (RFC 9110 §8.8.3). Each encoding has its own.
    let entityTag: String
    var gzipEntityTag: String { entityTag.dropLast() + "-gzip\"" }

    init(path: String, bytes: [UInt8]) {
        let type = ContentType(path: path)
        contentType = type.value
        body = ByteBuffer(bytes: bytes)
        gzipBody = type.isCompressible ? Gzip.compress(bytes).map { ByteBuffer(bytes: $0) } : nil
        entityTag = "\"" + Hexadecimal.text(SHA256.hash(data: bytes).prefix(16)) + "\""
    }
}

enum Hexadecimal {
    /// Two lower-case digits a byte.
    static func text(_ bytes: some Sequence<UInt8>) -> String {
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        for byte in bytes {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }
}

import Crypto
import HTTPTypes

/// The opening handshake, server's side (RFC 6455 §4.2): a request goes in, an answer comes out.
enum WebSocketHandshake {
    enum Answer: Equatable {
        /// Switch protocols with this `Sec-WebSocket-Accept`.
        case accept(key: String)
        /// Not a WebSocket request at all: 426 and what to upgrade to (RFC 9110 §15.5.22).
        case upgradeRequired
        /// A version other than 13: 426 with ours (§4.4).
        case wrongVersion
        /// 400.
        case malformed(String)
        /// 403.
        case forbiddenOrigin
    }

    static func answer(_ request: HTTPRequest, origins: OriginPolicy) -> Answer {
        let fields = request.headerFields
        guard lists(fields[.upgrade], "websocket") else { return .upgradeRequired }
        guard request.method == .get else { return .malformed("the method must be GET") }
        guard lists(fields[.connection], "upgrade") else { return .malformed("Connection must list Upgrade") }
        guard fields[.contentLength] ?? "0" == "0", fields[.transferEncoding] == nil else {
            return .malformed("the request must have no body")
        }
        guard fields[.secWebSocketVersion] == "13" else { return .wrongVersion }
        guard let key = fields[.secWebSocketKey], isKey(key) else { return .malformed("Sec-WebSocket-Key is no key") }
        let isAllowed = origins.allows(origin: fields[.origin], scheme: request.scheme, authority: request.authority)
        return isAllowed ? .accept(key: acceptKey(for: key)) : .forbiddenOrigin
    }

    /// §4.2.2: SHA-1 is what the RFC asks for; nothing depends on its strength.
    static func acceptKey(for key: String) -> String {
        let magic = key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
        return base64(Array(Insecure.SHA1.hash(data: Array(magic.utf8))))
    }

    /// Whether the field's comma-separated list has the token, whatever its case (RFC 9110 §5.6.1).
    static func lists(_ field: String?, _ token: String) -> Bool {
        guard let field else { return false }
        return field.split(separator: ",").contains { element in
            let text = element.drop { $0 == " " || $0 == "\t" }
            return text.lowercased().hasPrefix(token)
                && text.dropFirst(token.count).allSatisfy { $0 == " " || $0 == "\t" }
        }
    }

    /// 16 bytes in base64 (§4.1): 22 characters and two pads.
    private static func isKey(_ key: String) -> Bool {
        let bytes = Array(key.utf8)
        return bytes.count == 24 && bytes.suffix(2).allSatisfy { $0 == 0x3D }
            && bytes.prefix(22).allSatisfy { alphabet.contains($0) }
    }

    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    private static func base64(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            var bits: UInt32 = 0
            for byte in group { bits = bits << 8 | UInt32(byte) }
            bits <<= UInt32((3 - group.count) * 8)
            for position in 0..<4 {
                let sextet = Int(bits >> UInt32(18 - position * 6) & 0x3F)
                text.append(position <= group.count ? alphabet[sextet] : 0x3D)
            }
        }
        return String(decoding: text, as: UTF8.self)
    }
}

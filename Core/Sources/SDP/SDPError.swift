/// Why a description is refused: a code for programs and a sentence for people. Neither repeats more than an identifier of
/// what the client wrote.
public struct SDPError: Error, Equatable, Sendable, CustomStringConvertible {
    /// Stable; the raw value may go out to clients.
    public enum Code: String, Sendable {
        /// It breaks the grammar of RFC 8866 or of one of its attributes.
        case malformed = "sdp-malformed"
        /// It is over one of `Limits`.
        case tooLarge = "sdp-too-large"
        /// It is right, but asks for what this server does not do.
        case unsupported = "sdp-unsupported"
        /// It contradicts what was negotiated before in the session.
        case changed = "sdp-changed"
    }

    public let code: Code
    /// A whole sentence.
    public let sentence: String

    public var description: String { "\(code.rawValue): \(sentence)" }

    static func malformed(_ sentence: String) -> SDPError { SDPError(code: .malformed, sentence: sentence) }
    static func tooLarge(_ sentence: String) -> SDPError { SDPError(code: .tooLarge, sentence: sentence) }
    static func unsupported(_ sentence: String) -> SDPError { SDPError(code: .unsupported, sentence: sentence) }
    static func changed(_ sentence: String) -> SDPError { SDPError(code: .changed, sentence: sentence) }
}

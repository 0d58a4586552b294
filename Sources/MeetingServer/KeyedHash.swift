import Crypto
import Meeting

/// HMAC-SHA256 with a key that never leaves the data directory: what the database and the logs hold instead of resume tokens,
/// device ids and addresses.
struct KeyedHash: Sendable {
    private let key: SymmetricKey

    init(key: [UInt8]) { self.key = SymmetricKey(data: key) }

    func callAsFunction(_ text: String) -> TokenHash {
        TokenHash(Array(HMAC<SHA256>.authenticationCode(for: Array(text.utf8), using: key)))
    }
}

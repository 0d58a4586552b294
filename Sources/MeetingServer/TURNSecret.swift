import Storage
import TURN
import Telemetry

/// The secret of this server's TURN credentials: given by `--turn-secret`, or made at the first start and kept.
struct TURNSecret: Sendable {
    /// The key of the MAC: the secret's text in UTF-8, as coturn's `static-auth-secret` takes it.
    var key: [UInt8] { hidden.revealed }

    /// Printed in no log.
    private let hidden: Secret<[UInt8]>

    /// How long credentials open allocations; one that is open goes on.
    static let life = Duration.seconds(900)

    /// Its name in the data directory.
    static let name = "turn"

    /// Throws when the data directory cannot keep one.
    init(options: ServeOptions, store: MeetingStore) throws(StoreFailure) {
        if let given = options.turnSecret {
            self.init(given: given.revealed)
        } else {
            self.init(kept: try store.secret(named: Self.name, bytes: 32))
        }
    }

    /// The one of `--turn-secret`.
    init(given text: String) { hidden = Secret(Array(text.utf8)) }

    /// The one of the data directory.
    init(kept bytes: [UInt8]) { hidden = Secret(Self.text(of: bytes)) }

    /// What a participant shows to TURN from now on.
    func credentials(for participant: String, unixSeconds now: Int64) -> RESTCredentials {
        let expiry = UInt64(clamping: now) &+ UInt64(Self.life.components.seconds)
        return RESTCredentials(participant: participant, expiry: expiry, secret: key)
    }

    /// 64 hexadecimal digits: a text, so that the operator can give the same secret to another TURN server.
    private static func text(of bytes: [UInt8]) -> [UInt8] {
        let digits = Array("0123456789abcdef".utf8)
        return bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
    }
}

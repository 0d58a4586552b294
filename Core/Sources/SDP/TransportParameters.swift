/// What a description says about ICE and DTLS.
public struct TransportParameters: Equatable, Sendable {
    public var ice: ICEParameters?
    /// `a=ice-options`: `trickle`, `renomination`, …
    public var iceOptions: [String]
    public var fingerprints: [CertificateFingerprint]
    public var setup: DTLSSetup?

    public init(
        ice: ICEParameters? = nil,
        iceOptions: [String] = [],
        fingerprints: [CertificateFingerprint] = [],
        setup: DTLSSetup? = nil
    ) {
        self.ice = ice
        self.iceOptions = iceOptions
        self.fingerprints = fingerprints
        self.setup = setup
    }
}

/// `a=ice-ufrag` and `a=ice-pwd` (RFC 8839 §5.4).
public struct ICEParameters: Equatable, Sendable {
    /// 4 to 256 characters.
    public var userFragment: String
    /// 22 to 256 characters.
    public var password: String

    public init(userFragment: String, password: String) {
        self.userFragment = userFragment
        self.password = password
    }
}

/// The hash of the certificate that DTLS has to show (RFC 8122 §5).
public struct CertificateFingerprint: Equatable, Sendable {
    /// The raw value is the name that descriptions have. MD5 and MD2 prove nothing and are passed over.
    public enum Algorithm: String, Sendable {
        case sha1 = "sha-1"
        case sha256 = "sha-256"
        case sha384 = "sha-384"
        case sha512 = "sha-512"

        var byteCount: Int {
            switch self {
            case .sha1: 20
            case .sha256: 32
            case .sha384: 48
            case .sha512: 64
            }
        }
    }

    public let algorithm: Algorithm
    public let bytes: [UInt8]

    /// Nil unless there are as many bytes as the hash has.
    public init?(_ algorithm: Algorithm, _ bytes: [UInt8]) {
        guard bytes.count == algorithm.byteCount else { return nil }
        self.algorithm = algorithm
        self.bytes = bytes
    }

    /// `AB:CD:…`.
    var text: String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16, uppercase: true) }.joined(separator: ":")
    }
}

/// Who begins DTLS (RFC 4145 §4, RFC 8842 §5).
public enum DTLSSetup: String, Sendable {
    case active, passive, actpass, holdconn
}

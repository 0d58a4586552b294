public import Units

/// How good a candidate is (RFC 8445 §5.1.2): `2^24 × type + 2^8 × local + (256 − component)`.
enum CandidatePriority {
    /// Of a host candidate over UDP. `rank` counts our addresses from zero, the best first.
    static func udp(rank: Int) -> UInt32 { priority(type: 126, local: 65_535 - min(rank, 65_535)) }

    /// Of a passive host candidate over TCP (RFC 6544 §4.2): `2^13 × direction + other` with direction 4 for passive. The
    /// type is below UDP's, because a lost packet holds up all behind it.
    static func passiveTCP(rank: Int) -> UInt32 { priority(type: 90, local: 4 << 13 | 8_191 - min(rank, 8_191)) }

    /// What a check of the lite agent's own says: as if the client's view of us were new to it.
    static let peerReflexive = priority(type: 110, local: 65_535)

    private static func priority(type: UInt32, local: Int) -> UInt32 {
        type << 24 | UInt32(truncatingIfNeeded: local) << 8 | 255
    }
}

/// One address where this server can be reached. A lite agent has host candidates only (RFC 8445 §5.2).
public struct Candidate: Hashable, Sendable {
    public let address: TransportAddress
    public let isTCP: Bool
    public let priority: UInt32
    /// Equal for candidates of one address and protocol.
    public let foundation: Int

    /// All that this server has: each address over UDP, then each over TCP. The addresses' order is that of preference.
    public static func host(_ addresses: [IPAddress], udpPort: UInt16?, tcpPort: UInt16?) -> [Candidate] {
        let udp = udpPort.map { port in
            addresses.enumerated().map { rank, address in
                Candidate(
                    address: TransportAddress(address, port: port),
                    isTCP: false,
                    priority: CandidatePriority.udp(rank: rank),
                    foundation: rank + 1
                )
            }
        }
        let tcp = tcpPort.map { port in
            addresses.enumerated().map { rank, address in
                Candidate(
                    address: TransportAddress(address, port: port),
                    isTCP: true,
                    priority: CandidatePriority.passiveTCP(rank: rank),
                    foundation: addresses.count + rank + 1
                )
            }
        }
        return (udp ?? []) + (tcp ?? [])
    }

    /// As a description has it behind `a=` (RFC 8839 §5.1, RFC 6544 §4.5).
    public var text: String {
        "candidate:\(foundation) 1 \(isTCP ? "tcp" : "udp") \(priority) \(address.address) \(address.port) typ host"
            + (isTCP ? " tcptype passive" : "")
    }
}

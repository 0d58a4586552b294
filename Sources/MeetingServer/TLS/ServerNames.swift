import NIOCore
import SwiftASN1
import X509

/// What people may type to reach this machine: names and addresses a self-signed certificate must hold.
public struct ServerNames: Equatable, Sendable {
    /// The machine's name.
    public var host: String
    /// IPv4 addresses of 4 bytes and IPv6 addresses of 16.
    public var addresses: [[UInt8]]

    public init(host: String, addresses: [[UInt8]]) {
        self.host = host
        self.addresses = addresses
    }

    /// The names and addresses of this machine as they are now. Link-local IPv6 addresses cannot stand in a URL, and
    /// are left out. Throws when the system does not tell its interfaces.
    public static func ofThisMachine(host: String) throws -> ServerNames {
        let addresses = try System.enumerateDevices().compactMap { $0.address.flatMap(bytes) }
        let usable = addresses.filter { !isLinkLocal($0) }
        return ServerNames(host: host, addresses: Array(usable.prefix(TLSLimits.addresses)))
    }

    /// As they stand in the certificate: `localhost`, the host's name with and without `.local`, loopback, addresses.
    var alternativeNames: [GeneralName] {
        let names = ["localhost", host, host.contains(".") ? nil : host + ".local"]
        let loopback: [[UInt8]] = [[127, 0, 0, 1], [UInt8](repeating: 0, count: 15) + [1]]
        var result: [GeneralName] = []
        for name in names.compactMap({ $0 }).filter({ !$0.isEmpty }).map({ GeneralName.dnsName($0) })
        where !result.contains(name) { result.append(name) }
        for address in loopback + addresses {
            let name = GeneralName.ipAddress(ASN1OctetString(contentBytes: address[...]))
            if !result.contains(name) { result.append(name) }
        }
        return result
    }

    /// The address alone, cut out of the socket address: after family and port for IPv4, after the flow label for IPv6.
    private static func bytes(_ address: SocketAddress) -> [UInt8]? {
        let all = unsafe address.withSockAddr { address, size in
            unsafe Array(UnsafeRawBufferPointer(start: address, count: size))
        }
        switch address {
        case .v4: return all.count >= 8 ? Array(all[4..<8]) : nil
        case .v6: return all.count >= 24 ? Array(all[8..<24]) : nil
        case .unixDomainSocket: return nil
        }
    }

    private static func isLinkLocal(_ address: [UInt8]) -> Bool {
        address.count == 16 && address[0] == 0xFE && address[1] & 0xC0 == 0x80
    }
}

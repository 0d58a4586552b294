import NIOCore

/// The addresses by which this machine can be reached on its networks.
enum LocalAddresses {
    /// IPv4 first, then global IPv6; neither loopback nor link-local. Empty when the system does not tell.
    static var all: [String] {
        // Only the banner needs them; without them it names localhost.
        let devices = (try? System.enumerateDevices()) ?? []
        let addresses = devices.compactMap { $0.address?.ipAddress }
        let reachable = addresses.filter { !$0.hasPrefix("127.") && $0 != "::1" && !$0.hasPrefix("fe80") }
        return reachable.filter { !$0.contains(":") } + reachable.filter { $0.contains(":") }
    }
}

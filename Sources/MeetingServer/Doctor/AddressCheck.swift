import NIOCore
import Units

/// By which addresses people can reach this machine, and which of them browsers are told.
enum AddressCheck {
    /// Addresses of this machine that lead anywhere: IPv4 first, neither loopback nor link-local. Empty when the system does not tell.
    static func ofThisMachine() -> [IPAddress] {
        let devices = (try? System.enumerateDevices()) ?? []  // without them the check says so
        let all = devices.compactMap { $0.address.flatMap { TransportAddress($0) }?.address }
        let useful = all.filter { !$0.isLoopback && !isLinkLocal($0) }
        return useful.filter { $0.v4 != nil } + useful.filter { $0.v4 == nil }
    }

    static func findings(own: [IPAddress], options: ServeOptions) -> [Finding] {
        [machine(own), told(own, options)] + [page(options)].compactMap { $0 }
    }

    private static func machine(_ own: [IPAddress]) -> Finding {
        let (open, inner) = (own.filter(\.isPublic), own.filter { !$0.isPublic })
        let families = own.contains { $0.v4 == nil } ? "" : " It has no IPv6, which some mobile networks are better at."
        if own.isEmpty {
            return Finding(
                "addresses",
                .warning,
                "This machine has no address but its own loopback: nobody else can come to a meeting. Connect it to a network."
            )
        }
        guard !open.isEmpty else {
            return Finding(
                "addresses",
                .good,
                "This machine has private or reserved addresses: \(names(inner)).\(families)"
            )
        }
        let also = inner.isEmpty ? "" : " and private ones: \(names(inner))"
        return Finding("addresses", .good, "This machine has public addresses: \(names(open))\(also).\(families)")
    }

    private static func told(_ own: [IPAddress], _ options: ServeOptions) -> Finding {
        let given = options.publicAddresses.compactMap { IPAddress($0) }
        if !given.isEmpty {
            let inner = given.filter { !$0.isPublic }
            let doubt =
                inner.isEmpty ? "" : " \(names(inner)) is private, though: it leads nowhere outside of your network."
            return Finding(
                "public-address",
                inner.isEmpty ? .good : .warning,
                "Browsers are told to find this server at \(names(given)) (--public-address).\(doubt)"
            )
        }
        guard own.contains(where: { $0.isPublic && $0.v4 != nil }) else {
            return Finding(
                "public-address",
                .warning,
                """
                All IPv4 addresses of this machine are private. On your own network meetings work as they are; for people \
                elsewhere the router must forward the ports below to this machine, and --public-address must name the \
                router's public address.
                """
            )
        }
        return Finding(
            "public-address",
            .good,
            "No --public-address is needed: this machine has a public IPv4 address itself."
        )
    }

    /// Browsers give camera and microphone to secure pages only (W3C Secure Contexts): HTTPS, or this very machine.
    private static func page(_ options: ServeOptions) -> Finding? {
        let isLocal = ["localhost", "127.0.0.1", "::1"].contains(options.host)
        switch (options.tls == .off, isLocal) {
        case (true, true):
            return Finding(
                "secure-context",
                .warning,
                """
                The page is served at \(options.host) only: for this machine, or for a reverse proxy on it that speaks HTTPS. \
                For others use --tls-certificate with --tls-key, or --tls self-signed.
                """
            )
        case (true, false):
            return Finding(
                "secure-context",
                .warning,
                """
                The page is served without TLS at \(options.host): browsers on other machines give it neither camera nor \
                microphone. Use --tls-certificate with --tls-key, or --tls self-signed.
                """
            )
        case (false, true):
            return Finding(
                "secure-context",
                .warning,
                "The page is served at \(options.host) only: others need --host 0.0.0.0."
            )
        case (false, false):
            return Finding(
                "secure-context",
                .good,
                "The page is served with TLS: browsers will offer camera and microphone."
            )
        }
    }

    private static func names(_ addresses: [IPAddress]) -> String { enumerated(addresses.map(\.description)) }

    private static func isLinkLocal(_ address: IPAddress) -> Bool {
        address.v4.map { $0 >> 16 == 0xA9FE } ?? (address.high >> 54 == 0xFE80 >> 6)
    }
}

import Glibc
import MeetingServer

/// What a person sees who has just started the server: where to open it, and what to know.
struct Banner: Sendable {
    let options: ServeOptions

    func show(_ listening: MeetingServer.Listening) {
        let scheme = options.tls == .off ? "http" : "https"
        let isForAll = ["0.0.0.0", "::"].contains(options.host)
        let own = isForAll ? "localhost" : options.host
        var lines = ["", "Parley \(Version.text) is ready.", "", "  Open   \(url(scheme, own, listening.port))"]
        if isForAll {
            let lan = LocalAddresses.all.map { url(scheme, $0, listening.port) }
            lines += lan.map { "  or     \($0)   from this network" }
            if let first = lan.first, let code = QRCode(first) { lines += ["", code.terminalText] }
        }
        if let fingerprint = listening.fingerprint {
            lines += [
                "",
                "  This server made its own certificate; browsers ask once whether to trust it. Its fingerprint (SHA-256):",
                "  \(fingerprint)",
            ]
        }
        if options.tls == .off, isForAll {
            lines += [
                "",
                "  Without TLS, browsers give out camera and microphone on this machine only. Others need --tls self-signed.",
            ]
        }
        lines += ["", "  Media port \(listening.mediaPort) (UDP and TCP). Ctrl-C stops the server.", ""]
        print(lines.joined(separator: "\n"))
        // Standard output is a pipe when something waits for these lines.
        fflush(nil)
    }

    private func url(_ scheme: String, _ host: String, _ port: Int) -> String {
        "\(scheme)://\(host.contains(":") ? "[\(host)]" : host):\(port)/"
    }
}

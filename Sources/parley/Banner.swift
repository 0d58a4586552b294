import MeetingServer

/// What a person sees who has just started the server: where to open it.
struct Banner: Sendable {
    let options: ServeOptions

    func show(_ listening: MeetingServer.Listening) {
        let scheme = options.tls == .off ? "http" : "https"
        print("Parley \(Version.text) is ready. Open \(scheme)://127.0.0.1:\(listening.port)")
    }
}

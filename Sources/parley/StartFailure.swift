import Glibc
import MeetingServer
import NIOCore

/// Why the server could not go on, as a sentence for the person who started it.
enum StartFailure {
    static func sentence(for error: any Error, options: ServeOptions) -> String {
        guard let failure = error as? IOError else { return "\(error)" }
        let ports = "port \(options.port) (page, --port) or \(options.mediaPort) (media, --media-port)"
        switch failure.errnoCode {
        case EADDRINUSE: return "Something on this machine already uses \(ports); stop it or choose another."
        case EACCES: return "This user may not listen on \(ports); ports below 1024 need a privilege."
        case EADDRNOTAVAIL: return "This machine does not have the address \(options.host) (--host)."
        default: return "The server stopped: \(failure)"
        }
    }
}

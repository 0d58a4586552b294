import Glibc

/// The media port could not be opened. The description is a sentence for the person who starts the server.
public struct MediaPortError: Error, CustomStringConvertible, Sendable {
    public let host: String
    public let port: Int
    public let transport: MediaService.BoundSocket.Transport
    /// The system's number for why.
    public let errno: Int32

    public var description: String {
        let name = "\(transport == .udp ? "UDP" : "TCP") port \(port)"
        return switch errno {
        case EADDRINUSE:
            "Something on this machine already uses \(name) (media, --media-port); stop it or choose another."
        case EACCES: "This user may not listen on \(name) (media, --media-port); ports below 1024 need a privilege."
        case EADDRNOTAVAIL: "This machine does not have the address \(host)."
        default: unsafe "The media port cannot listen on \(host), \(name): \(String(cString: strerror(errno)))."
        }
    }
}

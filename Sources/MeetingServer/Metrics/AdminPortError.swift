import Glibc

/// The port of the metrics could not be opened. The description is a sentence for the person who starts the server.
struct AdminPortError: Error, CustomStringConvertible {
    let port: Int
    /// The system's number for why.
    let errno: Int32

    var description: String {
        switch errno {
        case EADDRINUSE:
            "Something on this machine already uses TCP port \(port) (metrics, --admin-port); stop it or choose another."
        case EACCES:
            "This user may not listen on TCP port \(port) (metrics, --admin-port); ports below 1024 need a privilege."
        default:
            unsafe "TCP port \(port) (metrics, --admin-port) cannot be opened: \(String(cString: strerror(errno)))."
        }
    }
}

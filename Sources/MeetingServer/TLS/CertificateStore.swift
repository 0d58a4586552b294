public import NIOSSL
import Synchronization

/// The certificate that new connections get. Connections keep the one they started with, so a change drops nobody.
///
/// Handshakes read it from event loops, `CertificateWatcher` changes it: hence the lock, held only to copy a reference.
public final class CertificateStore: Sendable {
    /// What a look at the files brought.
    public enum Change: Sendable {
        /// The files are as they were.
        case none
        /// New connections get the new certificate.
        case renewed
        /// The files changed into something that cannot be served; the old certificate stays. Said once for each change.
        case refused(any Error)
    }

    private struct State {
        var context: NIOSSLContext
        /// What the files held at the last look, good or bad, so that the same fault is not told again and again.
        var seen: Result<CertificateFiles.Content, any Error>
    }

    private let files: CertificateFiles
    private let state: Mutex<State>

    /// Reads the files for the first time; throws when they cannot be served, because then there is nothing to keep.
    public init(_ files: CertificateFiles) throws {
        let content = try files.read()
        self.files = files
        state = Mutex(State(context: try content.context(), seen: .success(content)))
    }

    /// For the connection that comes now.
    public var context: NIOSSLContext { state.withLock { $0.context } }

    /// Looks at the files again. Contents are compared, not times: two writes within a second, or a file put back with an
    /// old time, are seen too. A certificate and a key that do not match yet are refused and looked at again next time.
    public func refresh() -> Change {
        let content: CertificateFiles.Content
        do {
            content = try files.read()
        } catch {
            return state.withLock { state in
                if case .failure = state.seen { return .none }
                state.seen = .failure(error)
                return .refused(error)
            }
        }
        return state.withLock { state in
            if case .success(content) = state.seen { return .none }
            state.seen = .success(content)
            do {
                state.context = try content.context()
                return .renewed
            } catch {
                return .refused(error)
            }
        }
    }
}

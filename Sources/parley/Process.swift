import Foundation
import Glibc

/// The process's environment.
func environment() -> [String: String] { ProcessInfo.processInfo.environment }

/// The text of a file, for `--config`.
func readFile(_ path: String) throws -> String { try String(contentsOfFile: path, encoding: .utf8) }

/// Every connection is a file: takes as many as the system allows without asking.
func raiseFileLimit() {
    var limit = rlimit()
    guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
    limit.rlim_cur = limit.rlim_max
    // Refused: then the old limit stays, and connections beyond it wait.
    _ = unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
}

import Glibc

/// A system call that failed.
struct SystemError: Error, Equatable, CustomStringConvertible {
    /// An errno.
    let number: Int32
    /// Which call.
    let call: StaticString

    static func == (left: SystemError, right: SystemError) -> Bool { left.number == right.number }

    var description: String { unsafe "\(call): \(String(cString: strerror(number)))" }

    /// The result of a CLinux call, or its error.
    @discardableResult
    static func check(_ result: Int32, _ call: StaticString) throws(SystemError) -> Int32 {
        guard result >= 0 else { throw SystemError(number: -result, call: call) }
        return result
    }
}

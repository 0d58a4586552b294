/// Why a load could not be made.
package enum TurnLoadError: Error, CustomStringConvertible {
    /// The server answered something else than success.
    case refused(String)
    /// The server did not answer.
    case timedOut(String)
    /// A system call failed, with this error number.
    case system(String, CInt)

    package var description: String {
        switch self {
        case .refused(let answer): "The server refused: \(answer)."
        case .timedOut(let what): "Nothing happened for too long while \(what)."
        case .system(let call, let code):
            "The system refused \(call) (error \(code)); the limit of open files may be too low."
        }
    }
}

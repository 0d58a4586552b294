import NIOCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Writes files that only this user may read.
enum PrivateFile {
    /// Replaces the file in one step: the name never leads to half of it, and a key is never readable by others, not
    /// even for the moment between creating and restricting.
    static func write(_ text: String, to path: String) throws {
        let draft = path + ".new"
        unsafe _ = unlink(draft)
        let descriptor = unsafe open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw IOError(errnoCode: errno, reason: "open \(draft)") }
        defer { close(descriptor) }
        let bytes = Array(text.utf8)
        let written = unsafe bytes.withUnsafeBytes { unsafe systemWrite(descriptor, $0.baseAddress, $0.count) }
        guard written == bytes.count, fsync(descriptor) == 0, unsafe rename(draft, path) == 0 else {
            throw IOError(errnoCode: errno, reason: "write \(path)")
        }
    }
}

/// `write` of the C library; the name is taken by our own function.
private func systemWrite(_ descriptor: CInt, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
    unsafe write(descriptor, bytes, count)
}

import CZlib

/// Compresses at start, once for each file; nothing is compressed while a browser waits.
enum Gzip {
    /// The bytes in gzip's format (RFC 1952), or nil when that would not be smaller.
    static func compress(_ input: [UInt8]) -> [UInt8]? {
        // An output as large as the input is a failure worth reporting as nil, so that is all the room there is.
        guard !input.isEmpty, let inputCount = UInt32(exactly: input.count) else { return nil }
        var output = [UInt8](repeating: 0, count: input.count)
        let written = unsafe input.withUnsafeBufferPointer { source in
            unsafe output.withUnsafeMutableBufferPointer { destination -> Int? in
                var stream = unsafe z_stream()
                guard unsafe parleyDeflateInitGzip(&stream) == Z_OK else { return nil }
                defer { unsafe _ = deflateEnd(&stream) }
                unsafe stream.next_in = UnsafeMutablePointer(mutating: source.baseAddress)
                unsafe stream.avail_in = inputCount
                unsafe stream.next_out = destination.baseAddress
                unsafe stream.avail_out = inputCount
                guard unsafe deflate(&stream, Z_FINISH) == Z_STREAM_END else { return nil }
                return unsafe Int(inputCount - stream.avail_out)
            }
        }
        guard let written, written < input.count else { return nil }
        return Array(output[..<written])
    }
}

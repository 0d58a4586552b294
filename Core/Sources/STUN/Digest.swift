import COpenSSL

/// The hashes of STUN and TURN, computed by OpenSSL. The one place where their pointers are touched.
package enum Digest {
    /// SHA-256 (FIPS 180-4).
    package static func sha256(_ bytes: Span<UInt8>) -> InlineArray<32, UInt8> {
        var digest = InlineArray<32, UInt8>(repeating: 0)
        var room = digest.mutableSpan
        unsafe run(bytes, &room) { unsafe parley_sha256($0, $1, $2) }
        return digest
    }

    /// MD5 (RFC 1321), which long-term keys are made with (RFC 8489 §18.5.1.1).
    package static func md5(_ bytes: Span<UInt8>) -> InlineArray<16, UInt8> {
        var digest = InlineArray<16, UInt8>(repeating: 0)
        var room = digest.mutableSpan
        unsafe run(bytes, &room) { unsafe parley_md5($0, $1, $2) }
        return digest
    }

    /// HMAC-SHA1 (RFC 2104) of `first` and `second` behind each other.
    package static func hmacSHA1(
        key: Span<UInt8>,
        _ first: Span<UInt8>,
        _ second: Span<UInt8> = Span()
    ) -> InlineArray<20, UInt8> {
        var digest = InlineArray<20, UInt8>(repeating: 0)
        var room = digest.mutableSpan
        unsafe run(key, first, second, &room) { unsafe parley_hmac_sha1($0, $1, $2, $3, $4, $5, $6) }
        return digest
    }

    /// HMAC-SHA256 of `first` and `second` behind each other.
    package static func hmacSHA256(
        key: Span<UInt8>,
        _ first: Span<UInt8>,
        _ second: Span<UInt8> = Span()
    ) -> InlineArray<32, UInt8> {
        var digest = InlineArray<32, UInt8>(repeating: 0)
        var room = digest.mutableSpan
        unsafe run(key, first, second, &room) { unsafe parley_hmac_sha256($0, $1, $2, $3, $4, $5, $6) }
        return digest
    }

    /// Whether both are equal, in a time that says nothing about where they differ. False when their counts differ.
    package static func areEqual(_ left: Span<UInt8>, _ right: Span<UInt8>) -> Bool {
        guard left.count == right.count else { return false }
        return unsafe left.withUnsafeBufferPointer { left in
            unsafe right.withUnsafeBufferPointer { right in
                unsafe parley_equal(left.baseAddress, right.baseAddress, left.count)
            }
        }
    }

    private typealias Bytes = UnsafePointer<UInt8>

    private static func run(
        _ bytes: Span<UInt8>,
        _ digest: inout MutableSpan<UInt8>,
        _ function: (Bytes?, Int, UnsafeMutablePointer<UInt8>) -> Bool
    ) {
        let isDone = unsafe bytes.withUnsafeBufferPointer { bytes in
            unsafe digest.withUnsafeMutableBufferPointer { digest in
                guard let start = digest.baseAddress else { return false }
                return unsafe function(bytes.baseAddress, bytes.count, start)
            }
        }
        precondition(isDone, "OpenSSL has neither memory nor MD5, SHA-1 and SHA-256; nothing can be vouched for")
    }

    private static func run(
        _ key: Span<UInt8>,
        _ first: Span<UInt8>,
        _ second: Span<UInt8>,
        _ digest: inout MutableSpan<UInt8>,
        _ function: (Bytes?, Int, Bytes?, Int, Bytes?, Int, UnsafeMutablePointer<UInt8>) -> Bool
    ) {
        let isDone = unsafe key.withUnsafeBufferPointer { key in
            unsafe first.withUnsafeBufferPointer { first in
                unsafe second.withUnsafeBufferPointer { second in
                    unsafe digest.withUnsafeMutableBufferPointer { digest in
                        guard let start = digest.baseAddress else { return false }
                        return unsafe function(
                            key.baseAddress,
                            key.count,
                            first.baseAddress,
                            first.count,
                            second.baseAddress,
                            second.count,
                            start
                        )
                    }
                }
            }
        }
        precondition(isDone, "OpenSSL has neither memory nor MD5, SHA-1 and SHA-256; nothing can be vouched for")
    }
}

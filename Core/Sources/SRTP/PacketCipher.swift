import COpenSSL

/// The cipher of SRTP or of SRTCP in one direction: the keys made ready, and the salt. The one place where pointers are
/// touched.
///
/// It owns OpenSSL's context and frees it. Nothing is allocated per packet.
@safe
struct PacketCipher: ~Copyable {
    private let cipher: OpaquePointer
    let isAEAD: Bool
    /// The first eight bytes of the salt; the rest stands as in the vector, see `vector`.
    private let saltHigh: UInt64
    private let saltLow: UInt64

    /// Nil when OpenSSL has no memory or not the algorithm.
    init?(_ keys: SessionKeys, encrypts: Bool) {
        isAEAD = keys.profile.isAEAD
        var high: UInt64 = 0
        for index in 0..<8 { high = high << 8 | UInt64(keys.salt[index]) }
        var low: UInt64 = 0
        for index in 8..<keys.profile.saltLength { low = low << 8 | UInt64(keys.salt[index]) }
        saltHigh = high
        saltLow = low
        let made = unsafe keys.key.span.withUnsafeBufferPointer { key in
            unsafe keys.authenticationKey.span.withUnsafeBufferPointer { authenticationKey in
                keys.profile.isAEAD
                    ? unsafe parley_gcm_new(key.baseAddress, keys.profile.keyLength, encrypts)
                    : unsafe parley_ctr_new(key.baseAddress, authenticationKey.baseAddress)
            }
        }
        guard let made = unsafe made else { return nil }
        unsafe cipher = made
    }

    deinit { unsafe parley_cipher_free(cipher) }

    /// The initialization vector of a packet. It never repeats while the index does not repeat for an SSRC.
    ///
    /// ```
    /// AEAD (RFC 7714 §8.1, §9.1), 12 bytes:  (00 00 | SSRC | 48 bits of index)                XOR salt
    /// CM   (RFC 3711 §4.1.1),     16 bytes:  (00 00 00 00 | SSRC | 48 bits of index | 00 00)  XOR (salt | 00 00)
    /// ```
    func vector(ssrc: UInt32, index: UInt64) -> Vector {
        isAEAD
            ? Vector(
                high: saltHigh ^ (UInt64(ssrc) << 16 | index >> 32),
                low: (saltLow ^ index & 0xFFFF_FFFF) << 32
            )
            : Vector(high: saltHigh ^ UInt64(ssrc), low: (saltLow ^ index) << 16)
    }

    /// Encrypts `first` and then `second` behind the `header` bytes of `out`. AEAD vouches for both and writes its tag
    /// behind them; the other cipher leaves that to `tag`. False when `out` has no room, or OpenSSL fails.
    func seal(
        _ vector: Vector,
        header: Int,
        _ first: Span<UInt8>,
        _ second: Span<UInt8>,
        to out: inout MutableSpan<UInt8>
    ) -> Bool {
        guard header >= 0, header &+ first.count &+ second.count &+ (isAEAD ? 16 : 0) <= out.count else { return false }
        return unsafe first.withUnsafeBufferPointer { first in
            unsafe second.withUnsafeBufferPointer { second in
                unsafe vector.withUnsafeBytes { vector in
                    unsafe out.withUnsafeMutableBufferPointer { out in
                        guard let start = out.baseAddress else { return false }
                        let clear = unsafe UnsafeBufferPointer(start: start, count: header)
                        return unsafe run(vector, clear, first, second, to: start + header)
                    }
                }
            }
        }
    }

    /// Encrypts a range of `bytes` where it stands, for SRTCP: AEAD vouches for it and for `clear`, and writes its tag
    /// behind it.
    func seal(
        _ vector: Vector,
        clear: Span<UInt8>,
        _ text: Range<Int>,
        in bytes: inout MutableSpan<UInt8>
    ) -> Bool {
        guard holds(text, in: bytes.span) else { return false }
        return unsafe clear.withUnsafeBufferPointer { clear in
            unsafe vector.withUnsafeBytes { vector in
                unsafe bytes.withUnsafeMutableBufferPointer { bytes in
                    guard let start = bytes.baseAddress else { return false }
                    let first = unsafe UnsafeBufferPointer(start: start + text.lowerBound, count: text.count)
                    let nothing = unsafe UnsafeBufferPointer<UInt8>(start: nil, count: 0)
                    return unsafe run(vector, clear, first, nothing, to: start + text.lowerBound)
                }
            }
        }
    }

    /// Decrypts a range of `bytes` where it stands, for SRTP: what is before it is vouched for as well. AEAD says
    /// whether the tag behind it is right; the other cipher has been asked before, by `tag`.
    func open(_ vector: Vector, _ text: Range<Int>, in bytes: inout MutableSpan<UInt8>) -> Bool {
        guard holds(text, in: bytes.span) else { return false }
        return unsafe vector.withUnsafeBytes { vector in
            unsafe bytes.withUnsafeMutableBufferPointer { bytes in
                guard let start = bytes.baseAddress else { return false }
                let clear = unsafe UnsafeBufferPointer(start: start, count: text.lowerBound)
                return unsafe run(vector, clear, at: start + text.lowerBound, text.count)
            }
        }
    }

    /// The same for SRTCP: what is vouched for stands elsewhere.
    func open(
        _ vector: Vector,
        clear: Span<UInt8>,
        _ text: Range<Int>,
        in bytes: inout MutableSpan<UInt8>
    ) -> Bool {
        guard holds(text, in: bytes.span) else { return false }
        return unsafe clear.withUnsafeBufferPointer { clear in
            unsafe vector.withUnsafeBytes { vector in
                unsafe bytes.withUnsafeMutableBufferPointer { bytes in
                    guard let start = bytes.baseAddress else { return false }
                    return unsafe run(vector, clear, at: start + text.lowerBound, text.count)
                }
            }
        }
    }

    /// The HMAC of counter mode over `bytes` and then `more` (the roll-over counter of SRTP, nothing for SRTCP), ten
    /// bytes of it (RFC 3711 §4.2). AEAD has none.
    func tag(_ bytes: Span<UInt8>, _ more: Span<UInt8> = Span()) -> InlineArray<10, UInt8> {
        var tag = InlineArray<10, UInt8>(repeating: 0)
        guard !isAEAD else { return tag }
        var room = tag.mutableSpan
        unsafe bytes.withUnsafeBufferPointer { bytes in
            unsafe more.withUnsafeBufferPointer { more in
                unsafe room.withUnsafeMutableBufferPointer { room in
                    unsafe parley_ctr_tag(
                        cipher,
                        bytes.baseAddress,
                        bytes.count,
                        more.baseAddress,
                        more.count,
                        room.baseAddress
                    )
                }
            }
        }
        return tag
    }

    /// Twelve or sixteen bytes, as two integers whose bytes stand in the order of the wire.
    struct Vector {
        private let words: InlineArray<2, UInt64>

        init(high: UInt64, low: UInt64) { words = [high.bigEndian, low.bigEndian] }

        func withUnsafeBytes(_ body: (UnsafePointer<UInt8>) -> Bool) -> Bool {
            unsafe words.span.withUnsafeBytes { bytes in
                guard let start = bytes.baseAddress else { return false }
                return unsafe body(start.assumingMemoryBound(to: UInt8.self))
            }
        }
    }

    // MARK: OpenSSL

    private typealias Bytes = UnsafeBufferPointer<UInt8>

    private func holds(_ text: Range<Int>, in bytes: Span<UInt8>) -> Bool {
        text.lowerBound >= 0 && text.upperBound &+ (isAEAD ? 16 : 0) <= bytes.count
    }

    private func run(
        _ vector: UnsafePointer<UInt8>,
        _ clear: Bytes,
        _ first: Bytes,
        _ second: Bytes,
        to out: UnsafeMutablePointer<UInt8>
    ) -> Bool {
        guard isAEAD else {
            return unsafe parley_ctr_apply(
                cipher,
                vector,
                first.baseAddress,
                first.count,
                second.baseAddress,
                second.count,
                out
            )
        }
        return unsafe parley_gcm_seal(
            cipher,
            vector,
            clear.baseAddress,
            clear.count,
            first.baseAddress,
            first.count,
            second.baseAddress,
            second.count,
            out
        )
    }

    private func run(
        _ vector: UnsafePointer<UInt8>,
        _ clear: Bytes,
        at text: UnsafeMutablePointer<UInt8>,
        _ count: Int
    ) -> Bool {
        isAEAD
            ? unsafe parley_gcm_open(cipher, vector, clear.baseAddress, clear.count, text, count)
            : unsafe parley_ctr_apply(cipher, vector, text, count, nil, 0, text)
    }
}

extension PacketCipher {
    /// Whether ten bytes of `bytes` from an index on are that tag, in a time that does not depend on them.
    static func isEqual(_ tag: InlineArray<10, UInt8>, _ bytes: Span<UInt8>, at index: Int) -> Bool {
        guard index >= 0, index &+ 10 <= bytes.count else { return false }
        var difference: UInt8 = 0
        for place in 0..<10 { difference |= tag[place] ^ bytes[index &+ place] }
        return difference == 0
    }
}

// SAFETY: the pointer is private to the value, which cannot be copied; who has the value is its only user.
extension PacketCipher: @unchecked Sendable {}

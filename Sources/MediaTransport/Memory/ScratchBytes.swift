/// Memory that a worker reads into before it knows what it reads.
@safe struct ScratchBytes: ~Copyable {
    private let memory: UnsafeMutableBufferPointer<UInt8>

    init(count: Int) {
        unsafe memory = .allocate(capacity: count)
        unsafe memory.initialize(repeating: 0)
    }

    deinit { unsafe memory.deallocate() }

    /// All of it, valid as long as its owner.
    var bytes: UnsafeMutableBufferPointer<UInt8> { unsafe memory }
}

import STUN
import Units

/// One path from which an authenticated check came (a valid pair's remote end, in RFC 8445's words).
struct Tuple: Sendable, BitwiseCopyable {
    var path: FiveTuple
    /// When something authenticated came last.
    var heard: Timestamp
    /// Whether somebody there reads what we send: our check was answered, or something came that needs our keys.
    var isVerified = false
    /// Rises with every nomination; zero for never.
    var nomination: UInt64 = 0
    /// The transaction of our own check, in two parts.
    var checkHigh: UInt32
    var checkLow: UInt64
    /// Bytes that may still be sent before the path is verified.
    var budget = 0

    init(path: FiveTuple, heard: Timestamp, check: TransactionID) {
        self.path = path
        self.heard = heard
        checkHigh = check.high
        checkLow = check.low
    }

    var check: TransactionID { TransactionID(high: checkHigh, low: checkLow) }
}

/// The paths of one transport, at most `Limits.tuples`.
struct TupleTable: Sendable, BitwiseCopyable {
    private var places: InlineArray<8, Tuple?> = InlineArray(repeating: nil)

    /// Where a path stands; nil when no check ever came from it.
    func index(of path: FiveTuple) -> Int? {
        for index in places.indices where places[index]?.path == path { return index }
        return nil
    }

    subscript(index: Int) -> Tuple? {
        get { places[index] }
        set { places[index] = newValue }
    }

    var indices: Range<Int> { places.indices }

    /// A place for a new path: a free one, or that of the path that was silent for longest, which is forgotten.
    /// `kept` stays: media goes that way.
    func placeForNew(keeping kept: FiveTuple?) -> (index: Int, isEviction: Bool) {
        var oldest = 0
        var silence = Timestamp(nanoseconds: .max)
        for index in places.indices {
            guard let tuple = places[index] else { return (index, false) }
            guard tuple.path != kept, tuple.heard < silence else { continue }
            oldest = index
            silence = tuple.heard
        }
        return (oldest, true)
    }
}

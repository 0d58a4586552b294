/// Who talks, the loudest first, as indices of publications.
struct SpeakerRanking: BitwiseCopyable, Sendable {
    private var ranked = InlineArray<16, Int32>(repeating: -1)
    private(set) var count = 0
    /// It differs from what control was told.
    private(set) var hasChanged = false
    private var told = InlineArray<16, Int32>(repeating: -1)
    private var toldCount = 0

    subscript(index: Int) -> Int { Int(ranked[index]) }

    func contains(_ publication: Int) -> Bool {
        for index in 0..<count where Int(ranked[index]) == publication { return true }
        return false
    }

    /// Puts one behind the last; the seventeenth has to wait.
    mutating func append(_ publication: Int) {
        guard count < Limits.speakers else { return }
        ranked[count] = Int32(truncatingIfNeeded: publication)
        count &+= 1
    }

    mutating func remove(_ publication: Int) {
        for index in 0..<count where Int(ranked[index]) == publication {
            for place in index..<(count &- 1) { ranked[place] = ranked[place &+ 1] }
            count &-= 1
            return
        }
    }

    mutating func swap(_ index: Int) {
        let first = ranked[index]
        ranked[index] = ranked[index &+ 1]
        ranked[index &+ 1] = first
    }

    /// Looks whether control has to be told. Not at every change, which would be too often.
    mutating func compare() {
        hasChanged = count != toldCount
        for index in 0..<count where ranked[index] != told[index] { hasChanged = true }
    }

    mutating func tell() {
        told = ranked
        toldCount = count
        hasChanged = false
    }
}

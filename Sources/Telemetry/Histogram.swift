/// How often a value lay in which range, as Prometheus counts it.
public struct Histogram: Equatable, Sendable {
    /// The upper ends of the ranges, rising; each belongs to its range. Above the last there is one more range.
    public let bounds: [Double]
    /// Values in each range, one more than `bounds`.
    public private(set) var counts: [UInt64]
    /// The sum of all values.
    public private(set) var sum = 0.0

    public init(bounds: [Double]) {
        self.bounds = bounds
        counts = Array(repeating: 0, count: bounds.count + 1)
    }

    public mutating func observe(_ value: Double) {
        counts[bounds.firstIndex { value <= $0 } ?? bounds.count] &+= 1
        sum += value
    }
}

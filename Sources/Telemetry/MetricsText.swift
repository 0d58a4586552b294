/// Writes metrics in Prometheus' text format, version 0.0.4.
///
/// Names are ours, base units and `_total` for what only rises, as the Prometheus project's conventions have it. A label has
/// few values, known beforehand: never a name, a room or an address (T-LOG-2).
public struct MetricsText: Sendable {
    /// What an HTTP answer calls it.
    public static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    /// One number of a family whose numbers differ by a label.
    public typealias Sample = (label: String, value: Double)

    public private(set) var text = ""

    public init() {}

    /// What only rises.
    public mutating func counter(_ name: String, _ help: String, _ value: some BinaryInteger) {
        counter(name, help, Double(value))
    }

    public mutating func counter(_ name: String, _ help: String, _ value: Double) {
        head(name, "counter", help)
        line(name, [], value)
    }

    public mutating func counter(_ name: String, _ help: String, by label: String, _ samples: [Sample]) {
        head(name, "counter", help)
        for sample in samples { line(name, [(label, sample.label)], sample.value) }
    }

    /// A counter whose numbers differ by two labels: `outer` of each group, `inner` of each sample.
    public mutating func counter(
        _ name: String,
        _ help: String,
        by outer: String,
        _ inner: String,
        _ groups: [(label: String, samples: [Sample])]
    ) {
        head(name, "counter", help)
        for group in groups {
            for sample in group.samples { line(name, [(outer, group.label), (inner, sample.label)], sample.value) }
        }
    }

    /// What there is at the moment.
    public mutating func gauge(_ name: String, _ help: String, _ value: some BinaryInteger) {
        gauge(name, help, Double(value))
    }

    public mutating func gauge(_ name: String, _ help: String, _ value: Double) {
        head(name, "gauge", help)
        line(name, [], value)
    }

    public mutating func gauge(_ name: String, _ help: String, by label: String, _ samples: [Sample]) {
        head(name, "gauge", help)
        for sample in samples { line(name, [(label, sample.label)], sample.value) }
    }

    /// Each bucket counts what lies in those below it too.
    public mutating func histogram(_ name: String, _ help: String, _ histogram: Histogram) {
        head(name, "histogram", help)
        var count: UInt64 = 0
        for (bound, own) in zip(histogram.bounds + [.infinity], histogram.counts) {
            count &+= own
            line(name + "_bucket", [("le", Self.number(bound))], Double(count))
        }
        line(name + "_sum", [], histogram.sum)
        line(name + "_count", [], Double(count))
    }

    private mutating func head(_ name: String, _ type: String, _ help: String) {
        text += "# HELP \(name) \(Self.escaped(help, quotes: false))\n# TYPE \(name) \(type)\n"
    }

    private mutating func line(_ name: String, _ labels: [(String, String)], _ value: Double) {
        let inside = labels.map { "\($0)=\"\(Self.escaped($1, quotes: true))\"" }.joined(separator: ",")
        text += "\(name)\(inside.isEmpty ? "" : "{\(inside)}") \(Self.number(value))\n"
    }

    /// Whole numbers without a fraction; what is none as Go's parser takes it.
    private static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        return Int64(exactly: value).map(String.init) ?? "\(value)"
    }

    private static func escaped(_ text: String, quotes: Bool) -> String {
        var result = ""
        for letter in text {
            switch letter {
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\"" where quotes: result += "\\\""
            default: result.append(letter)
            }
        }
        return result
    }
}

/// One line of a benchmark's result.
enum BenchLine {
    /// Prints a JSON object. The values are JSON already.
    static func report(_ fields: [(String, String)]) {
        print("{" + fields.map { "\"\($0.0)\":\($0.1)" }.joined(separator: ",") + "}")
    }

    static func rounded(_ number: Double) -> String {
        guard number.isFinite else { return "null" }
        return "\((number * 100).rounded() / 100)"
    }
}

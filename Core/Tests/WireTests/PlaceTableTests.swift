import Testing
import Wire

@Suite("Places for values that cannot be copied")
struct PlaceTableTests {
    /// Counts how often it ended.
    private final class Ends { var count = 0 }

    private struct Value: ~Copyable {
        var number: Int
        let ends: Ends

        deinit { ends.count += 1 }
    }

    @Test("A value stays at its index while the table grows, and can be changed there")
    func growth() {
        let ends = Ends()
        var table = PlaceTable<Value>(limit: 100)
        let places = (0..<100).map { table.insert(Value(number: $0, ends: ends)) }
        #expect(places == (0..<100).map(Optional.some))
        table[7].number = 700
        let numbers = table.indices.map { table[$0].number }
        #expect(numbers == (0..<100).map { $0 == 7 ? 700 : $0 })
        #expect(ends.count == 0)
    }

    @Test("Beyond its limit nothing is taken in; a freed place is used again")
    func limit() {
        let ends = Ends()
        var table = PlaceTable<Value>(limit: 3)
        for number in 0..<3 { _ = table.insert(Value(number: number, ends: ends)) }
        let refused = table.insert(Value(number: 3, ends: ends))
        #expect(refused == nil)
        table.remove(1)
        table.remove(1)
        table.remove(-1)
        table.remove(99)
        let (count, isThere, again) = (table.count, table.contains(1), table.insert(Value(number: 4, ends: ends)))
        #expect(count == 2 && !isThere && again == 1)
    }

    @Test("Every value ends once: when it is removed, or with the table")
    func ends() {
        let ends = Ends()
        do {
            var table = PlaceTable<Value>(limit: 20)
            for number in 0..<20 { _ = table.insert(Value(number: number, ends: ends)) }
            table.remove(3)
            table.remove(19)
            #expect(ends.count == 2)
        }
        #expect(ends.count == 20)
    }
}

import Simulation
import Testing
import Wire

@Suite("Index table")
struct IndexTableTests {
    @Test(
        "An index table finds what a dictionary finds, through inserts, removals and growth, with bad hashes too",
        arguments: [UInt32.max, 0xFF, 0x3]
    )
    func indexTable(mask: UInt32) {
        let seed: UInt64 = 0x7AB1E
        var random = SplitMix64(seed: seed)
        var table = IndexTable()
        var reference: [Int: UInt32] = [:]
        for round in 0..<20_000 {
            let index = Int.random(in: 0..<(mask == 0x3 ? 50 : 500), using: &random)
            if let hash = reference[index] {
                table.remove(index, hash: hash)
                reference[index] = nil
            } else {
                let hash = UInt32.random(in: 0...UInt32.max, using: &random) & mask
                table.insert(index, hash: hash)
                reference[index] = hash
            }
            guard round % 50 == 0 else { continue }
            let count = table.count
            #expect(count == reference.count, "seed \(seed) round \(round)")
            let lost = reference.filter { !finds(table, $0.key, $0.value) }
            #expect(lost.isEmpty, "seed \(seed) round \(round)")
        }
    }

    private func finds(_ table: borrowing IndexTable, _ wanted: Int, _ hash: UInt32) -> Bool {
        var probe = table.probe(hash)
        while let index = table.next(&probe) { if index == wanted { return true } }
        return false
    }

    @Test("Removing what is not there changes nothing")
    func removeAbsent() {
        var table = IndexTable()
        table.insert(3, hash: 9)
        table.remove(4, hash: 9)
        table.remove(3, hash: 8)
        let (count, isThere) = (table.count, finds(table, 3, 9))
        #expect(count == 1 && isThere)
    }
}

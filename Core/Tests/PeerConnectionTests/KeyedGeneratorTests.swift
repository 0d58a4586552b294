import Simulation
import Testing

@testable import PeerConnection

@Suite("Random numbers of a link")
struct KeyedGeneratorTests {
    @Test("Numbers differ from each other, and from those of another key")
    func differ() {
        var source = SplitMix64(seed: 1)
        var one = KeyedGenerator(using: &source)
        var other = KeyedGenerator(using: &source)
        let numbers = (0..<1_000).map { _ in one.next() } + (0..<1_000).map { _ in other.next() }
        #expect(Set(numbers).count == 2_000)
    }

    @Test("A copy goes on like the original")
    func repeats() {
        var source = SplitMix64(seed: 1)
        var one = KeyedGenerator(using: &source)
        var copy = one
        #expect(one.next() == copy.next())
    }
}

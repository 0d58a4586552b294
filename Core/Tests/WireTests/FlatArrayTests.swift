import Testing
import Wire

@Suite("FlatArray")
struct FlatArrayTests {
    @Test("It keeps what is put in when it grows, and fills the rest")
    func growth() {
        var array = FlatArray(repeating: 7, count: 3)
        array[1] = 5
        array.grow(to: 2, with: 0)
        #expect(array.count == 3)
        array.grow(to: 5, with: 9)
        let all = (0..<array.count).map { array[$0] }
        #expect(all == [7, 5, 7, 9, 9])
    }

    @Test("An index outside ends the process")
    func outside() async {
        await #expect(processExitsWith: .failure) {
            let array = FlatArray(repeating: 7, count: 3)
            _ = array[3]
        }
        await #expect(processExitsWith: .failure) {
            var array = FlatArray(repeating: 7, count: 0)
            array[-1] = 0
        }
    }
}

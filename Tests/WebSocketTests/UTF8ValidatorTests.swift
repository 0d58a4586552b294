import Testing
import WebSocket

@Suite("UTF-8 of texts")
struct UTF8ValidatorTests {
    @Test("A byte stream is UTF-8 exactly when Swift says so, wherever it is cut")
    func agreesWithTheStandardLibrary() {
        for first in UInt8.min...UInt8.max {
            for second in UInt8.min...UInt8.max {
                for tail in [[], [0x80], [0x80, 0xBF], [0x41]] as [[UInt8]] {
                    let bytes = [first, second] + tail
                    #expect(isValid(bytes, cutAt: 1) == (String(validating: bytes, as: UTF8.self) != nil), "\(bytes)")
                }
            }
        }
    }

    private func isValid(_ bytes: [UInt8], cutAt cut: Int) -> Bool {
        var validator = UTF8Validator()
        return validator.consume(bytes.span.extracting(..<cut)) && validator.consume(bytes.span.extracting(cut...))
            && validator.isAtBoundary
    }
}

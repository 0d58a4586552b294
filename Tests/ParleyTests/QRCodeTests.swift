import Testing

@testable import parley

@Suite("QR code in the terminal")
struct QRCodeTests {
    /// Read back by zbarimg 0.23 when it was written down.
    private static let code = """
        █████████████████████████████
        ██ ▄▄▄▄▄ █▀ █▀▀ ▄▀██ ▄▄▄▄▄ ██
        ██ █   █ █▀ ▄ █▀█▀▀█ █   █ ██
        ██ █▄▄▄█ █▀█ █▄█▄▀██ █▄▄▄█ ██
        ██▄▄▄▄▄▄▄█▄█▄█ █ █ █▄▄▄▄▄▄▄██
        ██▄   ▄▀▄   ▄█▄ ▀██ █▄█▄█ ███
        ██ █ ▄█▀▄▄▄ ▀ ▄██▄█▀▀▄█▄█▄ ██
        ██▀▀█▄ ▀▄██ ▀▄▀▄▀▄▄▀▄▄▄▀▄ ▄██
        ██ ██▀██▄▄ ▀ █▀██▄▀█▄  ▄█▄ ██
        ██▄█▄█▄█▄▄ █ █▄ ▀▀ ▄▄▄ ▀▄████
        ██ ▄▄▄▄▄ █▄█▀ ▄██▀ █▄█ ▀▄▄ ██
        ██ █   █ █  ▀▄ ▄▀ ▄▄ ▄ ▀ ▀▀██
        ██ █▄▄▄█ █ ▀▄▀██ ▄▀▀█▀▀ ▄█ ██
        ██▄▄▄▄▄▄▄█▄▄█▄▄▄█▄███▄▄▄▄▄▄██
        █████████████████████████████
        """

    @Test("The code of an address is the one that a scanner has read")
    func golden() throws {
        #expect(try #require(QRCode("https://192.0.2.2:18085/")).terminalText == Self.code)
    }

    @Test(
        "The version grows with the text, until it is too long",
        arguments: [(17, 21), (18, 25), (106, 37), (107, nil)]
    )
    func sizes(length: Int, size: Int?) {
        #expect(QRCode(String(repeating: "a", count: length))?.size == size)
    }
}

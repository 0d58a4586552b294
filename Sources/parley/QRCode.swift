/// A QR code (ISO/IEC 18004) of a short text: byte mode, error correction level L, versions 1 to 5 (up to 106 bytes).
///
/// For the terminal of the person who starts the server: a phone on the same network scans it and is in.
struct QRCode {
    /// Rows of modules; true is dark.
    private(set) var modules: [[Bool]]
    /// Modules that hold patterns, not data.
    private var isFixed: [[Bool]]
    private let version: Int

    /// Data and error correction codewords of versions 1 to 5 at level L; each is one block.
    private static let codewords: [(data: Int, correction: Int)] = [
        (data: 19, correction: 7), (34, 10), (55, 15), (80, 20), (108, 26),
    ]

    /// Nil when the text is too long.
    init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard let index = Self.codewords.firstIndex(where: { bytes.count + 2 <= $0.data }) else { return nil }
        version = index + 1
        let size = 17 + 4 * version
        modules = Array(repeating: Array(repeating: false, count: size), count: size)
        isFixed = modules
        let data = Self.dataCodewords(bytes, count: Self.codewords[index].data)
        drawPatterns()
        place(data + Self.correction(of: data, count: Self.codewords[index].correction))
        mask()
    }

    var size: Int { modules.count }

    /// The code for a terminal: two modules a character, dark on light whatever the terminal's colours, with the quiet zone.
    var terminalText: String {
        let quiet = 2
        func isDark(_ row: Int, _ column: Int) -> Bool {
            modules.indices.contains(row) && modules.indices.contains(column) && modules[row][column]
        }
        return stride(from: -quiet, to: size + quiet, by: 2).map { row in
            (-quiet..<(size + quiet)).map { column in
                switch (isDark(row, column), isDark(row + 1, column)) {
                case (true, true): " "
                case (true, false): "▄"
                case (false, true): "▀"
                case (false, false): "█"
                }
            }.joined()
        }.joined(separator: "\n")
    }
}

// MARK: - Codewords

extension QRCode {
    /// Mode, length, text, terminator and padding.
    private static func dataCodewords(_ bytes: [UInt8], count: Int) -> [UInt8] {
        var nibbles: [UInt8] = [0b0100, UInt8(bytes.count >> 4), UInt8(bytes.count & 15)]
        for byte in bytes { nibbles += [byte >> 4, byte & 15] }
        nibbles.append(0)
        var codewords = stride(from: 0, to: nibbles.count, by: 2).map { nibbles[$0] << 4 | nibbles[$0 + 1] }
        var padding: UInt8 = 0xEC
        while codewords.count < count {
            codewords.append(padding)
            padding = padding == 0xEC ? 0x11 : 0xEC
        }
        return codewords
    }

    /// Reed–Solomon: the remainder of the data by the generator polynomial over GF(256) with x^8+x^4+x^3+x^2+1.
    private static func correction(of data: [UInt8], count: Int) -> [UInt8] {
        var generator: [UInt8] = [1]
        var root: UInt8 = 1
        for _ in 0..<count {
            var next = generator + [0]
            for (index, coefficient) in generator.enumerated() { next[index + 1] ^= product(coefficient, root) }
            generator = next
            root = product(root, 2)
        }
        var remainder = data + Array(repeating: 0, count: count)
        for index in data.indices {
            let factor = remainder[index]
            for (offset, coefficient) in generator.enumerated() {
                remainder[index + offset] ^= product(coefficient, factor)
            }
        }
        return Array(remainder.suffix(count))
    }

    private static func product(_ left: UInt8, _ right: UInt8) -> UInt8 {
        var (result, left, right) = (UInt8(0), left, right)
        while right != 0 {
            if right & 1 == 1 { result ^= left }
            left = left << 1 ^ (left & 0x80 != 0 ? 0x1D : 0)
            right >>= 1
        }
        return result
    }
}

// MARK: - Drawing

extension QRCode {
    private mutating func set(_ row: Int, _ column: Int, _ isDark: Bool) {
        guard modules.indices.contains(row), modules.indices.contains(column) else { return }
        modules[row][column] = isDark
        isFixed[row][column] = true
    }

    private mutating func drawPatterns() {
        for index in 0..<size {
            set(6, index, index.isMultiple(of: 2))
            set(index, 6, index.isMultiple(of: 2))
        }
        for (row, column) in [(3, 3), (3, size - 4), (size - 4, 3)] { drawSquares(row, column, radius: 4) }
        if version > 1 { drawSquares(size - 7, size - 7, radius: 2) }
        drawFormat(mask: 0)
    }

    /// A finder (radius 4, with its light border) or an alignment pattern (radius 2): squares in squares.
    private mutating func drawSquares(_ row: Int, _ column: Int, radius: Int) {
        for down in -radius...radius {
            for right in -radius...radius {
                let distance = max(abs(down), abs(right))
                let isDark = radius == 2 ? distance != 1 : distance != 2 && distance != 4
                set(row + down, column + right, isDark)
            }
        }
    }

    /// Level and mask, with their own error correction, twice; and the one module that is always dark.
    private mutating func drawFormat(mask: Int) {
        let data = 0b01 << 3 | mask
        var remainder = data
        for _ in 0..<10 { remainder = remainder << 1 ^ (remainder >> 9) * 0x537 }
        let bits = (data << 10 | remainder) ^ 0x5412
        for index in 0..<15 {
            let isDark = bits >> index & 1 == 1
            switch index {
            case 0..<6: set(index, 8, isDark)
            case 6, 7: set(index + 1, 8, isDark)
            case 8: set(8, 7, isDark)
            default: set(8, 14 - index, isDark)
            }
            if index < 8 { set(8, size - 1 - index, isDark) } else { set(size - 15 + index, 8, isDark) }
        }
        set(size - 8, 8, true)
    }

    /// Fills the free modules in zigzag, two columns at a time from the right.
    private mutating func place(_ codewords: [UInt8]) {
        var bit = 0
        var right = size - 1
        var isUpward = true
        while right >= 1 {
            if right == 6 { right = 5 }
            for step in 0..<size {
                let row = isUpward ? size - 1 - step : step
                for column in [right, right - 1] where !isFixed[row][column] && bit < codewords.count * 8 {
                    modules[row][column] = codewords[bit / 8] >> (7 - bit % 8) & 1 == 1
                    bit += 1
                }
            }
            right -= 2
            isUpward.toggle()
        }
    }

    /// Flips data modules by the mask with the fewest long runs and blocks.
    private mutating func mask() {
        var best = (penalty: Int.max, modules: modules)
        for number in 0..<8 {
            var candidate = self
            candidate.drawFormat(mask: number)
            for row in 0..<size {
                for column in 0..<size where !isFixed[row][column] && Self.flips(number, row, column) {
                    candidate.modules[row][column].toggle()
                }
            }
            let penalty = candidate.penalty
            if penalty < best.penalty { best = (penalty, candidate.modules) }
        }
        modules = best.modules
    }

    private static func flips(_ mask: Int, _ row: Int, _ column: Int) -> Bool {
        switch mask {
        case 0: (row + column) % 2 == 0
        case 1: row % 2 == 0
        case 2: column % 3 == 0
        case 3: (row + column) % 3 == 0
        case 4: (row / 2 + column / 3) % 2 == 0
        case 5: row * column % 2 + row * column % 3 == 0
        case 6: (row * column % 2 + row * column % 3) % 2 == 0
        default: ((row + column) % 2 + row * column % 3) % 2 == 0
        }
    }

    private var penalty: Int {
        var penalty = 0
        for row in 0..<size {
            penalty += Self.runs(modules[row]) + Self.runs(modules.map { $0[row] })
            guard row > 0 else { continue }
            for column in 1..<size {
                let corner = modules[row][column]
                let isBlock = [modules[row - 1][column], modules[row][column - 1], modules[row - 1][column - 1]]
                    .allSatisfy { $0 == corner }
                if isBlock { penalty += 3 }
            }
        }
        return penalty
    }

    private static func runs(_ line: [Bool]) -> Int {
        var (penalty, length) = (0, 1)
        for index in line.indices.dropFirst() {
            length = line[index] == line[index - 1] ? length + 1 : 1
            if length == 5 { penalty += 3 } else if length > 5 { penalty += 1 }
        }
        return penalty
    }
}

import Testing
import Units

@testable import RTP

@Suite("Dependency descriptor")
struct DependencyDescriptorTests {
    /// A structure as a test writes it, and the bits the specification makes of it (AV1 RTP specification §A.8.2).
    struct Layers {
        var offset = 0
        var targets = 0
        var layers: [(spatial: Int, temporal: Int)] = []
        var indications: [[Int]] = []
        var references: [[Int]] = []
        var chains = 0
        var protecting: [Int] = []
        var chainSteps: [[Int]] = []
        var sizes: [(width: Int, height: Int)] = []

        func write(to bits: inout Bits) {
            bits.add(offset, 6)
            bits.add(targets - 1, 5)
            for index in layers.indices.dropFirst() {
                let (last, next) = (layers[index - 1], layers[index])
                bits.add(next.spatial != last.spatial ? 2 : next.temporal != last.temporal ? 1 : 0, 2)
            }
            bits.add(3, 2)
            for row in indications { for value in row { bits.add(value, 2) } }
            for row in references {
                for value in row { bits.add(0x10 + value - 1, 5) }
                bits.add(0, 1)
            }
            nonSymmetric(chains, targets + 1, &bits)
            if chains > 0 {
                for chain in protecting { nonSymmetric(chain, chains, &bits) }
                for row in chainSteps { for value in row { bits.add(value, 4) } }
            }
            bits.add(sizes.isEmpty ? 0 : 1, 1)
            for size in sizes {
                bits.add(size.width - 1, 16)
                bits.add(size.height - 1, 16)
            }
        }

        private func nonSymmetric(_ value: Int, _ bound: Int, _ bits: inout Bits) {
            var width = 0
            while 1 << width <= bound { width += 1 }
            let short = (1 << width) - bound
            if value < short { bits.add(value, width - 1) } else { bits.add(value + short, width) }
        }

        static func random(_ random: inout SeededGenerator) -> Layers {
            var layers = Layers(offset: random.below(64), targets: 1 + random.below(32))
            var (spatial, temporal) = (0, 0)
            for index in 0..<(1 + random.below(20)) {
                if index > 0 {
                    switch random.below(4) {
                    case 0 where spatial < 3: (spatial, temporal) = (spatial + 1, 0)
                    case 1: temporal += 1
                    default: break
                    }
                }
                layers.layers.append((spatial, temporal))
                layers.indications.append((0..<layers.targets).map { _ in random.below(4) })
                layers.references.append((0..<random.below(9)).map { _ in 1 + random.below(16) })
            }
            layers.chains = random.below(layers.targets + 1)
            layers.protecting = (0..<layers.targets).map { _ in layers.chains == 0 ? 0 : random.below(layers.chains) }
            layers.chainSteps = layers.layers.map { _ in (0..<layers.chains).map { _ in random.below(16) } }
            if random.flag() {
                layers.sizes = (0...spatial).map { _ in (1 + random.below(65_536), 1 + random.below(65_536)) }
            }
            return layers
        }
    }

    /// A descriptor and what it was read with.
    private func read(_ bytes: [UInt8], _ structure: inout DependencyStructure) -> DependencyDescriptor? {
        DependencyDescriptor(bytes.span, structure: &structure)
    }

    private func keyFrame(_ layers: Layers, template: Int = 0) -> Bits {
        var bits = Bits()
        bits.add(2, 2)
        bits.add((layers.offset + template) % 64, 6)
        bits.add(0x1234, 16)
        bits.add(0x10, 5)
        layers.write(to: &bits)
        return bits
    }

    @Test("One temporal layer after another: the structure of L1T2 by hand")
    func byHand() throws {
        // S, template 0, frame 1; structure: offset 0, 2 targets, layers (0,0) (0,1); switch required…; chain 1.
        var bits = Bits()
        for (value, count) in [
            (1, 1), (0, 1), (0, 6), (1, 16), (0b10000, 5), (0, 6), (1, 5), (1, 2), (3, 2), (0b1010, 4), (0b0001, 4),
            (0, 1),
            (1, 1), (0, 4), (0, 1), (0b10, 2), (0, 4), (1, 4), (1, 1), (639, 16), (359, 16),
        ] { bits.add(value, count) }
        var structure = DependencyStructure()
        let found = try #require(read(bits.bytes, &structure))
        #expect(found.isFrameStart && !found.isFrameEnd && found.frameNumber == SequenceNumber(1) && found.hasStructure)
        #expect(found.activeTargets == 0b11 && found.dependencies.indication(0) == .switch)
        #expect(structure.templateCount == 2 && structure.decodeTargetCount == 2 && structure.chainCount == 1)
        #expect(structure.decodeTarget(0) == DecodeTarget(spatialLayer: 0, temporalLayer: 0, chain: 0))
        #expect(structure.decodeTarget(1).temporalLayer == 1)
        #expect(
            structure.resolution(0)?.width == 640 && structure.resolution(0)?.height == 360
                && structure.resolution(1) == nil
        )
        let second = try #require(read(hex("C1 0002"), &structure))
        #expect(second.dependencies.temporalLayer == 1 && second.dependencies.referenceCount == 1)
        #expect(second.dependencies.reference(0) == 1 && second.dependencies.indication(0) == .notPresent)
        #expect(second.dependencies.indication(1) == .discardable && second.dependencies.chain(0) == 1)
        #expect(second.activeTargets == nil && !second.hasStructure && second.isFrameEnd)
    }

    @Test("Structures come back as they were written: 400 random ones", arguments: [21, 22] as [UInt64])
    func structures(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for round in 0..<200 {
            let layers = Layers.random(&random)
            var structure = DependencyStructure()
            let found = try #require(read(keyFrame(layers).bytes, &structure), "seed \(seed) round \(round)")
            #expect(found.activeTargets == UInt32.max >> (32 - layers.targets))
            #expect(structure.templateCount == layers.layers.count && structure.decodeTargetCount == layers.targets)
            #expect(structure.chainCount == layers.chains)
            for (index, layer) in layers.layers.enumerated() {
                let template = structure.templates[index]
                #expect(Int(template.spatialLayer) == layer.spatial && Int(template.temporalLayer) == layer.temporal)
                #expect((0..<layers.targets).map { Int(template.indication($0).rawValue) } == layers.indications[index])
                #expect(
                    (0..<Int(template.referenceCount)).map { Int(template.reference($0)) } == layers.references[index]
                )
                #expect((0..<layers.chains).map { Int(template.chain($0)) } == layers.chainSteps[index])
            }
            #expect((0..<layers.targets).map { Int(structure.decodeTarget($0).chain) } == layers.protecting)
            for (index, size) in layers.sizes.enumerated() {
                #expect(structure.resolution(index)?.width == UInt32(size.width))
                #expect(structure.resolution(index)?.height == UInt32(size.height))
            }
        }
    }

    @Test("A structure that is cut off anywhere changes nothing")
    func cutOff() throws {
        var random = SeededGenerator(seed: 23)
        for _ in 0..<10 {
            let bits = keyFrame(.random(&random))
            let bytes = bits.bytes
            for count in 0..<(bits.digits.count / 8) where count * 8 < bits.digits.count {
                var structure = DependencyStructure()
                let found = read(Array(bytes[..<count]), &structure)
                #expect(found == nil && structure.templateCount == 0, "\(count) of \(bytes.count) bytes")
            }
        }
    }

    @Test("Own indications, references and chains take the place of the template's")
    func custom() throws {
        var random = SeededGenerator(seed: 24)
        for round in 0..<150 {
            let layers = Layers.random(&random)
            var structure = DependencyStructure()
            _ = read(keyFrame(layers).bytes, &structure)
            let active = random.below(1 << min(layers.targets, 30))
            let indications = (0..<layers.targets).map { _ in random.below(4) }
            let references = (0..<random.below(9)).map { _ in 1 + random.below(4_096) }
            let chains = (0..<layers.chains).map { _ in random.below(256) }
            var bits = Bits()
            bits.add(1, 2)
            bits.add((layers.offset + layers.layers.count - 1) % 64, 6)
            bits.add(7, 16)
            bits.add(0b01111, 5)
            bits.add(active, layers.targets)
            for value in indications { bits.add(value, 2) }
            for value in references {
                let size = value <= 16 ? 1 : value <= 256 ? 2 : 3
                bits.add(size, 2)
                bits.add(value - 1, 4 * size)
            }
            bits.add(0, 2)
            for value in chains { bits.add(value, 8) }
            let found = try #require(read(bits.bytes, &structure), "round \(round)")
            #expect(found.activeTargets == UInt32(active))
            #expect((0..<layers.targets).map { Int(found.dependencies.indication($0).rawValue) } == indications)
            #expect(
                (0..<Int(found.dependencies.referenceCount)).map { Int(found.dependencies.reference($0)) } == references
            )
            #expect((0..<layers.chains).map { Int(found.dependencies.chain($0)) } == chains)
            #expect(Int(found.dependencies.spatialLayer) == layers.layers[layers.layers.count - 1].spatial)
        }
    }

    @Test("Other active targets are written into any descriptor, and nothing else in it changes")
    func rewriteActiveTargets() throws {
        var random = SeededGenerator(seed: 25)
        for round in 0..<150 {
            let layers = Layers.random(&random)
            var structure = DependencyStructure()
            let key = keyFrame(layers).bytes
            _ = read(key, &structure)
            var plain = Bits()
            for (value, count) in [(3, 2), (layers.offset, 6), (9, 16)] { plain.add(value, count) }
            var custom = plain
            custom.add(0b01100, 5)
            custom.add(1, layers.targets)
            for _ in 0..<layers.targets { custom.add(random.below(4), 2) }
            let targets = UInt32(random.below(1 << min(layers.targets, 30)))
            for bytes in [key, plain.bytes, custom.bytes] {
                let before = try #require(read(bytes, &structure))
                let new = try #require(
                    written(size: 2_048) {
                        before.write(activeTargets: targets, replacingThoseOf: bytes.span, structure, to: &$0)
                    }
                )
                let after = try #require(read(new, &structure), "round \(round)")
                #expect(after.activeTargets == targets && after.hasStructure == before.hasStructure)
                #expect(after.frameNumber == before.frameNumber && after.templateID == before.templateID)
                #expect(after.isFrameStart == before.isFrameStart && after.isFrameEnd == before.isFrameEnd)
                #expect(after.dependencies.indications == before.dependencies.indications)
                #expect(
                    written(size: new.count - 1) {
                        before.write(activeTargets: targets, replacingThoseOf: bytes.span, structure, to: &$0)
                    } == nil
                )
            }
        }
    }

    @Test("Without a structure, with a template that is not there, or cut off, a descriptor is none")
    func refused() {
        var none = DependencyStructure()
        #expect(
            read(hex("C00001"), &none) == nil && read(hex("C0000100"), &none) == nil && read(hex("C000"), &none) == nil
        )
        var structure = DependencyStructure()
        let layers = Layers(targets: 1, layers: [(0, 0)], indications: [[2]], references: [[]])
        #expect(read(keyFrame(layers).bytes, &structure) != nil)
        #expect(read(hex("C00001"), &structure) != nil && read(hex("C10001"), &structure) == nil)
        #expect(read(hex("FF0001"), &structure) == nil && read(hex("C1000100"), &structure) == nil)
    }

    @Test("More references than eight, or a fifth spatial layer, refuse a structure")
    func limits() {
        var layers = Layers(targets: 1, layers: [(0, 0)], indications: [[2]], references: [[1, 2, 3, 4, 5, 6, 7, 8]])
        var structure = DependencyStructure()
        #expect(read(keyFrame(layers).bytes, &structure) != nil)
        layers.references = [[1, 2, 3, 4, 5, 6, 7, 8, 9]]
        #expect(read(keyFrame(layers).bytes, &structure) == nil)
        let deep = Layers(
            targets: 1,
            layers: (0..<5).map { ($0, 0) },
            indications: [[Int]](repeating: [2], count: 5),
            references: [[Int]](repeating: [], count: 5)
        )
        #expect(read(keyFrame(deep).bytes, &structure) == nil)
    }
}

// The functions are those of the AV1 RTP specification §A.8.2, in its order. Each answers false when the value ends too
// early or says more than `Limits` allows.
extension DependencyStructure {
    /// `template_dependency_structure()`
    mutating func parse(_ reader: inout BitReader, _ value: Span<UInt8>) -> Bool {
        guard let offset = reader.read(6, value), let targets = reader.read(5, value) else { return false }
        templateIDOffset = UInt8(truncatingIfNeeded: offset)
        decodeTargetCount = Int(targets) &+ 1
        guard parseLayers(&reader, value), parseIndications(&reader, value), parseReferences(&reader, value),
            parseChains(&reader, value)
        else { return false }
        findTargetLayers()
        return parseResolutions(&reader, value)
    }

    /// `template_layers()`
    private mutating func parseLayers(_ reader: inout BitReader, _ value: Span<UInt8>) -> Bool {
        var spatial: UInt8 = 0
        var temporal: UInt8 = 0
        templateCount = 0
        while templateCount < Limits.dependencyTemplates {
            templates[templateCount] = FrameDependencies()
            templates[templateCount].spatialLayer = spatial
            templates[templateCount].temporalLayer = temporal
            templateCount &+= 1
            guard let next = reader.read(2, value) else { return false }
            switch next {
            case 0: break
            case 1: temporal &+= 1
            case 2:
                temporal = 0
                spatial &+= 1
                guard Int(spatial) < Limits.spatialLayers else { return false }
            default:
                spatialLayerCount = Int(spatial) &+ 1
                return true
            }
        }
        return false
    }

    /// `template_dtis()`
    private mutating func parseIndications(_ reader: inout BitReader, _ value: Span<UInt8>) -> Bool {
        for template in 0..<templateCount {
            guard let indications = Self.indications(decodeTargetCount, &reader, value) else { return false }
            templates[template].indications = indications
        }
        return true
    }

    /// `frame_dtis()`, and one row of `template_dtis()`.
    static func indications(_ targets: Int, _ reader: inout BitReader, _ value: Span<UInt8>) -> UInt64? {
        var result: UInt64 = 0
        for target in 0..<targets {
            guard let indication = reader.read(2, value) else { return nil }
            result |= UInt64(indication) << UInt64(2 &* target)
        }
        return result
    }

    /// `template_fdiffs()`
    private mutating func parseReferences(_ reader: inout BitReader, _ value: Span<UInt8>) -> Bool {
        for template in 0..<templateCount {
            while true {
                guard let follows = reader.readFlag(value) else { return false }
                guard follows else { break }
                guard let difference = reader.read(4, value), templates[template].refer(Int(difference) &+ 1) else {
                    return false
                }
            }
        }
        return true
    }

    /// `template_chains()`
    private mutating func parseChains(_ reader: inout BitReader, _ value: Span<UInt8>) -> Bool {
        guard let count = reader.readNonSymmetric(below: decodeTargetCount &+ 1, value) else { return false }
        chainCount = count
        guard count > 0 else { return true }
        for target in 0..<decodeTargetCount {
            guard let chain = reader.readNonSymmetric(below: count, value) else { return false }
            targets[target].chain = UInt8(truncatingIfNeeded: chain)
        }
        for template in 0..<templateCount {
            for chain in 0..<count {
                guard let difference = reader.read(4, value) else { return false }
                templates[template].chains[chain] = UInt8(truncatingIfNeeded: difference)
            }
        }
        return true
    }

    /// `decode_target_layers()`: not in the packet, but concluded from the templates.
    private mutating func findTargetLayers() {
        for target in 0..<decodeTargetCount {
            targets[target].spatialLayer = 0
            targets[target].temporalLayer = 0
            for template in 0..<templateCount where templates[template].indication(target) != .notPresent {
                targets[target].spatialLayer = max(targets[target].spatialLayer, templates[template].spatialLayer)
                targets[target].temporalLayer = max(targets[target].temporalLayer, templates[template].temporalLayer)
            }
        }
    }

    /// `render_resolutions()`
    private mutating func parseResolutions(_ reader: inout BitReader, _ value: Span<UInt8>) -> Bool {
        guard let present = reader.readFlag(value) else { return false }
        hasResolutions = present
        guard present else { return true }
        for layer in 0..<spatialLayerCount {
            guard let width = reader.read(16, value), let height = reader.read(16, value) else { return false }
            resolutions[layer] = Resolution(width: width &+ 1, height: height &+ 1)
        }
        return true
    }
}

extension FrameDependencies {
    /// Adds a reference; false when there is no room for one more.
    mutating func refer(_ distance: Int) -> Bool {
        guard Int(referenceCount) < Limits.frameReferences else { return false }
        references[Int(referenceCount)] = UInt16(truncatingIfNeeded: distance)
        referenceCount &+= 1
        return true
    }
}
